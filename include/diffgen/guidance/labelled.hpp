// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A condition for every row of a batch: what a network is told of each sample beside its level.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/error.hpp>
#include <diffgen/guidance/guided.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI {

/// A network that is told one label for each row, with guidance or without. It holds the labels,
/// and calls net(in, out, level, std::span<const Label>). Where samples have levels of their own,
/// `level` is a std::span with one level for each row. It can be called when it is const if the
/// network can. Throws bad_shape where the number of labels is not that of the batch's rows.
template <class Net, class Label = int>
class labelled {
  public:
    /// labels: of every sample. Under a rule of two branches, the second has the label `none`.
    labelled(Net net, std::vector<Label> labels, Label none)
        : net_(std::move(net)), labels_(std::move(labels)), samples_(labels_.size()) {
        labels_.resize(2 * samples_, none);
    }
    /// Under a rule of any number of branches, branches[b][i] is the label of sample i in branch b;
    /// without guidance, branch 0 is all. Throws bad_shape where they are not as many in each.
    labelled(Net net, const std::vector<std::vector<Label>>& branches)
        : net_(std::move(net)), samples_(branches.empty() ? 0 : branches.front().size()) {
        for (const std::vector<Label>& of_branch : branches) {
            if (of_branch.size() != samples_)
                throw bad_shape(detail::text("diffgen: labelled{...} with ", of_branch.size(),
                                             " labels in one branch and ", samples_,
                                             " in the first; one a sample in each"));
            labels_.insert(labels_.end(), of_branch.begin(), of_branch.end());
        }
    }

    /// The labels of the samples in a branch, to be read and to be changed: the next evaluation
    /// sees the change. Throws bad_argument where there is no such branch.
    [[nodiscard]] std::span<Label> labels(int branch = 0) {
        const std::size_t b = static_cast<std::size_t>(branch);
        if (branch < 0 || (b + 1) * samples_ > labels_.size())
            throw bad_argument(detail::text("diffgen: the labels of branch ", branch, " of ",
                                            samples_ == 0 ? 0 : labels_.size() / samples_));
        return std::span<Label>(labels_).subspan(b * samples_, samples_);
    }

    template <class In, class Out, class Level>
    void operator()(const In& in, const Out& out, const Level& l) {
        net_(in, out, l, of_samples(in));
    }
    template <class In, class Out, class Level>
    requires std::is_invocable_v<const Net&, In, Out, Level, std::span<const Label>>
    void operator()(const In& in, const Out& out, const Level& l) const {
        net_(in, out, l, of_samples(in));
    }
    template <class In, class Out, class Level>
    void operator()(const In& in, const Out& out, const Level& l, guidance_rows rows) {
        net_(in, out, l, of_rows(in, rows));
    }
    template <class In, class Out, class Level>
    requires std::is_invocable_v<const Net&, In, Out, Level, std::span<const Label>>
    void operator()(const In& in, const Out& out, const Level& l, guidance_rows rows) const {
        net_(in, out, l, of_rows(in, rows));
    }

  private:
    /// The labels of a batch without guidance.
    template <class In>
    [[nodiscard]] std::span<const Label> of_samples(const In& in) const {
        require(in.samples);
        return {labels_.data(), samples_};
    }
    /// The labels of a batch under guidance, branch after branch.
    template <class In>
    [[nodiscard]] std::span<const Label> of_rows(const In& in, guidance_rows rows) const {
        require(rows.conditioned);
        if (in.samples + rows.left_out * rows.conditioned != labels_.size())
            throw bad_shape(detail::text(
                "diffgen: labelled{...} has labels for ", labels_.size() / std::max(samples_, one),
                " rows a sample, ", labels_.size(), " in all, but the rule of guidance makes ",
                in.samples, " rows; give it the labels of each branch"));
        return {labels_.data(), in.samples};
    }
    void require(std::size_t samples) const {
        if (samples != samples_)
            throw bad_shape(detail::text("diffgen: ", samples_, " labels for a batch of ", samples,
                                         " samples"));
    }

    static constexpr std::size_t one = 1;
    Net net_;
    std::vector<Label> labels_;  ///< branch after branch
    std::size_t samples_;
};

template <class Net, class Label>
labelled(Net, std::vector<Label>, Label) -> labelled<Net, Label>;
template <class Net, class Label>
labelled(Net, std::vector<std::vector<Label>>) -> labelled<Net, Label>;

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>

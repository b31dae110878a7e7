// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Classifier-free guidance (Ho and Salimans, Classifier-free diffusion guidance, 2022). The network
// is called once, on a batch of twice the size, for both evaluations; the solver's own pass merges
// them.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/guidance/decorator.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI {

/// The rule u + w (c - u) of the conditional output c and the unconditional output u: w = 1 is the
/// conditional network alone, w = 0 the unconditional one. Ho and Salimans 2022, eq. 6, write
/// (1 + w') c - w' u with w' = w - 1.
struct classifier_free {
    double w = 2;

    void check() const {
        detail::require(
            std::isfinite(w), "classifier_free with w = ", w,
            "; must be finite: 1 is the conditional network alone, above 1 is guidance");
    }

    static constexpr int copies = 2;
    static constexpr int inputs = 2;
    /// outputs[0] is conditional, outputs[1] unconditional.
    template <class V>
    DIFFGEN_VALUE V combine(const V* outputs) const {
        using S = typename value_traits<V>::scalar;
        return fma(broadcast<V>(static_cast<S>(w)), outputs[0] - outputs[1], outputs[1]);
    }
};

/// The rows of a guided batch. A rule with n inputs has n rows for each sample, and `conditioned`
/// is the number of samples. Row b conditioned + i is input b of sample i. Under classifier_free,
/// input 0 carries the condition of its sample and input 1 does not.
struct guidance_rows {
    std::size_t conditioned;
};

/// A conditional predictor under guidance: a rule merges the outputs of several inputs for each
/// sample. A batched network is called once for all rows, as net(in, out, level, guidance_rows);
/// the views hold Rule::inputs rows for each sample. A functor is called as f(x, level, bool
/// conditioned).
template <class Inner, class Rule>
struct guided : decorator<Inner> {
    static_assert(Inner::combiner_type::copies == 1,
                  "diffgen: guided{...} of a predictor that is guided already; guide it once, or "
                  "write a rule of your own that merges more outputs");
    using combiner_type = Rule;

    Rule rule;

    guided(Inner p, Rule r) : decorator<Inner>(std::move(p)), rule(r) {}

    void check() const {
        decorator<Inner>::check();
        detail::check(rule);
    }

    [[nodiscard]] combiner_type combiner() const { return rule; }

    template <class In, class Out, class Level>
    static constexpr bool takes = Inner::template takes<In, Out, Level, guidance_rows>;

    template <class In, class Out, class Level>
    void call(const In& in, const Out& out, const Level& l) {
        this->inner.call(in, out, l, rows_of(in));
    }
    template <class In, class Out, class Level>
    void call(const In& in, const Out& out, const Level& l) const {
        this->inner.call(in, out, l, rows_of(in));
    }

  private:
    template <class In>
    [[nodiscard]] static guidance_rows rows_of(const In& in) {
        return {in.samples / static_cast<std::size_t>(Rule::inputs)};
    }
};

template <class Inner, class Rule>
guided(Inner, Rule) -> guided<Inner, Rule>;

/// A network conditioned on one label for each sample, with classifier_free guidance or without
/// any. It copies the labels, and calls net(in, out, level, std::span<const Label>) with one label
/// for each row; rows without a condition have the label `none`. Where samples have levels of their
/// own, `level` is a std::span with one level for each row. It can be called when it is const if
/// the network can. Throws bad_shape where the number of labels is not that of the batch's samples.
template <class Net, class Label = int>
class labelled {
  public:
    labelled(Net net, std::vector<Label> labels, Label none)
        : net_(std::move(net)), labels_(std::move(labels)), conditioned_(labels_.size()) {
        labels_.resize(2 * conditioned_, none);
    }

    template <class In, class Out, class Level>
    void operator()(const In& in, const Out& out, const Level& l) {
        net_(in, out, l, plain(in));
    }
    template <class In, class Out, class Level>
    requires std::is_invocable_v<const Net&, In, Out, Level, std::span<const Label>>
    void operator()(const In& in, const Out& out, const Level& l) const {
        net_(in, out, l, plain(in));
    }
    template <class In, class Out, class Level>
    void operator()(const In& in, const Out& out, const Level& l, guidance_rows rows) {
        net_(in, out, l, guided_rows(in, rows));
    }
    template <class In, class Out, class Level>
    requires std::is_invocable_v<const Net&, In, Out, Level, std::span<const Label>>
    void operator()(const In& in, const Out& out, const Level& l, guidance_rows rows) const {
        net_(in, out, l, guided_rows(in, rows));
    }

  private:
    /// The labels of a batch without guidance.
    template <class In>
    [[nodiscard]] std::span<const Label> plain(const In& in) const {
        require(in.samples);
        return {labels_.data(), conditioned_};
    }
    /// The labels of a batch under guidance, those of the rows without a condition included.
    template <class In>
    [[nodiscard]] std::span<const Label> guided_rows(const In& in, guidance_rows rows) const {
        require(rows.conditioned);
        if (in.samples != labels_.size())
            throw bad_shape(
                detail::text("diffgen: labelled{...} has labels for two rows a sample, ",
                             labels_.size(), " in all, but the rule of guidance makes ", in.samples,
                             " rows; write a network for its rows"));
        return labels_;
    }
    void require(std::size_t samples) const {
        if (samples != conditioned_)
            throw bad_shape(detail::text("diffgen: ", conditioned_, " labels for a batch of ",
                                         samples, " samples"));
    }
    Net net_;
    std::vector<Label> labels_;
    std::size_t conditioned_;
};

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>

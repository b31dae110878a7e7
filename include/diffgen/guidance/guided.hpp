// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Classifier-free guidance (Ho and Salimans 2022): both evaluations in one call of the network on a
// batch of twice the size, merged in the solver's own pass.

#include <diffgen/core/check.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/guidance/decorator.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace diffgen {

/// u + w (c - u): w = 1 is the conditional network alone, 0 the unconditional one. (Ho and Salimans
/// write u + (1 + w') (c - u) with w' = w - 1.)
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

/// Which rows of a guided batch carry a condition: row i < conditioned is sample i with its
/// condition, row conditioned + i is sample i without.
struct guidance_rows {
    std::size_t conditioned;
};

/// A conditional predictor under guidance. Its batched network is called as net(in, out, level,
/// guidance_rows) on all rows at once; a functor as f(x, level, bool conditioned).
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

/// A network conditioned on one label a sample, for use with or without guidance: calls
/// net(in, out, level, std::span<const Label>), one label a row (and one level a row where they
/// have their own), `none` for unconditional rows.
template <class Net, class Label = int>
class labelled {
  public:
    labelled(Net net, std::vector<Label> labels, Label none)
        : net_(std::move(net)), labels_(std::move(labels)), conditioned_(labels_.size()) {
        labels_.resize(2 * conditioned_, none);
    }

    template <class In, class Out, class Level>
    void operator()(const In& in, const Out& out, const Level& l) {
        require(in.samples);
        net_(in, out, l, std::span<const Label>(labels_.data(), conditioned_));
    }
    template <class In, class Out, class Level>
    void operator()(const In& in, const Out& out, const Level& l, guidance_rows rows) {
        require(rows.conditioned);
        net_(in, out, l, std::span<const Label>(labels_));
    }

  private:
    void require(std::size_t samples) const {
        if (samples != conditioned_)
            throw bad_shape(detail::text("diffgen: ", conditioned_, " labels for a batch of ",
                                         samples, " samples"));
    }
    Net net_;
    std::vector<Label> labels_;
    std::size_t conditioned_;
};

}  // namespace diffgen

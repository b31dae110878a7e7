// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Classifier-free guidance (Ho and Salimans, Classifier-free diffusion guidance, 2022). The network
// is called once, on a batch of twice the size, for both evaluations; the solver's own pass merges
// them. Other rules have other numbers of evaluations.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/guidance/decorator.hpp>

#include <cmath>
#include <cstddef>
#include <utility>

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
    /// outputs[0] is conditional, outputs[1] unconditional. Where w is 0 or 1 the result is one of
    /// them, to the bit.
    template <class V>
    DIFFGEN_VALUE V combine(const V* outputs) const {
        if (w == 1) return outputs[0];
        using S = typename value_traits<V>::scalar;
        return fma(broadcast<V>(static_cast<S>(w)), outputs[0] - outputs[1], outputs[1]);
    }
};

/// The rows of a guided batch. A rule with n inputs has n branches, and so n rows for each sample;
/// `conditioned` is the number of samples. Row b conditioned + i is branch b of sample i. Under
/// classifier_free, branch 0 carries the condition of its sample and branch 1 does not.
struct guidance_rows {
    std::size_t conditioned;

    [[nodiscard]] int branch_of(std::size_t row) const {
        return static_cast<int>(row / conditioned);
    }
    [[nodiscard]] std::size_t sample_of(std::size_t row) const { return row % conditioned; }
};

/// A conditional predictor under guidance: a rule merges the outputs of several inputs for each
/// sample, its branches. A batched network is called once for all rows, as net(in, out, level,
/// guidance_rows); the views hold Rule::inputs rows for each sample. A functor is called as f(x,
/// level, guidance_branch), or, where it takes a bool, as f(x, level, bool conditioned). Rules of
/// more branches are in weighted.hpp, one with a weight for every sample in by_sample.hpp.
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
    template <class Space>
    void check_batch(std::size_t samples, std::size_t size) const {
        decorator<Inner>::template check_batch<Space>(samples, size);
        detail::check_batch<Space>(rule, samples, size);
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

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>

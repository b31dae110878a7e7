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
#include <diffgen/guidance/merging.hpp>
#include <diffgen/predictor/predicts.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <type_traits>
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
/// classifier_free, branch 0 carries the condition of its sample and branch 1 does not. A rule that
/// looks at fewer branches at some levels has none of the last ones there, `left_out` of them.
struct guidance_rows {
    std::size_t conditioned;
    std::size_t left_out = 0;

    [[nodiscard]] int branch_of(std::size_t row) const {
        return static_cast<int>(row / conditioned);
    }
    [[nodiscard]] std::size_t sample_of(std::size_t row) const { return row % conditioned; }
};

/// A conditional predictor under guidance: a rule merges the outputs of several inputs for each
/// sample, its branches. A batched network is called once for all rows, as net(in, out, level,
/// guidance_rows); the views hold Rule::inputs rows for each sample, or fewer where the rule looks
/// at fewer branches at that level. A functor is called as f(x, level, guidance_branch), or, where
/// it takes a bool, as f(x, level, bool conditioned). Rules of more branches are in weighted.hpp,
/// one with a weight for every sample in by_sample.hpp, those that look at whole samples beside
/// them (merging.hpp); the latter are for batched networks in host memory.
template <class Inner, class Rule>
struct guided : decorator<Inner> {
    static constexpr bool by_rows = detail::merges_rows<Rule>;
    static_assert(Inner::combiner_type::copies == 1,
                  "diffgen: guided{...} of a predictor that is guided already; guide it once, or "
                  "write a rule of your own that merges more outputs");
    static_assert(!by_rows || Inner::kind == granularity::batched,
                  "diffgen: this rule of guidance looks at whole samples on the host, so its "
                  "network is a batched one; a functor is guided by classifier_free or weighted");
    using combiner_type = std::conditional_t<by_rows, detail::take_merged<int{Rule::inputs}>, Rule>;

    Rule rule;

    guided(Inner p, Rule r) : decorator<Inner>(std::move(p)), rule(std::move(r)) {}

    void check() const {
        decorator<Inner>::check();
        detail::check(rule);
    }
    template <class Space>
    void check_batch(std::size_t samples, std::size_t size) const {
        decorator<Inner>::template check_batch<Space>(samples, size);
        detail::check_batch<Space>(rule, samples, size);
    }

    [[nodiscard]] combiner_type combiner() const {
        if constexpr (by_rows)
            return {};
        else
            return rule;
    }

    template <class In, class Out, class Level>
    static constexpr bool takes = Inner::template takes<In, Out, Level, guidance_rows>;

    template <class In, class Out, class Level>
    void call(const In& in, const Out& out, const Level& l) {
        evaluate(*this, in, out, l);
    }
    template <class In, class Out, class Level>
    void call(const In& in, const Out& out, const Level& l) const {
        evaluate(*this, in, out, l);
    }

  private:
    static constexpr std::size_t inputs = std::size_t{Rule::inputs};

    template <class Self, class In, class Out, class Level>
    static void evaluate(Self& self, const In& in, const Out& out, const Level& l) {
        const guidance_rows rows{in.samples / inputs};
        if constexpr (by_rows)
            merge(self, in, out, l, rows);
        else
            self.inner.call(in, out, l, rows);
    }

    /// The branches that the rule looks at, and behind all of them what it makes of them.
    template <class Self, class In, class Out, class Level>
    static void merge(Self& self, const In& in, const Out& out, const Level& l,
                      guidance_rows rows) {
        using T = typename Out::value_type;
        static_assert(std::is_same_v<typename Out::space_type, space::host>,
                      "diffgen: this rule of guidance looks at whole samples on the host; on a "
                      "device use classifier_free or weighted");
        const std::size_t n = rows.conditioned;
        std::size_t used = 1;
        if constexpr (std::is_same_v<Level, noise_level>) {
            used = static_cast<std::size_t>(detail::branches_at(self.rule, l));
        } else {
            if (l.size() != in.samples)
                throw bad_shape(detail::text("diffgen: a rule of guidance that looks at whole ",
                                             "samples, with ", l.size(), " levels for ", in.samples,
                                             " rows; one level a sample"));
            for (std::size_t row = 0; row < n; ++row)
                used = std::max(used,
                                static_cast<std::size_t>(detail::branches_at(self.rule, l[row])));
        }
        rows.left_out = inputs - used;
        const In seen(in.data, used * n, in.elements);
        const Out written(out.data, used * n, out.elements);
        if constexpr (std::is_same_v<Level, noise_level>)
            self.inner.call(seen, written, l, rows);
        else
            self.inner.call(seen, written, l.subspan(0, used * n), rows);
        for (std::size_t i = 0; i < n; ++i) {
            const noise_level& level = detail::level_of_row(l, i);
            detail::merge_row(self.rule,
                              guidance_row<T>{in.sample(i), out.sample(i), n * in.elements,
                                              out.sample(inputs * n + i), in.elements, i, &level,
                                              self.inner.to_denoised(level)});
        }
        // what the rule does not look at, a solver that sees the branches finds like the first
        for (std::size_t row = used * n; row < inputs * n; ++row)
            std::copy_n(out.sample(row % n), out.elements, out.sample(row));
    }
};

template <class Inner, class Rule>
guided(Inner, Rule) -> guided<Inner, Rule>;

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>

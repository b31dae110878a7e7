// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A network that also says how much noise each element is to get: learned variances (Nichol and
// Dhariwal 2021, section 3.1).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/core/math.hpp>
#include <diffgen/guidance/decorator.hpp>

#include <utility>

namespace diffgen::inline DIFFGEN_ABI {

/// The deviation is exp(a + b v), where (a, b) is the stage's noise_scale. With v in [-1, 1] this
/// is a geometric mean of two deviations (Nichol and Dhariwal 2021, eq. 15).
struct geometric_deviation {
    template <class V, class S>
    DIFFGEN_VALUE static V deviation(V v, const S* scale) {
        return exp(fma(broadcast<V>(scale[1]), v, broadcast<V>(scale[0])));
    }
};

/// v is the variance itself. Where it is negative the run ends with non_finite.
struct direct_deviation {
    template <class V, class S>
    DIFFGEN_VALUE static V deviation(V v, const S* /*scale*/) {
        return sqrt(v);
    }
};

/// Two outputs of one input: the prediction, and the number v from which the rule computes the
/// deviation of the noise.
template <class Rule>
struct prediction_and_variance {
    static constexpr int copies = 2;
    static constexpr int inputs = 1;

    template <class V>
    DIFFGEN_VALUE static V combine(const V* outputs) {
        return outputs[0];
    }
    /// The factor on the normals of a stage that scales its noise.
    template <class V, class S>
    DIFFGEN_VALUE static V noise_factor(const V* outputs, const S* scale) {
        return Rule::deviation(outputs[1], scale);
    }
};

/// A predictor with two outputs for each sample. A batched network is given N samples and writes 2
/// N rows: first all predictions, then all v. A functor is called twice, as f(x, level, bool
/// prediction). The solver decides which stages use v: those that have a noise_scale.
template <class Inner, class Rule = geometric_deviation>
struct learned_variance : decorator<Inner> {
    static_assert(Inner::combiner_type::copies == 1,
                  "diffgen: learned_variance{...} of a predictor that has several outputs already");
    using combiner_type = prediction_and_variance<Rule>;

    explicit learned_variance(Inner p, Rule = {}) : decorator<Inner>(std::move(p)) {}

    [[nodiscard]] combiner_type combiner() const { return {}; }
};

template <class Inner>
learned_variance(Inner) -> learned_variance<Inner>;
template <class Inner, class Rule>
learned_variance(Inner, Rule) -> learned_variance<Inner, Rule>;

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Likelihoods of one element from logits: Bernoulli, continuous Bernoulli (Loaiza-Ganem and
// Cunningham 2019), categorical. On doubles and duals.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/likelihood/functions.hpp>

#include <cmath>
#include <cstddef>
#include <span>

namespace diffgen::inline DIFFGEN_ABI::likelihood {

/// P(1) = sigmoid(logit). x in [0, 1]; between the ends it is the cross-entropy, and no density.
struct bernoulli {
    template <class V>
    [[nodiscard]] static V log_likelihood(double x, const V& logit) {
        return x * logit - softplus(logit);
    }
};

/// The density C exp(x logit) / (1 + exp(logit)) on [0, 1], normalised by C = l / tanh(l / 2).
struct continuous_bernoulli {
    template <class V>
    [[nodiscard]] static V log_likelihood(double x, const V& logit) {
        return log_normaliser(logit) + x * logit - softplus(logit);
    }
    template <class V>
    [[nodiscard]] static V log_normaliser(const V& l) {
        const V half = 0.5 * l;
        if (half > 0.05 || half < -0.05) return log(l / tanh(half));
        const V z = l * l;  // l / (2 tanh(l / 2)) = 1 + z / 12 - z^2 / 720 ...
        const V series =
            1. + z * (1. / 12 + z * (-1. / 720 + z * (1. / 30240 + z * (-1. / 1209600))));
        return log(2. * series);
    }
};

/// P(k) = exp(logits[k]) / sum of exp(logits).
struct categorical {
    template <class V>
    [[nodiscard]] static V log_likelihood(int k, std::span<const V> logits) {
        require(k >= 0 && static_cast<std::size_t>(k) < logits.size(), "class ", k, " of ",
                logits.size());
        return logits[static_cast<std::size_t>(k)] - log_sum_exp(logits);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::likelihood

#include <diffgen/core/with_macros.hpp>

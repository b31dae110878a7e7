// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Weighted particles: their effective number, and systematic resampling (Kitagawa 1996; Carpenter,
// Clifford and Fearnhead 1999), by one uniform number for all.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/posterior/matrices.hpp>

#include <cmath>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::posterior {

/// Weights that sum to 1, and the logarithm of the mean of what they were. Throws non_finite where
/// no log weight is finite, or one is NaN or +infinity.
struct normalised_weights {
    vector weights;
    double log_mean;
};
[[nodiscard]] inline normalised_weights normalise(const vector_ref& log_weights) {
    const double top = log_weights.maxCoeff();
    if (!std::isfinite(top) || log_weights.hasNaN())
        throw non_finite(
            detail::text("diffgen: the largest of ", log_weights.size(), " log weights is ", top));
    vector w = (log_weights.array() - top).exp();
    const double sum = w.sum();
    return {w / sum, top + std::log(sum / static_cast<double>(w.size()))};
}

/// 1 / sum of squares: how many particles of equal weight are worth as much.
[[nodiscard]] inline double effective_sample_size(const vector_ref& weights) {
    return 1 / weights.squaredNorm();
}

/// Whom each of as many places is given to: particle k gets the integer above or below n
/// weights[k], and in the mean over uniform u in (0, 1) just that. The places are in the particles'
/// order.
[[nodiscard]] inline std::vector<Index> systematic(const vector_ref& weights, double u) {
    require(u >= 0 && u <= 1, "systematic resampling by u = ", u, "; must be from 0 to 1");
    const Index n = weights.size();
    std::vector<Index> parents;
    double sum = weights[0];
    Index k = 0;
    for (Index i = 0; i < n; ++i) {
        const double place = (static_cast<double>(i) + u) / static_cast<double>(n);
        while (k + 1 < n && sum <= place)
            sum += weights[++k];
        parents.push_back(k);
    }
    return parents;
}

}  // namespace diffgen::inline DIFFGEN_ABI::posterior

#include <diffgen/core/with_macros.hpp>

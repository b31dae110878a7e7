// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Rules of precision-recall-distributions, the code beside Sajjadi et al. (2018), that differ from
// those of diffgen::metrics: where the slopes lie, and a small number below its F scores.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/metrics/precision_recall_curve.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::prd {

/// The curve from shares, at slopes whose angles are spread evenly from epsilon to pi / 2 -
/// epsilon, ends included. Throws bad_shape unless there are as many shares of both, bad_argument
/// where they are negative or do not sum to 1 within 1e-6, on fewer than 3 angles and unless
/// epsilon lies in (0, 0.1), non_finite on NaN or infinity.
inline std::vector<metrics::precision_and_recall> curve(std::span<const double> evaluated,
                                                        std::span<const double> reference,
                                                        int angles = 1001, double epsilon = 1e-10) {
    require(angles >= 3, "a curve of ", angles, " angles, not at least 3");
    require((epsilon > 0) && (epsilon < 0.1), "epsilon = ", epsilon, ", not between 0 and 0.1");
    const double first = epsilon, last = std::numbers::pi / 2 - epsilon;
    std::vector<metrics::precision_and_recall> points;
    for (int i = 0; i < angles; ++i) {
        const double angle = first + (last - first) / (angles - 1) * i;
        points.push_back(metrics::precision_recall_at(reference, evaluated,
                                                      std::tan(i + 1 == angles ? last : angle)));
    }
    return points;
}

/// The largest F score, with `epsilon` added below. Throws bad_argument unless beta is positive.
inline double f_beta(std::span<const metrics::precision_and_recall> curve, double beta,
                     double epsilon = 1e-10) {
    require(diffgen::detail::is_positive(beta), "beta is ", beta, ", not above 0");
    double largest = 0;
    for (const auto& [precision, recall] : curve) {
        largest = std::max(largest, (1 + beta * beta) * precision * recall /
                                        (beta * beta * precision + recall + epsilon));
    }
    return largest;
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::prd

#include <diffgen/core/with_macros.hpp>

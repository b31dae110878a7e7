// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// How good intervals that a forecast states were, once the value is known: the interval score
// (Gneiting and Raftery 2007, eq. 43) and the weighted score of several intervals (Bracher et al.
// 2021), both in the unit of the value.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/metrics/interval_coverage.hpp>
#include <diffgen/metrics/samples.hpp>

#include <cmath>
#include <cstddef>
#include <span>

namespace diffgen::inline DIFFGEN_ABI::metrics {

/// The width, and 2 / alpha times how far the value lies outside, of a central interval of level 1
/// - alpha. Throws bad_argument where level is not in (0, 1) or the interval ends before it begins,
/// non_finite on NaN or infinity.
inline double interval_score(double value, const interval& stated, double level) {
    detail::check_interval(value, stated);
    if (!(level > 0 && level < 1))
        throw bad_argument(detail::text("diffgen: the level is ", level, ", not between 0 and 1"));
    const double missed = std::fmax(0, stated.lower - value) + std::fmax(0, value - stated.upper);
    return stated.upper - stated.lower + 2 / (1 - level) * missed;
}

/// (|y - median| / 2 + sum over intervals of alpha / 2 times their score) / (intervals + 1/2): with
/// more and more levels spread evenly it tends to the continuous ranked probability score. Throws
/// bad_shape unless there is a level for every interval, and as above.
inline double weighted_interval_score(double value, double median, std::span<const interval> stated,
                                      std::span<const double> levels) {
    detail::check_same_length("levels", levels.size(), "intervals", stated.size());
    detail::check_numbers("median", {&median, 1}, 1);
    detail::check_numbers("observed", {&value, 1}, 1);
    double sum = std::abs(value - median) / 2;
    for (std::size_t k = 0; k < stated.size(); ++k)
        sum += (1 - levels[k]) / 2 * interval_score(value, stated[k], levels[k]);
    return sum / (static_cast<double>(stated.size()) + 0.5);
}

}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// How an estimate of an error is held against a tolerance, and how long the first step is (Hairer,
// Norsett and Wanner 1993, II.4), for vectors that a host program integrates.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::density {

/// The root mean square of v / (absolute + relative max(|a|, |b|)).
[[nodiscard]] inline double error_in_tolerances(const std::vector<double>& v,
                                                const std::vector<double>& a,
                                                const std::vector<double>& b, double absolute,
                                                double relative) {
    double sum = 0;
    for (std::size_t i = 0; i < v.size(); ++i) {
        const double size = std::max(std::abs(a[i]), std::abs(b[i]));
        const double e = v[i] / (absolute + relative * size);
        sum += e * e;
    }
    return std::sqrt(sum / static_cast<double>(v.size()));
}

/// The step after which a second slope is asked for, from the sizes of state and slope.
[[nodiscard]] inline double first_step(double of_state, double of_slope) {
    return of_state < 1e-5 || of_slope < 1e-5 ? 1e-6 : 0.01 * of_state / of_slope;
}
/// The first step that is tried, from the sizes of the slope and of its change by that step. k: the
/// order of the local error.
[[nodiscard]] inline double second_step(double of_slope, double of_bend, double first, double k) {
    if (of_slope <= 1e-15 && of_bend <= 1e-15) return std::max(1e-6, 1e-3 * first);
    return std::pow(0.01 / std::max(of_slope, of_bend), 1 / k);
}

}  // namespace diffgen::inline DIFFGEN_ABI::density

#include <diffgen/core/with_macros.hpp>

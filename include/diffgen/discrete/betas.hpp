// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Schedules of discrete time: beta_1 .. beta_T, the probability that a step redraws a level, or the
// variance of a discretised Gaussian.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::discrete {

namespace detail {

inline void check_steps(int steps) {
    diffgen::detail::require(steps >= 1, "a schedule of ", steps, " betas; it needs at least one");
}

}  // namespace detail

/// 1 - f(t / T) / f((t - 1) / T) with f(u) = cos((u + 0.008) / 1.008 pi / 2), at most 0.999
/// (Hoogeboom et al. 2021, section 4.3; the cosine is not squared). Throws bad_argument.
[[nodiscard]] inline std::vector<double> cosine_betas(int steps) {
    detail::check_steps(steps);
    constexpr double half_pi = 1.57079632679489661923;
    const auto f = [&](int t) {
        return std::cos((static_cast<double>(t) / steps + 0.008) / 1.008 * half_pi);
    };
    std::vector<double> betas;
    for (int t = 1; t <= steps; ++t)
        betas.push_back(std::min(1 - f(t) / f(t - 1), 0.999));
    return betas;
}

/// 1 / (T - t + 1): of an absorbed level's masks the same share comes in every step, whatever the
/// data (Sohl-Dickstein et al. 2015; Austin et al. 2021, section 3.2). Throws bad_argument.
[[nodiscard]] inline std::vector<double> mutual_information_betas(int steps) {
    detail::check_steps(steps);
    std::vector<double> betas;
    for (int t = 1; t <= steps; ++t)
        betas.push_back(1. / (steps - t + 1));
    return betas;
}

/// Equidistant, both ends included. Throws bad_argument.
[[nodiscard]] inline std::vector<double> linear_betas(int steps, double first, double last) {
    detail::check_steps(steps);
    diffgen::detail::require(first > 0 && first <= 1 && last > 0 && last <= 1, "betas from ", first,
                             " to ", last, "; must be above 0 and at most 1");
    std::vector<double> betas;
    for (int t = 0; t < steps; ++t)
        betas.push_back(steps == 1 ? first : first + (last - first) * t / (steps - 1));
    return betas;
}

}  // namespace diffgen::inline DIFFGEN_ABI::discrete

#include <diffgen/core/with_macros.hpp>

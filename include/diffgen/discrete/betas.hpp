// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Schedules of discrete time: beta_1 .. beta_T, the probability that a step redraws a level, or the
// variance of a discretised Gaussian.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
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

/// Discrete time as a schedule (total_noise.hpp): t = k / T after k of T steps, and nothing
/// between.
struct discrete_time {
    std::vector<double> betas;

    /// The number of steps done at time t. Throws bad_argument where t is between two.
    [[nodiscard]] int index(double t) const {
        const double steps = static_cast<double>(betas.size()), k = std::round(t * steps);
        diffgen::detail::require(k >= 0 && k <= steps && std::abs(t * steps - k) < 1e-6, "t = ", t,
                                 " of a schedule of ", betas.size(),
                                 " steps; its times are multiples of 1 over that, up to 1");
        return static_cast<int>(k);
    }
    /// The nearest time that there is.
    [[nodiscard]] double nearest(double t) const {
        const double steps = static_cast<double>(betas.size());
        return std::round(t * steps) / steps;
    }
    [[nodiscard]] double kept(double t) const {
        double product = 1;
        for (int k = index(t); k > 0; --k)
            product *= 1 - betas[static_cast<std::size_t>(k - 1)];
        return product;
    }
    [[nodiscard]] double total(double t) const { return -std::log(kept(t)); }
    /// The mean rate of the step that ends at t.
    [[nodiscard]] double rate(double t) const {
        const int k = index(t);
        return k == 0 ? 0
                      : -std::log1p(-betas[static_cast<std::size_t>(k - 1)]) *
                            static_cast<double>(betas.size());
    }
    void check() const {
        detail::check_steps(static_cast<int>(betas.size()));
        for (std::size_t k = 0; k < betas.size(); ++k)
            diffgen::detail::require(betas[k] >= 0 && betas[k] <= 1, "beta ", k + 1, " is ",
                                     betas[k], "; must be in [0, 1]");
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::discrete

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The grid of restart sampling (Xu et al. 2023, algorithm 1): some way down the noise rises again,
// several times. For solver::restart, which carries the rises out.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/process/process_view.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::grid {

/// The levels of `main`; after the one whose sigma / alpha is nearest to low, `repeats` times up to
/// `high` and in `steps` steps back down (N_restart - 1 of the paper), spaced as in grid::karras.
/// Several such intervals are grids in each other: restarted<restarted<...>>.
template <class Main>
struct restarted {
    static constexpr bool may_rise = true;
    static constexpr bool restarts = true;  ///< refused under solvers that cannot carry a rise out

    Main main{};
    double low = 0.06;
    double high = 0.3;
    int repeats = 3;  ///< K of the paper
    int steps = 4;    ///< down, each time
    double rho = 7;

    [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int n) const {
        diffgen::detail::require(low > 0 && low < high && std::isfinite(high),
                                 "restarted between low = ", low, " and high = ", high,
                                 "; must be 0 < low < high");
        diffgen::detail::require(repeats >= 0, "restarted with ", repeats,
                                 " repeats; must be 0 (none) or more");
        diffgen::detail::require(steps >= 1, "restarted with ", steps,
                                 " steps down; must be 1 or more");
        diffgen::detail::require(diffgen::detail::is_positive(rho), "restarted with rho = ", rho,
                                 "; must be above 0");
        std::vector<noise_level> all = main.levels(p, n);
        const auto bottom = std::min_element(
            all.begin(), all.end(), [&](const noise_level& a, const noise_level& b) {
                return std::abs(a.sigma_over_alpha() - low) < std::abs(b.sigma_over_alpha() - low);
            });
        const double r = bottom->sigma_over_alpha();
        diffgen::detail::require(r < high && !bottom->is_clean(), "restarted up to high = ", high,
                                 " from the level nearest to low, ", r,
                                 "; it must lie below high, and above 0");
        std::vector<noise_level> rise;
        for (int k = 0; k < steps; ++k) {
            const double a = std::pow(high, 1 / rho), b = std::pow(r, 1 / rho);
            rise.push_back(p.level_of_log_snr(-2 * rho * std::log(a + (b - a) * k / steps)));
        }
        rise.push_back(*bottom);
        auto after = bottom + 1 - all.begin();
        for (int k = 0; k < repeats; ++k) {
            all.insert(all.begin() + after, rise.begin(), rise.end());
            after += static_cast<std::ptrdiff_t>(rise.size());
        }
        return all;
    }
};

template <class Main, class... Rest>
restarted(Main, Rest...) -> restarted<Main>;

}  // namespace diffgen::inline DIFFGEN_ABI::grid

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Times at the quantiles of a beta distribution (Lee et al. 2024, "Beta Sampling is All You Need").

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/beta_quantile.hpp>
#include <diffgen/grid/uniform.hpp>

#include <optional>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::grid {

/// The share of the time that is left before step k is the quantile of 1 - k / n: dense at both
/// ends for alpha and beta below 1, grid::uniform for 1 and 1.
struct beta {
    double a = 0.6;  ///< alpha of the distribution: below 1, dense towards the data
    double b = 0.6;  ///< beta: below 1, dense towards the noise
    std::optional<double> stop_at{};

    [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int n) const {
        return detail::by_time(p, n, stop_at, [&](double u) { return beta_quantile(u, a, b); });
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::grid

#include <diffgen/core/with_macros.hpp>

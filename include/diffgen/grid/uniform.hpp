// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Grids that place their levels by time: uniform and quadratic (Song et al. 2021, DDIM, app. D.2).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/process/process_view.hpp>

#include <optional>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::grid {

namespace detail {

/// n + 1 levels at times end + (t_max - end) f(1 - k / n); both ends are exact.
template <class F>
std::vector<noise_level> by_time(const process_view& p, int n, std::optional<double> stop_at, F f) {
    const noise_level last = stop_at ? p.level(*stop_at) : p.clean();
    std::vector<noise_level> levels;
    levels.reserve(static_cast<std::size_t>(n) + 1);
    levels.push_back(p.level(p.t_max()));
    for (int k = 1; k < n; ++k)
        levels.push_back(
            p.level(last.t + product(p.t_max() - last.t, f(static_cast<double>(n - k) / n))));
    levels.push_back(last);
    return levels;
}

}  // namespace detail

/// n equal steps of time from t_max to the clean end (or to `stop_at`). Over a discrete schedule
/// this is the exact, unrounded form of "trailing".
struct uniform {
    std::optional<double> stop_at{};

    [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int n) const {
        return detail::by_time(p, n, stop_at, [](double u) { return u; });
    }
};

/// Times proportional to squares: finer towards the data.
struct quadratic {
    std::optional<double> stop_at{};

    [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int n) const {
        return detail::by_time(p, n, stop_at, [](double u) { return u * u; });
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::grid

#include <diffgen/core/with_macros.hpp>

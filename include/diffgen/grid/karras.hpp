// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Grids that place their levels by noise: n levels between the schedule's noisiest and its t_min,
// then the clean end. Karras et al. 2022, eq. 5 (rho), and uniform in log-SNR (Lu et al. 2022).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/process/process_view.hpp>

#include <cmath>
#include <optional>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::grid {

/// Ends of a grid by noise, as sigma / alpha. Unset, they are the schedule's own: those at t_max
/// and t_min, to the bit.
struct ratio_bounds {
    std::optional<double> sigma_min{};
    std::optional<double> sigma_max{};
};

namespace detail {

/// Where a schedule starts without any signal, so that its sigma / alpha is infinite, the levels
/// after the first are spaced from this sigma / alpha on.
inline constexpr double ratio_of_pure_noise = 1e3;

/// Levels at ratio(u), u = 0 .. 1 in n points from sigma_max to sigma_min; then clean, or, for
/// `ends_at_sigma_min`, n steps that end at sigma_min.
template <class F>
std::vector<noise_level> by_noise(const process_view& p, int n, const ratio_bounds& bounds,
                                  bool ends_at_sigma_min, F ratio) {
    const noise_level first = p.level(p.t_max());
    const noise_level last = p.level(p.t_min());
    const double ratio_of_first = first.alpha > 0 ? first.sigma_over_alpha() : ratio_of_pure_noise;
    const double high = bounds.sigma_max.value_or(ratio_of_first);
    const double low = bounds.sigma_min.value_or(last.sigma_over_alpha());
    if (!(low > 0 && (low < high || n == 1) && std::isfinite(high)))
        throw bad_argument(diffgen::detail::text(
            "diffgen: a grid from sigma_max = ", high, " down to sigma_min = ", low,
            "; must be 0 < sigma_min < sigma_max, as sigma / alpha"));
    std::vector<noise_level> levels;
    levels.reserve(static_cast<std::size_t>(n) + 1);
    const int intervals = ends_at_sigma_min ? n : n - 1;
    for (int k = 0; k <= intervals; ++k) {
        const double u = intervals > 0 ? static_cast<double>(k) / intervals : 0;
        if (k == 0 && !bounds.sigma_max)
            levels.push_back(first);
        else if (k == intervals && k > 0 && !bounds.sigma_min)
            levels.push_back(last);  // not its rounded inverse
        else
            levels.push_back(p.level_of_log_snr(-2 * std::log(ratio(u, high, low))));
    }
    if (!ends_at_sigma_min) levels.push_back(p.clean());
    return levels;
}

}  // namespace detail

/// sigma^(1/rho) uniform. n = 1 is the single step from sigma_max to the clean end.
struct karras {
    double rho = 7;
    ratio_bounds bounds{};
    bool ends_at_sigma_min =
        false;  ///< end at sigma_min after n steps, without the step to the clean end

    [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int n) const {
        diffgen::detail::require(diffgen::detail::is_positive(rho), "karras with rho = ", rho,
                                 "; must be above 0, mostly 7");
        return detail::by_noise(
            p, n, bounds, ends_at_sigma_min, [&](double u, double high, double low) {
                const double a = std::pow(high, 1 / rho), b = std::pow(low, 1 / rho);
                return std::pow(a + product(u, b - a), rho);
            });
    }
};

/// log(sigma / alpha), and so the log-SNR, uniform.
struct log_snr {
    ratio_bounds bounds{};
    bool ends_at_sigma_min =
        false;  ///< end at sigma_min after n steps, without the step to the clean end

    [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int n) const {
        return detail::by_noise(
            p, n, bounds, ends_at_sigma_min,
            [](double u, double high, double low) { return high * std::pow(low / high, u); });
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::grid

#include <diffgen/core/with_macros.hpp>

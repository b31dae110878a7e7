// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The quantiles of the beta distribution: the inverse of the regularised incomplete beta function
// (DLMF 8.17.22, its continued fraction).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/lanes/scalar.hpp>

#include <cmath>
#include <limits>

namespace diffgen::inline DIFFGEN_ABI {

/// P(X <= x) for X distributed as Beta(a, b).
[[nodiscard]] inline double beta_distribution(double x, double a, double b) {
    if (x <= 0) return 0;
    if (x >= 1) return 1;
    if (x > (a + 1) / (a + b + 2)) return 1 - beta_distribution(1 - x, b, a);
    const double log_beta = std::lgamma(a) + std::lgamma(b) - std::lgamma(a + b);
    const double front =
        std::exp(product(a, std::log(x)) + product(b, std::log1p(-x)) - log_beta) / a;
    // the convergents' ratios of numerators and of denominators (Lentz 1976); for this x, a few
    // tens of terms do
    double numerators = 1, denominators = 1 / (1 - (a + b) * x / (a + 1)), value = denominators;
    for (int m = 1; m <= 500; ++m) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        double factor = 1;
        for (const double d : {even, odd}) {
            numerators = 1 + d / numerators;
            denominators = 1 / (1 + product(d, denominators));
            factor = product(numerators, denominators);
            value *= factor;
        }
        if (std::abs(factor - 1) <= std::numeric_limits<double>::epsilon()) break;
    }
    return product(front, value);
}

/// The x with P(X <= x) = p, by bisection to the last bit. Throws bad_argument unless p is in
/// [0, 1] and a and b are above 0.
[[nodiscard]] inline double beta_quantile(double p, double a, double b) {
    detail::require(detail::is_positive(a) && detail::is_positive(b),
                    "a beta distribution with a = ", a, " and b = ", b, "; both must be above 0");
    detail::require(p >= 0 && p <= 1, "no quantile of ", p, "; it must be in [0, 1]");
    if (p == 0 || p == 1) return p;
    double low = 0, high = 1;
    for (double mid = 0.5; mid > low && mid < high; mid = low + 0.5 * (high - low))
        (beta_distribution(mid, a, b) < p ? low : high) = mid;
    return high;
}

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The functions that likelihoods are made of, on doubles and duals of them, without overflow and
// without cancellation in the tails.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/dual_functions.hpp>
#include <diffgen/core/noise_level.hpp>

#include <cmath>
#include <cstddef>
#include <span>

namespace diffgen::inline DIFFGEN_ABI::likelihood {

/// 1 / (1 + exp(-x)).
[[nodiscard]] inline double sigmoid(double x) {
    return diffgen::detail::sigmoid(x);
}
template <int N>
[[nodiscard]] dual<double, N> sigmoid(const dual<double, N>& x) {
    const double s = sigmoid(x.primal);
    return diffgen::detail::chain(s, s * sigmoid(-x.primal), x);
}

/// log(1 + exp(x)); -softplus(-x) is the logarithm of the sigmoid.
[[nodiscard]] inline double softplus(double x) {
    return diffgen::detail::softplus(x);
}
template <int N>
[[nodiscard]] dual<double, N> softplus(const dual<double, N>& x) {
    return diffgen::detail::chain(softplus(x.primal), sigmoid(x.primal), x);
}

/// log(sum of exp(x[i])); of no numbers -infinity.
template <class V>
[[nodiscard]] V log_sum_exp(std::span<const V> x) {
    if (x.empty()) return broadcast<V>(-diffgen::detail::infinity);
    V top = x[0];
    for (const V& v : x)
        top = max(top, v);
    top = stopped(top);
    if (!(top > -diffgen::detail::infinity && top < diffgen::detail::infinity)) return top;
    V sum = broadcast<V>(0);
    for (const V& v : x)
        sum = sum + exp(v - top);
    return top + log(sum);
}

namespace detail {

inline constexpr double half_log_two_pi = 0.91893853320467274178;
inline constexpr double root_half = 0.70710678118654752440;

/// log erfc(x), beyond the range of erfc by its asymptotic series.
[[nodiscard]] inline double log_erfc(double x) {
    if (x < 20) return std::log(std::erfc(x));
    const double r = 0.5 / (x * x);
    double term = 1, sum = 1;
    for (int k = 1; k < 10; ++k)
        sum += term *= -(2 * k - 1) * r;
    return -x * x - std::log(x * 1.77245385090551602730) + std::log(sum);
}

/// log(Phi(upper) - Phi(lower)) of the standard normal; either end may be infinite.
[[nodiscard]] inline double log_normal_mass(double lower, double upper) {
    if (lower > 0) return log_normal_mass(-upper, -lower);
    if (upper > 0)  // nothing is lost where the ends lie on both sides
        return std::log(0.5 * (std::erf(upper * root_half) - std::erf(lower * root_half)));
    // Both are tails: log erfc(-u) + log(1 - erfc(-l) / erfc(-u)).
    const double smaller = log_erfc(-lower * root_half), larger = log_erfc(-upper * root_half);
    return larger + diffgen::detail::log1mexp(smaller - larger) - 0.69314718055994530942;
}

[[nodiscard]] inline double log_normal_density(double x) {
    return -0.5 * x * x - half_log_two_pi;
}

}  // namespace detail

/// log(Phi(upper) - Phi(lower)) of the standard normal, lower < upper. Either may be infinite.
[[nodiscard]] inline double log_normal_mass(double lower, double upper) {
    return detail::log_normal_mass(lower, upper);
}
template <int N>
[[nodiscard]] dual<double, N> log_normal_mass(const dual<double, N>& lower,
                                              const dual<double, N>& upper) {
    const double mass = detail::log_normal_mass(lower.primal, upper.primal);
    const auto share = [&](double end) {
        return std::isfinite(end) ? std::exp(detail::log_normal_density(end) - mass) : 0.;
    };
    const double at_lower = share(lower.primal), at_upper = share(upper.primal);
    dual<double, N> y{mass, {}};
    for (std::size_t n = 0; n < std::size_t{N}; ++n)
        y.tangents[n] = at_upper * upper.tangents[n] - at_lower * lower.tangents[n];
    return y;
}

}  // namespace diffgen::inline DIFFGEN_ABI::likelihood

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The noise schedules sigma(t) of NVlabs/edm's ablation_sampler (Karras et al. 2022, table 1), in
// the peer's own floating-point operations: its churn adds noise of variance
// sigma(sigma^-1(s))^2 - s^2 even where nothing but rounding is in that difference, and the root of
// a rounding error is as large as 1e-8.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/lanes.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::compat::edm {

/// The cleanest and the noisiest level of a discretisation. Churn raises the latter, by less than
/// twice, and times beyond it are the schedules' too.
struct sigma_range {
    double min = 0.002, max = 80;
};

/// The logarithm as numpy's vector code rounds it: that of the mantissa in [sqrt(1/2), sqrt(2)) and
/// the exponent's part, each rounded, then their sum.
[[nodiscard]] inline double vector_log(double x) {
    int exponent = 0;
    double mantissa = std::frexp(x, &exponent);
    if (mantissa < 0.70710678118654752) {
        mantissa *= 2;
        --exponent;
    }
    return product(static_cast<double>(exponent), 0.69314718055994531) + std::log(mantissa);
}

/// 'vp': sigma^2 = exp(beta_d t^2 / 2 + beta_min t) - 1.
struct vp {
    double beta_d = 19.9;
    double beta_min = 0.1;
    sigma_range range{0.01, 152};

    /// The schedule for which sigma(epsilon_s) and sigma(1) are the ends of the range.
    [[nodiscard]] static vp between(const sigma_range& r, double epsilon_s) {
        const double first = vector_log(product(r.min, r.min) + 1);
        const double last = vector_log(product(r.max, r.max) + 1);
        const double beta_d = 2 * (first / epsilon_s - last) / (epsilon_s - 1);
        return {beta_d, last - product(0.5, beta_d), r};
    }

    [[nodiscard]] double sigma(double t) const {
        const double exponent = product(product(0.5, beta_d), product(t, t)) + product(beta_min, t);
        return std::sqrt(std::pow(2.718281828459045, exponent) - 1);
    }
    [[nodiscard]] double time_of(double sigma) const {
        const double log = std::log(product(sigma, sigma) + 1);
        const double root = std::sqrt(product(beta_min, beta_min) + product(2 * beta_d, log));
        return (root - beta_min) / beta_d;
    }

    [[nodiscard]] double log_snr(double t) const { return -2 * std::log(sigma(t)); }
    [[nodiscard]] double log_snr_rate(double t) const {
        const double s = sigma(t);
        return -(beta_min + product(beta_d, t)) * (1 + 1 / (s * s));
    }
    [[nodiscard]] double time(double log_snr) const { return time_of(std::exp(-0.5 * log_snr)); }
    [[nodiscard]] double t_min() const { return time_of(range.min); }
    [[nodiscard]] double t_max() const { return time_of(2 * range.max); }
    [[nodiscard]] static double t_clean() { return 0; }
};

/// 've': sigma^2 = t.
struct ve {
    sigma_range range{};

    [[nodiscard]] static double sigma(double t) { return std::sqrt(t); }
    [[nodiscard]] static double time_of(double sigma) { return product(sigma, sigma); }

    [[nodiscard]] static double log_snr(double t) { return -std::log(t); }
    [[nodiscard]] static double log_snr_rate(double t) { return -1 / t; }
    [[nodiscard]] static double time(double log_snr) { return std::exp(-log_snr); }
    [[nodiscard]] double t_min() const { return time_of(range.min); }
    [[nodiscard]] double t_max() const { return time_of(2 * range.max); }
    [[nodiscard]] static double t_clean() { return 0; }
};

/// 'linear': sigma = t.
struct linear {
    sigma_range range{};

    [[nodiscard]] static double sigma(double t) { return t; }
    [[nodiscard]] static double time_of(double sigma) { return sigma; }

    [[nodiscard]] static double log_snr(double t) { return -2 * std::log(t); }
    [[nodiscard]] static double log_snr_rate(double t) { return -2 / t; }
    [[nodiscard]] static double time(double log_snr) { return std::exp(-0.5 * log_snr); }
    [[nodiscard]] double t_min() const { return time_of(range.min); }
    [[nodiscard]] double t_max() const { return time_of(2 * range.max); }
    [[nodiscard]] static double t_clean() { return 0; }
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::edm

#include <diffgen/core/with_macros.hpp>

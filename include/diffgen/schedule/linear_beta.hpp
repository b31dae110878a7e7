// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The continuous VP schedule beta(t) = beta_min + t (beta_max - beta_min), Song et al. 2021,
// eq. 32.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/core/noise_level.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::schedule {

/// t in [0, 1]; clean at 0. abar(t) = exp(-B(t)), B the integral of beta.
struct linear_beta {
    double beta_min = 0.1;
    double beta_max = 20;
    double first = 1e-3;  ///< smallest time at which a network is evaluated by default

    void check() const {
        detail::require(detail::is_not_negative(beta_min) && detail::is_positive(beta_max) &&
                            beta_min <= beta_max,
                        "linear_beta from beta_min = ", beta_min, " to beta_max = ", beta_max,
                        "; must be 0 <= beta_min <= beta_max, beta_max above 0");
        detail::require(first > 0 && first < 1, "linear_beta with its first time at ", first,
                        "; must be between 0 (clean) and 1");
    }
    [[nodiscard]] double beta(double t) const { return beta_min + product(t, beta_max - beta_min); }
    [[nodiscard]] double integral(double t) const {
        return product(t, beta_min + 0.5 * product(t, beta_max - beta_min));
    }
    /// log(abar / (1 - abar)) = -log(expm1(B)), without cancellation at small t.
    [[nodiscard]] double log_snr(double t) const {
        const double b = integral(t);
        return -b - detail::log1mexp(-b);
    }
    [[nodiscard]] double log_snr_rate(double t) const { return beta(t) / std::expm1(-integral(t)); }
    /// Inverse of log_snr: B = log(1 + exp(-log_snr)), a quadratic in t.
    [[nodiscard]] double time(double log_snr) const {
        const double b = detail::softplus(-log_snr);
        return 2 * b /
               (beta_min +
                std::sqrt(product(beta_min, beta_min) + 2 * product(b, beta_max - beta_min)));
    }
    [[nodiscard]] double t_min() const { return first; }
    [[nodiscard]] static double t_max() { return 1; }
    [[nodiscard]] static double t_clean() { return 0; }
};

}  // namespace diffgen::inline DIFFGEN_ABI::schedule

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The forward kernel of the mean-reverting SDE (Luo et al. 2023, "Image restoration with
// mean-reverting stochastic differential equations", eqs. 3 to 7; the noise of IR-SDE and EDiffSR).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/kernel/scales.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::kernel {

/// dx = theta(t) (mu - x) dt + s sqrt(2 theta(t)) dw, which ends near mu, a degraded picture, with
/// the standard deviation s. It is a kernel of x - mu: alpha^2 + (sigma / s)^2 = 1. Give it the
/// samples as differences from their mu, and a schedule as `schedule::log_snr_shifted{schedule,
/// s}`, so that alpha at each time is the schedule's own under variance_preserving.
struct mean_reverting {
    double stationary_sigma = 1;  ///< s, in the unit of the data

    /// Throws bad_argument unless s is finite and above 0.
    void check() const {
        diffgen::detail::require(diffgen::detail::is_positive(stationary_sigma),
                                 "mean_reverting with stationary_sigma = ", stationary_sigma,
                                 "; must be above 0");
    }
    /// The scales (alpha, sigma) at a log signal-to-noise ratio. Neither loses digits near its
    /// limit.
    [[nodiscard]] scales level(double log_snr) const {
        const double variance = product(stationary_sigma, stationary_sigma);
        if (log_snr >= 0) {
            const double alpha = 1 / std::sqrt(1 + std::exp(-log_snr) / variance);
            return {alpha, std::exp(-0.5 * log_snr) * alpha};
        }
        const double sigma = stationary_sigma / std::sqrt(1 + product(variance, std::exp(log_snr)));
        return {std::exp(0.5 * log_snr) * sigma, sigma};
    }
    /// The derivative d log(alpha) / d log_snr.
    [[nodiscard]] double log_alpha_rate(double log_snr) const {
        const double variance = product(stationary_sigma, stationary_sigma);
        if (log_snr < 0) return 0.5 / (1 + product(variance, std::exp(log_snr)));
        const double noise = std::exp(-log_snr) / variance;
        return 0.5 * noise / (1 + noise);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::kernel

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// sigma(t) = t, Karras et al. 2022 (EDM), table 1.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::schedule {

/// t is the standard deviation of the noise on x / alpha, up to sigma_max; clean at 0.
struct edm {
    double sigma_min = 0.002;  ///< smallest level at which a network is evaluated by default
    double sigma_max = 80;

    void check() const {
        detail::require(detail::is_positive(sigma_min) && detail::is_positive(sigma_max) &&
                            sigma_min < sigma_max,
                        "edm from sigma_min = ", sigma_min, " to sigma_max = ", sigma_max,
                        "; must be 0 < sigma_min < sigma_max");
    }
    [[nodiscard]] static double log_snr(double t) { return -2 * std::log(t); }
    [[nodiscard]] static double log_snr_rate(double t) { return -2 / t; }
    /// Inverse of log_snr.
    [[nodiscard]] static double time(double log_snr) { return std::exp(-0.5 * log_snr); }
    [[nodiscard]] double t_min() const { return sigma_min; }
    [[nodiscard]] double t_max() const { return sigma_max; }
    [[nodiscard]] static double t_clean() { return 0; }
};

}  // namespace diffgen::inline DIFFGEN_ABI::schedule

#include <diffgen/core/with_macros.hpp>

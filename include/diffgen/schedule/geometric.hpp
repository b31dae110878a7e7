// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// sigma(t) = sigma_min (sigma_max / sigma_min)^t, the VE schedule of Song et al. 2021, eq. 30.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/lanes/scalar.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::schedule {

/// t in [0, 1]; the noise never quite vanishes.
struct geometric {
    double sigma_min = 0.01;
    double sigma_max = 50;

    void check() const {
        detail::require(detail::is_positive(sigma_min) && detail::is_positive(sigma_max) &&
                            sigma_min < sigma_max,
                        "geometric from sigma_min = ", sigma_min, " to sigma_max = ", sigma_max,
                        "; must be 0 < sigma_min < sigma_max");
    }
    [[nodiscard]] double log_snr(double t) const {
        return -2 * (std::log(sigma_min) + product(t, std::log(sigma_max / sigma_min)));
    }
    [[nodiscard]] double log_snr_rate(double /*t*/) const {
        return -2 * std::log(sigma_max / sigma_min);
    }
    /// Inverse of log_snr.
    [[nodiscard]] double time(double log_snr) const {
        return (-0.5 * log_snr - std::log(sigma_min)) / std::log(sigma_max / sigma_min);
    }
    [[nodiscard]] static double t_min() { return 0; }
    [[nodiscard]] static double t_max() { return 1; }
};

}  // namespace diffgen::inline DIFFGEN_ABI::schedule

#include <diffgen/core/with_macros.hpp>

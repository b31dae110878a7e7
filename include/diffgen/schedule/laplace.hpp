// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The log-SNR of uniform times is Laplace distributed: trainings visit the middle most (Hang and Gu
// 2024, "Improved Noise Schedule for Diffusion Training").

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/lanes/scalar.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::schedule {

/// log_snr = mean - scale sgn(1/2 - t) log(1 - |1 - 2 t|); clean at 0, pure noise at 1.
struct laplace {
    double mean = 0;
    double scale = 0.5;
    double first = 1e-3;  ///< smallest time at which a network is evaluated by default
    double last = 1;      ///< time of the prior

    void check() const {
        detail::require(std::isfinite(mean) && detail::is_positive(scale),
                        "laplace with mean = ", mean, " and scale = ", scale,
                        "; the scale must be above 0");
        detail::require(first > 0 && first < last && last <= 1, "laplace from first = ", first,
                        " to last = ", last, "; must be 0 < first < last <= 1");
    }
    [[nodiscard]] double log_snr(double t) const {
        return t < 0.5 ? mean - product(scale, std::log(2 * t))
                       : mean + product(scale, std::log(2 * (1 - t)));
    }
    [[nodiscard]] double log_snr_rate(double t) const { return -scale / (t < 0.5 ? t : 1 - t); }
    /// Inverse of log_snr.
    [[nodiscard]] double time(double log_snr) const {
        const double half = 0.5 * std::exp(-std::fabs(log_snr - mean) / scale);
        return log_snr > mean ? half : 1 - half;
    }
    [[nodiscard]] double t_min() const { return first; }
    [[nodiscard]] double t_max() const { return last; }
    [[nodiscard]] static double t_clean() { return 0; }
};

}  // namespace diffgen::inline DIFFGEN_ABI::schedule

#include <diffgen/core/with_macros.hpp>

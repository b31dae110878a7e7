// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The time of rectified flow and flow matching: sigma / alpha = t / (1 - t), so that with the
// linear interpolant sigma = t (Liu et al. 2022; Lipman et al. 2022).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::schedule {

/// t in [0, 1]; clean at 0, pure noise at 1 (there epsilon and score predictions are undefined).
struct rectified {
    double first = 1e-3;  ///< smallest time at which a network is evaluated by default
    double last = 1;      ///< time of the prior

    void check() const {
        detail::require(first > 0 && first < last && last <= 1, "rectified from first = ", first,
                        " to last = ", last, "; must be 0 < first < last <= 1");
    }
    [[nodiscard]] static double log_snr(double t) { return 2 * (std::log1p(-t) - std::log(t)); }
    [[nodiscard]] static double log_snr_rate(double t) { return -2 / (t * (1 - t)); }
    /// Inverse of log_snr.
    [[nodiscard]] static double time(double log_snr) { return 1 / (1 + std::exp(0.5 * log_snr)); }
    [[nodiscard]] double t_min() const { return first; }
    [[nodiscard]] double t_max() const { return last; }
    [[nodiscard]] static double t_clean() { return 0; }
};

}  // namespace diffgen::inline DIFFGEN_ABI::schedule

#include <diffgen/core/with_macros.hpp>

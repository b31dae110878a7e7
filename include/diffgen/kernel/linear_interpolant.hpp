// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The forward kernel with alpha + sigma = 1 (rectified flow, Liu et al. 2022; flow matching, Lipman
// et al. 2022).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/noise_level.hpp>
#include <diffgen/kernel/scales.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::kernel {

struct linear_interpolant {
    /// The scales (alpha, sigma) at a log signal-to-noise ratio. Neither loses digits near 0 or 1.
    [[nodiscard]] static scales level(double log_snr) {
        return {detail::sigmoid(0.5 * log_snr), detail::sigmoid(-0.5 * log_snr)};
    }
    /// The derivative d log(alpha) / d log_snr.
    [[nodiscard]] static double log_alpha_rate(double log_snr) {
        return 0.5 * detail::sigmoid(-0.5 * log_snr);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::kernel

#include <diffgen/core/with_macros.hpp>

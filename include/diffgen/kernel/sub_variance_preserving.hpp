// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The forward kernel with sigma = 1 - alpha^2 (the sub-VP SDE of Song et al. 2021, eq. 14).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/kernel/scales.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::kernel {

struct sub_variance_preserving {
    /// The scales (alpha, sigma) at a log signal-to-noise ratio. Neither loses digits near 0 or 1.
    [[nodiscard]] static scales level(double log_snr) {
        // alpha / (1 - alpha^2) = exp(log_snr / 2), solved for alpha without cancellation
        const double up = std::exp(0.5 * log_snr), down = std::exp(-0.5 * log_snr);
        return {2 / (down + std::sqrt(product(down, down) + 4)),
                2 / (1 + std::sqrt(1 + 4 * product(up, up)))};
    }
    /// The derivative d log(alpha) / d log_snr.
    [[nodiscard]] static double log_alpha_rate(double log_snr) {
        const auto [alpha, sigma] = level(log_snr);
        return 0.5 * sigma / (1 + product(alpha, alpha));
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::kernel

#include <diffgen/core/with_macros.hpp>

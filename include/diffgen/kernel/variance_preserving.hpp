// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The forward kernel with alpha^2 + sigma^2 = 1 (Ho et al. 2020; the VP SDE of Song et al. 2021).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/noise_level.hpp>
#include <diffgen/kernel/scales.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::kernel {

struct variance_preserving {
    /// The scales (alpha, sigma) at a log signal-to-noise ratio. Neither loses digits near 0 or 1.
    [[nodiscard]] static scales level(double log_snr) {
        const double a2 = detail::sigmoid(log_snr), s2 = detail::sigmoid(-log_snr);
        return {std::sqrt(a2), std::sqrt(s2)};
    }
    /// The derivative d log(alpha) / d log_snr.
    [[nodiscard]] static double log_alpha_rate(double log_snr) {
        return 0.5 * detail::sigmoid(-log_snr);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::kernel

#include <diffgen/core/with_macros.hpp>

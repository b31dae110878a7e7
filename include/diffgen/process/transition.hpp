// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// One-step transitions between two levels of a Gaussian diffusion, s the noisier and t the cleaner:
// q(x_s | x_t) and the posterior q(x_t | x_s, x_0) (Ho et al. 2020, eq. 7, for any two levels and
// any kernel: Kingma et al. 2021, appendix A).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/core/noise_level.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI {

/// q(x_s | x_t) = N(scale x_t, variance I).
struct transition_kernel {
    double scale;     ///< alpha_s / alpha_t
    double variance;  ///< sigma_s^2 - scale^2 sigma_t^2, at least 0
};

[[nodiscard]] inline transition_kernel transition(const noise_level& s, const noise_level& t) {
    // sigma_s^2 (1 - exp(lambda_s - lambda_t)): nothing cancels between close levels
    return {s.alpha / t.alpha, product(-s.sigma * s.sigma, std::expm1(s.log_snr - t.log_snr))};
}

/// q(x_t | x_s, x_0) = N(state x_s + data x_0, variance I).
struct posterior_kernel {
    double state, data, variance;
};

[[nodiscard]] inline posterior_kernel reverse_transition(const noise_level& s,
                                                         const noise_level& t) {
    const double ratio = std::exp(s.log_snr - t.log_snr);  // of the signal-to-noise ratios
    // state: scale sigma_t^2 / sigma_s^2 = ratio alpha_t / alpha_s, finite also where alpha_s = 0
    const double state = s.alpha > 0 ? ratio * t.alpha / s.alpha : 0;
    return {state, product(-t.alpha, std::expm1(s.log_snr - t.log_snr)),
            product(-t.sigma * t.sigma, std::expm1(s.log_snr - t.log_snr))};
}

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>

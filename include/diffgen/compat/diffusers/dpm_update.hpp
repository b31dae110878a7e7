// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The step of DPM-Solver and DPM-Solver++ in diffusers (Lu et al. 2022a, 2022b), by the finite
// differences D0, D1 and D2 of what the network predicts.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/config.hpp>
#include <diffgen/core/noise_level.hpp>

#include <algorithm>
#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// lambda = log(alpha / sigma).
[[nodiscard]] inline double lambda(const noise_level& l) {
    return 0.5 * l.log_snr;
}

/// Whether the algorithm's polynomials go through the noise rather than the data.
[[nodiscard]] inline bool predicts_noise(algorithm_type a) {
    return a == algorithm_type::dpm_solver || a == algorithm_type::sde_dpm_solver ||
           a == algorithm_type::noise_prediction;
}
[[nodiscard]] inline bool adds_noise(algorithm_type a) {
    return a == algorithm_type::sde_dpm_solver || a == algorithm_type::sde_dpm_solver_pp;
}

/// The factors in x' = state x + noise z + zeroth D0 + first D1 + second D2.
struct dpm_update {
    double h;  ///< length of the step in lambda
    double state = 0, noise = 0;

    dpm_update(algorithm_type a, const noise_level& from, const noise_level& to)
        : h(lambda(to) - lambda(from)) {
        const bool by_noise = predicts_noise(a), noisy = adds_noise(a);
        state = by_noise ? to.alpha / from.alpha : to.sigma / from.sigma;
        gain_ = by_noise ? to.sigma : to.alpha;
        rate_ = by_noise ? h : -h;
        const double longer = std::max(h, 0.);  // a rounding can make a step of no length negative
        if (noisy && by_noise) {
            noise = to.sigma * std::sqrt(std::expm1(2 * longer));
            gain_ *= 2;
        } else if (noisy) {
            state *= std::exp(-h);
            noise = to.sigma * std::sqrt(-std::expm1(-2 * longer));
            rate_ *= 2;
            curves_ = -1;
        }
    }

    [[nodiscard]] double zeroth() const { return -gain_ * std::expm1(rate_); }
    [[nodiscard]] double midpoint() const { return 0.5 * zeroth(); }
    [[nodiscard]] double first() const { return -gain_ * (std::expm1(rate_) / rate_ - 1); }
    /// diffusers takes this for the factor of D2 where it is that of 2 D2 in the multistep method,
    /// and in 'sde-dpmsolver++' has the wrong sign before the half.
    [[nodiscard]] double second() const {
        return -gain_ * ((std::expm1(rate_) - rate_) / (rate_ * rate_) - curves_ * 0.5);
    }

  private:
    double gain_ = 1, rate_ = 0, curves_ = 1;
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>

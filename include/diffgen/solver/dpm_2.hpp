// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// DPM-Solver-2 as k-diffusion has it (Crowson 2022, after Lu et al. 2022a and Karras et al. 2022;
// KDPM2 in diffusers): the midpoint rule in r = sigma / alpha with its middle at the geometric
// mean.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/solver/step.hpp>

namespace diffgen::inline DIFFGEN_ABI::solver {

/// y' = y + (r' - r) eps(middle), y = x / alpha, the middle reached by Euler's method.
/// Order: 2. Evaluations a step: 2; 1 on the step to the clean end, which is the denoised estimate,
/// and from or to pure noise, which are Euler's. Noise: none. Converges to the probability flow.
/// Its ancestral form is ancestral_of<dpm_2>, with churn churn<dpm_2>.
struct dpm_2 {
    static constexpr bool single_step = true;  ///< nothing is remembered from step to step
    static constexpr int registers = 2;        ///< the state, the state in the middle
    static constexpr int rows = 1;
    static constexpr int draws = 0;

    [[nodiscard]] static int stages(const step& s) { return s.is_infinite() ? 1 : 2; }

    [[nodiscard]] static stage plan(const step& s, int j) {
        using namespace symbol;
        const auto &from = s.from(), &to = s.to();
        if (s.is_infinite()) return evaluation_stage(from).write(0, state_at(to, eps(from)));
        const noise_level middle = s.process.level_of_log_snr(0.5 * (from.log_snr + to.log_snr));
        if (j == 0) return evaluation_stage(from).write(1, state_at(middle, eps(from)));
        const linear_form moved =
            x / from.alpha + (to.sigma_over_alpha() - from.sigma_over_alpha()) * eps(middle, 1);
        return evaluation_stage(middle, 1).write(0, to.alpha * moved);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>

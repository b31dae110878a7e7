// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// ablation_sampler of NVlabs/edm (generate.py; Karras et al. 2022, algorithm 2 and appendix C): any
// schedule sigma(t), any scaling s(t), second-order steps with parameter alpha. Its edm_sampler is
// compat::k_diffusion::heun on grid::karras.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/lanes.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/solver/step.hpp>

#include <algorithm>
#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::compat::edm {

/// Churn, then a step of the probability flow in time t, on kernel::variance_exploding (scaling
/// 'none') or kernel::variance_preserving ('vp'). The step to t = 0 is Euler's, which ends in the
/// denoised estimate only where sigma(t) = t.
/// Order 2, or 1. Evaluations a step: 2, or 1. Noise: 1 draw, whether or not it is used.
template <class Schedule>
struct ablation_sampler {
    static constexpr int registers = 3;  ///< the state, the trial state, the first slope
    static constexpr int rows = 2;
    static constexpr int draws = 1;

    Schedule schedule{};       ///< the sampler's own
    bool second_order = true;  ///< solver 'heun', otherwise 'euler'
    double alpha = 1;          ///< where in the step the second slope is taken
    double S_churn = 0;
    double S_min = 0;
    double S_max = diffgen::detail::infinity;
    double S_noise = 1;

    [[nodiscard]] int stages(const step& s) const { return corrects(s) ? 3 : 2; }

    [[nodiscard]] stage plan(const step& s, int j) const {
        using namespace symbol;
        const noise_level& from = s.from();
        const double sigma = schedule.sigma(from.t);
        const bool raises = sigma >= S_min && sigma <= S_max;
        const double gamma = raises ? std::min(S_churn / s.count(), std::sqrt(2.) - 1) : 0.;
        const noise_level hat = s.process.level(schedule.time_of(sigma + product(gamma, sigma)));
        if (j == 0) {  // noise up to t_hat
            const double raised = schedule.sigma(hat.t);
            const double added =
                std::sqrt(std::max(product(raised, raised) - product(sigma, sigma), 0.));
            stage out = update_stage(hat);
            out.draws = 1;
            return out.write(0, hat.alpha * (x / from.alpha + S_noise * added * z));
        }
        const double h = s.to().t - hat.t;
        if (j == 1) {  // an Euler step, or its part up to t'
            const linear_form d = slope(s, hat, 0);
            stage out = evaluation_stage(hat);
            if (!corrects(s)) return out.write(0, x + h * d);
            return out.write(1, x + alpha * h * d).write(2, d);
        }
        const noise_level trial = s.process.level(hat.t + product(alpha, h));
        const double w = 1 / (2 * alpha);
        return evaluation_stage(trial, 1).write(
            0, x + h * ((1 - w) * reg(2) + w * slope(s, trial, 1)));
    }

  private:
    [[nodiscard]] bool corrects(const step& s) const {
        return second_order && s.index + 1 < s.count();
    }
    /// dx/dt = f x - g^2 score / 2 at a level where the state is in register `input`.
    [[nodiscard]] static linear_form slope(const step& s, const noise_level& l, int input) {
        return s.process.drift(l.t) * symbol::reg(input) -
               0.5 * s.process.diffusion_squared(l.t) * symbol::grad_log_q(l, input);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::edm

#include <diffgen/core/with_macros.hpp>

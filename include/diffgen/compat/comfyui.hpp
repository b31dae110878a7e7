// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The CFG++ samplers of ComfyUI (comfy/k_diffusion/sampling.py, the names sample_*_cfg_pp) as
// diffgen's solvers, on schedule::edm, kernel::variance_exploding and grid::sigmas, under
// classifier_free. Four of them are solver::cfg_pp; the multistep ones have rules of their own for
// which estimate their history holds.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/k_diffusion.hpp>
#include <diffgen/solver/cfg_pp.hpp>
#include <diffgen/solver/gradient_estimation.hpp>
#include <diffgen/solver/runge_kutta.hpp>
#include <diffgen/solver/step.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::compat::comfyui {

/// sample_euler_cfg_pp: x' = D + sigma' (x - U) / sigma, U without the condition. Noise: none.
using euler_cfg_pp = solver::cfg_pp<solver::euler>;
/// sample_euler_ancestral_cfg_pp, as euler_ancestral_cfg_pp{{eta, s_noise}}.
/// Noise: 1 draw but on the step to sigma = 0, also where eta = 0.
using euler_ancestral_cfg_pp = solver::cfg_pp<k_diffusion::euler_ancestral>;
/// sample_dpmpp_2s_ancestral_cfg_pp. Noise: 1 draw but on the step to sigma = 0.
using dpmpp_2s_ancestral_cfg_pp = solver::cfg_pp<k_diffusion::dpmpp_2s_ancestral>;
/// sample_gradient_estimation_cfg_pp, as gradient_estimation_cfg_pp{{ge_gamma}}. Noise: none.
using gradient_estimation_cfg_pp = solver::cfg_pp<solver::gradient_estimation>;

/// sample_dpmpp_2m_cfg_pp: the slope of the estimate is from the unconditional one of the last step
/// to the guided one of this. Noise: none.
struct dpmpp_2m_cfg_pp {
    static constexpr int registers = 2;  ///< the state, and the last unconditional estimate
    static constexpr int rows = 2;
    static constexpr int draws = 0;
    static constexpr int branches = 2;

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        using namespace symbol;
        const noise_level &from = s.from(), &to = s.to();
        if (to.is_clean()) return denoising_stage(s);
        const linear_form U = D_of(1);
        const k_diffusion::detail::exponential_step e(s, 0);
        linear_form next = D + (1 - e.held) * (x / from.alpha - U);
        if (s.remembered() > 0) {
            const double r = k_diffusion::detail::exponential_step::length(s, s.index - 1) / e.h;
            next += e.held / (2 * r) * (D - reg(1));
        }
        return evaluation_stage(from).write(0, to.alpha * next).write(1, U);
    }
};

/// sample_res_multistep_cfg_pp (eta = 0) and sample_res_multistep_ancestral_cfg_pp (eta = 1): the
/// first step and the last go to the guided estimate; those between go from x + D - U on by the
/// unconditional estimates. Noise: 1 draw but on the step to sigma = 0, also where eta = 0.
struct res_multistep_cfg_pp {
    static constexpr int registers = 2;  ///< the state, and the last unconditional estimate
    static constexpr int rows = 2;
    static constexpr int draws = 1;
    static constexpr int branches = 2;

    double eta = 0;
    double s_noise = 1;

    void check() const {
        diffgen::detail::require(diffgen::detail::is_not_negative(eta), "eta = ", eta,
                                 " in a sampler of ComfyUI; must be 0 or more");
    }
    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        using namespace symbol;
        const noise_level &from = s.from(), &to = s.to();
        if (to.is_clean()) return denoising_stage(s);
        const linear_form U = D_of(1), data = x / from.alpha;
        const auto [down, up] = split(s, s.index);
        const double sigma = from.sigma_over_alpha(), h = std::log(sigma / down);
        linear_form next;
        if (s.remembered() == 0) {
            next = D + down / sigma * (data - U);
        } else {
            // phi_2 / c_2, with c_2 h the way from the last level down to where that step led
            const double phi_1 = -std::expm1(-h) / h, phi_2 = (1 - phi_1) / h;
            const double back =
                std::log(split(s, s.index - 1).down / s.level(s.index - 1).sigma_over_alpha());
            const double b_2 = phi_2 * h / back;
            next = std::exp(-h) * (data + D - U) + h * ((phi_1 - b_2) * U + b_2 * reg(1));
        }
        stage out = evaluation_stage(from);
        out.draws = 1;
        return out.write(0, to.alpha * (next + s_noise * up * z)).write(1, U);
    }

  private:
    [[nodiscard]] k_diffusion::ancestral_step split(const step& s, int i) const {
        return {s.level(i).sigma_over_alpha(), s.level(i + 1).sigma_over_alpha(), eta};
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::comfyui

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the options of a diffusers scheduler_config.json choose among.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

enum class scheduler {
    cm_stochastic_iterative,
    cog_video_x_ddim,
    cosine_dpm_solver_multistep,
    ddim,
    ddim_inverse,
    ddpm,
    deis_multistep,
    dpm_solver_multistep,
    dpm_solver_singlestep,
    edm_dpm_solver_multistep,
    edm_euler,
    euler_ancestral_discrete,
    euler_discrete,
    flow_match_euler_discrete,
    flow_match_heun_discrete,
    flow_match_lcm,
    heun_discrete,
    ipndm,
    kdpm2_ancestral_discrete,
    kdpm2_discrete,
    lcm,
    lms_discrete,
    ltx_euler_ancestral_rf,
    pndm,
    sa_solver,
    tcd,
    unclip,
    unipc_multistep,
};
enum class beta_schedule { linear, scaled_linear, squaredcos_cap_v2, sigmoid, laplace, exp };
enum class prediction_type { epsilon, sample, v_prediction, flow_prediction };
enum class timestep_spacing { leading, trailing, linspace };
enum class final_sigmas_type { zero, sigma_min };
enum class interpolation_type { linear, log_linear };
enum class sigma_schedule { karras, exponential };
enum class time_shift_type { exponential, linear };
enum class timestep_type { discrete, continuous };
enum class algorithm_type {
    dpm_solver,
    dpm_solver_pp,
    sde_dpm_solver,
    sde_dpm_solver_pp,
    deis,
    data_prediction,
    noise_prediction,
};
enum class solver_type { midpoint, heun, logrho, bh1, bh2 };
enum class variance_type { fixed_small, fixed_small_log, fixed_large, learned, learned_range };

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>

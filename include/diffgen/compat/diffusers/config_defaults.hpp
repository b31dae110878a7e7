// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the options of a diffusers scheduler are where its configuration does not say.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/config.hpp>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// The defaults of a class where they differ from those above.
[[nodiscard]] inline config defaults_of(scheduler s) {
    config c;
    c.scheduler = s;
    switch (s) {
        case scheduler::cm_stochastic_iterative:
            c.num_train_timesteps = 40;
            c.sigma_min = 0.002;
            c.sigma_max = 80;
            break;
        case scheduler::ddim:
        case scheduler::ddim_inverse:
        case scheduler::ddpm:
        case scheduler::flow_match_euler_discrete:
        case scheduler::flow_match_heun_discrete:
        case scheduler::flow_match_lcm:
        case scheduler::ipndm:
        case scheduler::ltx_euler_ancestral_rf:
            break;
        case scheduler::edm_dpm_solver_multistep:
        case scheduler::edm_euler:
            c.sigma_min = 0.002;
            c.sigma_max = 80;
            break;
        case scheduler::heun_discrete:
        case scheduler::kdpm2_ancestral_discrete:
        case scheduler::kdpm2_discrete:
            c.beta_start = 0.00085;
            c.beta_end = 0.012;
            c.clip_sample = false;
            c.timestep_spacing = timestep_spacing::linspace;
            break;
        case scheduler::cog_video_x_ddim:
            c.beta_start = 0.00085;
            c.beta_end = 0.012;
            c.beta_schedule = beta_schedule::scaled_linear;
            c.clip_sample = false;
            c.snr_shift_scale = 3;
            break;
        case scheduler::lcm:
        case scheduler::tcd:
            c.beta_start = 0.00085;
            c.beta_end = 0.012;
            c.beta_schedule = beta_schedule::scaled_linear;
            c.clip_sample = false;
            break;
        case scheduler::pndm:
            c.set_alpha_to_one = false;
            break;
        case scheduler::unclip:
            c.beta_schedule = beta_schedule::squaredcos_cap_v2;
            c.variance_type = variance_type::fixed_small_log;
            break;
        case scheduler::cosine_dpm_solver_multistep:
            c.sigma_min = 0.3;
            c.sigma_max = 500;
            c.sigma_data = 1;
            c.sigma_schedule = sigma_schedule::exponential;
            c.algorithm_type = algorithm_type::sde_dpm_solver_pp;
            c.prediction_type = prediction_type::v_prediction;
            break;
        case scheduler::deis_multistep:
            c.algorithm_type = algorithm_type::deis;
            c.solver_type = solver_type::logrho;
            c.timestep_spacing = timestep_spacing::linspace;
            break;
        case scheduler::sa_solver:
            c.algorithm_type = algorithm_type::data_prediction;
            c.timestep_spacing = timestep_spacing::linspace;
            break;
        case scheduler::unipc_multistep:
            c.solver_type = solver_type::bh2;
            c.timestep_spacing = timestep_spacing::linspace;
            break;
        case scheduler::dpm_solver_singlestep:
            c.lower_order_final = false;
            break;
        case scheduler::dpm_solver_multistep:
        case scheduler::euler_ancestral_discrete:
        case scheduler::euler_discrete:
        case scheduler::lms_discrete:
            c.timestep_spacing = timestep_spacing::linspace;
            break;
    }
    return c;
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>

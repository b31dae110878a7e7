// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The options that each class of diffusers has (0.42: the parameters of its __init__). What a
// configuration says beside them is for another class.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/names.hpp>

#include <string_view>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers::detail {

struct options_of_class {
    diffusers::scheduler scheduler;
    std::string_view keys;  ///< with a space between two
};

inline constexpr options_of_class class_options[] = {
    {scheduler::cm_stochastic_iterative,
     "num_train_timesteps sigma_min sigma_max sigma_data s_noise rho clip_denoised"},
    {scheduler::cog_video_x_ddim,
     "num_train_timesteps beta_start beta_end beta_schedule trained_betas "
     "clip_sample set_alpha_to_one steps_offset prediction_type clip_sample_range "
     "sample_max_value timestep_spacing rescale_betas_zero_snr snr_shift_scale"},
    {scheduler::cosine_dpm_solver_multistep,
     "sigma_min sigma_max sigma_data sigma_schedule num_train_timesteps "
     "solver_order prediction_type rho solver_type lower_order_final "
     "euler_at_final final_sigmas_type"},
    {scheduler::ddim_inverse,
     "num_train_timesteps beta_start beta_end beta_schedule trained_betas "
     "clip_sample set_alpha_to_one steps_offset prediction_type clip_sample_range "
     "timestep_spacing rescale_betas_zero_snr"},
    {scheduler::ddim,
     "num_train_timesteps beta_start beta_end beta_schedule trained_betas "
     "clip_sample set_alpha_to_one steps_offset prediction_type thresholding "
     "dynamic_thresholding_ratio clip_sample_range sample_max_value "
     "timestep_spacing rescale_betas_zero_snr"},
    {scheduler::ddpm,
     "num_train_timesteps beta_start beta_end beta_schedule trained_betas "
     "variance_type clip_sample prediction_type thresholding "
     "dynamic_thresholding_ratio clip_sample_range sample_max_value "
     "timestep_spacing steps_offset rescale_betas_zero_snr"},
    {scheduler::deis_multistep,
     "num_train_timesteps beta_start beta_end beta_schedule trained_betas "
     "solver_order prediction_type thresholding dynamic_thresholding_ratio "
     "sample_max_value algorithm_type solver_type lower_order_final "
     "use_karras_sigmas use_exponential_sigmas use_beta_sigmas use_flow_sigmas "
     "flow_shift timestep_spacing steps_offset use_dynamic_shifting "
     "time_shift_type"},
    {scheduler::dpm_solver_multistep,
     "num_train_timesteps beta_start beta_end beta_schedule trained_betas "
     "solver_order prediction_type thresholding dynamic_thresholding_ratio "
     "sample_max_value algorithm_type solver_type lower_order_final euler_at_final "
     "use_karras_sigmas use_exponential_sigmas use_beta_sigmas use_lu_lambdas "
     "use_flow_sigmas flow_shift final_sigmas_type lambda_min_clipped "
     "variance_type timestep_spacing steps_offset rescale_betas_zero_snr "
     "use_dynamic_shifting time_shift_type"},
    {scheduler::dpm_solver_singlestep,
     "num_train_timesteps beta_start beta_end beta_schedule trained_betas "
     "solver_order prediction_type thresholding dynamic_thresholding_ratio "
     "sample_max_value algorithm_type solver_type lower_order_final "
     "use_karras_sigmas use_exponential_sigmas use_beta_sigmas use_flow_sigmas "
     "flow_shift final_sigmas_type lambda_min_clipped variance_type "
     "use_dynamic_shifting time_shift_type"},
    {scheduler::edm_dpm_solver_multistep,
     "sigma_min sigma_max sigma_data sigma_schedule num_train_timesteps "
     "prediction_type rho solver_order thresholding dynamic_thresholding_ratio "
     "sample_max_value algorithm_type solver_type lower_order_final euler_at_final "
     "final_sigmas_type"},
    {scheduler::edm_euler,
     "sigma_min sigma_max sigma_data sigma_schedule num_train_timesteps "
     "prediction_type rho final_sigmas_type"},
    {scheduler::euler_ancestral_discrete,
     "num_train_timesteps beta_start beta_end beta_schedule trained_betas "
     "prediction_type timestep_spacing steps_offset rescale_betas_zero_snr"},
    {scheduler::euler_discrete,
     "num_train_timesteps beta_start beta_end beta_schedule trained_betas "
     "prediction_type interpolation_type use_karras_sigmas use_exponential_sigmas "
     "use_beta_sigmas sigma_min sigma_max timestep_spacing timestep_type "
     "steps_offset rescale_betas_zero_snr final_sigmas_type"},
    {scheduler::flow_match_euler_discrete,
     "num_train_timesteps shift use_dynamic_shifting base_shift max_shift "
     "base_image_seq_len max_image_seq_len invert_sigmas shift_terminal "
     "use_karras_sigmas use_exponential_sigmas use_beta_sigmas time_shift_type "
     "stochastic_sampling"},
    {scheduler::flow_match_heun_discrete, "num_train_timesteps shift"},
    {scheduler::flow_match_lcm,
     "num_train_timesteps shift use_dynamic_shifting base_shift max_shift "
     "base_image_seq_len max_image_seq_len invert_sigmas shift_terminal "
     "use_karras_sigmas use_exponential_sigmas use_beta_sigmas time_shift_type "
     "scale_factors upscale_mode"},
    {scheduler::heun_discrete,
     "num_train_timesteps beta_start beta_end beta_schedule trained_betas "
     "prediction_type use_karras_sigmas use_exponential_sigmas use_beta_sigmas "
     "clip_sample clip_sample_range timestep_spacing steps_offset"},
    {scheduler::ipndm, "num_train_timesteps trained_betas"},
    {scheduler::kdpm2_ancestral_discrete,
     "num_train_timesteps beta_start beta_end beta_schedule trained_betas "
     "use_karras_sigmas use_exponential_sigmas use_beta_sigmas prediction_type "
     "timestep_spacing steps_offset"},
    {scheduler::kdpm2_discrete,
     "num_train_timesteps beta_start beta_end beta_schedule trained_betas "
     "use_karras_sigmas use_exponential_sigmas use_beta_sigmas prediction_type "
     "timestep_spacing steps_offset"},
    {scheduler::lcm,
     "num_train_timesteps beta_start beta_end beta_schedule trained_betas "
     "original_inference_steps clip_sample clip_sample_range set_alpha_to_one "
     "steps_offset prediction_type thresholding dynamic_thresholding_ratio "
     "sample_max_value timestep_spacing timestep_scaling rescale_betas_zero_snr"},
    {scheduler::lms_discrete,
     "num_train_timesteps beta_start beta_end beta_schedule trained_betas "
     "use_karras_sigmas use_exponential_sigmas use_beta_sigmas prediction_type "
     "timestep_spacing steps_offset"},
    {scheduler::ltx_euler_ancestral_rf, "num_train_timesteps eta s_noise"},
    {scheduler::pndm,
     "num_train_timesteps beta_start beta_end beta_schedule trained_betas "
     "skip_prk_steps set_alpha_to_one prediction_type timestep_spacing "
     "steps_offset"},
    {scheduler::sa_solver,
     "num_train_timesteps beta_start beta_end beta_schedule trained_betas "
     "predictor_order corrector_order prediction_type tau_func thresholding "
     "dynamic_thresholding_ratio sample_max_value algorithm_type lower_order_final "
     "use_karras_sigmas use_exponential_sigmas use_beta_sigmas use_flow_sigmas "
     "flow_shift lambda_min_clipped variance_type timestep_spacing steps_offset"},
    {scheduler::tcd,
     "num_train_timesteps beta_start beta_end beta_schedule trained_betas "
     "original_inference_steps clip_sample clip_sample_range set_alpha_to_one "
     "steps_offset prediction_type thresholding dynamic_thresholding_ratio "
     "sample_max_value timestep_spacing timestep_scaling rescale_betas_zero_snr"},
    {scheduler::unclip,
     "num_train_timesteps variance_type clip_sample clip_sample_range "
     "prediction_type beta_schedule"},
    {scheduler::unipc_multistep,
     "num_train_timesteps beta_start beta_end beta_schedule trained_betas "
     "solver_order prediction_type thresholding dynamic_thresholding_ratio "
     "sample_max_value predict_x0 solver_type lower_order_final disable_corrector "
     "solver_p use_karras_sigmas use_exponential_sigmas use_beta_sigmas "
     "use_flow_sigmas flow_shift timestep_spacing steps_offset final_sigmas_type "
     "rescale_betas_zero_snr use_dynamic_shifting time_shift_type sigma_min "
     "sigma_max shift_terminal"},
};

/// Whether a class has an option.
[[nodiscard]] inline bool has_option(scheduler s, std::string_view key) {
    for (const options_of_class& each : class_options) {
        if (each.scheduler != s) continue;
        for (std::string_view left = each.keys; !left.empty();) {
            const auto end = left.find(' ');
            if (left.substr(0, end) == key) return true;
            left = end == std::string_view::npos ? std::string_view{} : left.substr(end + 1);
        }
    }
    return false;
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers::detail

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The keys that a scheduler_config.json of diffusers can have.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/config.hpp>
#include <diffgen/core/error.hpp>

#include <string_view>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers::detail {

/// Calls f(key, member) with every option of a configuration.
template <class Config, class F>
void each_option(Config& c, F f) {
    f("num_train_timesteps", c.num_train_timesteps);
    f("beta_start", c.beta_start);
    f("beta_end", c.beta_end);
    f("beta_schedule", c.beta_schedule);
    f("trained_betas", c.trained_betas);
    f("rescale_betas_zero_snr", c.rescale_betas_zero_snr);
    f("prediction_type", c.prediction_type);
    f("timestep_spacing", c.timestep_spacing);
    f("steps_offset", c.steps_offset);
    f("set_alpha_to_one", c.set_alpha_to_one);
    f("variance_type", c.variance_type);
    f("clip_sample", c.clip_sample);
    f("clip_sample_range", c.clip_sample_range);
    f("thresholding", c.thresholding);
    f("dynamic_thresholding_ratio", c.dynamic_thresholding_ratio);
    f("sample_max_value", c.sample_max_value);
    f("use_karras_sigmas", c.use_karras_sigmas);
    f("use_exponential_sigmas", c.use_exponential_sigmas);
    f("use_beta_sigmas", c.use_beta_sigmas);
    f("sigma_min", c.sigma_min);
    f("sigma_max", c.sigma_max);
    f("final_sigmas_type", c.final_sigmas_type);
    f("interpolation_type", c.interpolation_type);
    f("timestep_type", c.timestep_type);
    f("sigma_data", c.sigma_data);
    f("rho", c.rho);
    f("sigma_schedule", c.sigma_schedule);
    f("shift", c.shift);
    f("use_dynamic_shifting", c.use_dynamic_shifting);
    f("time_shift_type", c.time_shift_type);
    f("base_shift", c.base_shift);
    f("max_shift", c.max_shift);
    f("base_image_seq_len", c.base_image_seq_len);
    f("max_image_seq_len", c.max_image_seq_len);
    f("shift_terminal", c.shift_terminal);
    f("invert_sigmas", c.invert_sigmas);
    f("stochastic_sampling", c.stochastic_sampling);
    f("skip_prk_steps", c.skip_prk_steps);
    f("original_inference_steps", c.original_inference_steps);
    f("timestep_scaling", c.timestep_scaling);
    f("s_noise", c.s_noise);
    f("clip_denoised", c.clip_denoised);
    f("eta", c.eta);
    f("snr_shift_scale", c.snr_shift_scale);
    f("algorithm_type", c.algorithm_type);
    f("solver_type", c.solver_type);
    f("solver_order", c.solver_order);
    f("predictor_order", c.predictor_order);
    f("corrector_order", c.corrector_order);
    f("lower_order_final", c.lower_order_final);
    f("euler_at_final", c.euler_at_final);
    f("predict_x0", c.predict_x0);
    f("disable_corrector", c.disable_corrector);
    f("use_lu_lambdas", c.use_lu_lambdas);
    f("use_flow_sigmas", c.use_flow_sigmas);
    f("flow_shift", c.flow_shift);
    f("lambda_min_clipped", c.lambda_min_clipped);
}

/// Options of which only null stands for something here, and one that means nothing beside it.
inline constexpr std::string_view options_without_member[] = {"scale_factors", "solver_p",
                                                              "tau_func", "upscale_mode"};

/// Refuses an option that no scheduler here has. Those of other classes are let pass, as diffusers
/// does when a configuration is handed from one class to another; config::unused has them.
inline void require_known(std::string_view key) {
    bool known = key.starts_with('_');
    for (const std::string_view each : options_without_member)
        known = known || key == each;
    const config c{};
    each_option(c, [&](std::string_view option, const auto&) { known = known || key == option; });
    if (!known)
        throw bad_argument(diffgen::detail::text(
            "diffgen: unknown option '", key, "' in the configuration of a diffusers scheduler"));
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers::detail

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a configuration of a diffusers scheduler must not say.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/config.hpp>
#include <diffgen/compat/unsupported.hpp>
#include <diffgen/core/error.hpp>

#include <cmath>
#include <cstddef>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers::detail {

/// Whether networks of a class can predict the velocity of a straight path.
inline bool takes_flow_prediction(scheduler s) {
    return s == scheduler::deis_multistep || s == scheduler::dpm_solver_multistep ||
           s == scheduler::dpm_solver_singlestep || s == scheduler::sa_solver ||
           s == scheduler::unipc_multistep;
}

/// What num_train_timesteps and num_inference_steps can be at most: more is a slip of the pen, and
/// would fill the memory.
inline constexpr int most_steps = 1'000'000;

inline void require_range(bool inside, const char* key, double value, const char* range) {
    if (!inside)
        throw bad_argument(
            diffgen::detail::text("diffgen: '", key, "' is ", value, ", not ", range));
}

[[nodiscard]] inline bool is_flow_match(scheduler s) {
    return s == scheduler::flow_match_euler_discrete || s == scheduler::flow_match_heun_discrete ||
           s == scheduler::flow_match_lcm || s == scheduler::ltx_euler_ancestral_rf;
}

/// Throws compat::unsupported, bad_argument; both name the key.
inline void check_values(const config& c) {
    if (c.prediction_type == prediction_type::flow_prediction &&
        !takes_flow_prediction(c.scheduler))
        throw unsupported(diffgen::detail::text(
            "diffgen: 'prediction_type' is 'flow_prediction' in ", name(c.scheduler)));
    require_range(c.num_train_timesteps > 0 && c.num_train_timesteps <= most_steps,
                  "num_train_timesteps", c.num_train_timesteps, "between 1 and a million");
    require_range(c.steps_offset >= 0, "steps_offset", c.steps_offset, "0 or more");
    require_range(c.shift > 0 && std::isfinite(c.shift), "shift", c.shift, "positive");
    require_range(c.flow_shift > 0 && std::isfinite(c.flow_shift), "flow_shift", c.flow_shift,
                  "positive");
    require_range(c.base_image_seq_len < c.max_image_seq_len, "max_image_seq_len",
                  c.max_image_seq_len, "above 'base_image_seq_len'");
    if (c.shift_terminal)
        require_range(*c.shift_terminal >= 0 && *c.shift_terminal < 1, "shift_terminal",
                      *c.shift_terminal, "between 0 and 1");
    require_range(c.eta >= 0 && c.eta <= 1, "eta", c.eta, "between 0 and 1");
    require_range(c.snr_shift_scale > 0 && std::isfinite(c.snr_shift_scale), "snr_shift_scale",
                  c.snr_shift_scale, "positive");
    require_range(c.s_noise >= 0 && std::isfinite(c.s_noise), "s_noise", c.s_noise, "0 or more");
    require_range(c.sigma_data > 0, "sigma_data", c.sigma_data, "positive");
    require_range(c.rho > 0 && std::isfinite(c.rho), "rho", c.rho, "positive");
    require_range(c.timestep_scaling > 0, "timestep_scaling", c.timestep_scaling, "positive");
    require_range(c.sample_max_value > 0, "sample_max_value", c.sample_max_value, "positive");
    if (c.sigma_min) require_range(*c.sigma_min > 0, "sigma_min", *c.sigma_min, "positive");
    if (c.sigma_max)
        require_range(std::isfinite(*c.sigma_max) && *c.sigma_max > c.sigma_min.value_or(0),
                      "sigma_max", *c.sigma_max, "finite and above 'sigma_min'");
    require_range(c.clip_sample_range > 0, "clip_sample_range", c.clip_sample_range, "positive");
    require_range(c.dynamic_thresholding_ratio >= 0 && c.dynamic_thresholding_ratio <= 1,
                  "dynamic_thresholding_ratio", c.dynamic_thresholding_ratio, "between 0 and 1");
    if (c.scheduler == scheduler::unipc_multistep && c.shift_terminal && !c.use_flow_sigmas)
        throw bad_argument("diffgen: 'shift_terminal' without 'use_flow_sigmas'");
    if (!c.trained_betas.empty() && c.scheduler != scheduler::ipndm &&
        c.trained_betas.size() != static_cast<std::size_t>(c.num_train_timesteps))
        throw bad_argument(diffgen::detail::text("diffgen: 'trained_betas' has ",
                                                 c.trained_betas.size(), " entries for ",
                                                 c.num_train_timesteps, " 'num_train_timesteps'"));
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers::detail

#include <diffgen/core/with_macros.hpp>

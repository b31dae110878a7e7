// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a configuration of a diffusers scheduler must not say, and what its class passes over.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/config.hpp>
#include <diffgen/compat/unsupported.hpp>
#include <diffgen/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <optional>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers::detail {

/// Whether networks of a class can predict the velocity of a straight path.
inline bool takes_flow_prediction(scheduler s) {
    return s == scheduler::deis_multistep || s == scheduler::dpm_solver_multistep ||
           s == scheduler::dpm_solver_singlestep || s == scheduler::sa_solver ||
           s == scheduler::unipc_multistep;
}

/// Takes back options that a class of the solvers in lambda does not have, but others have.
inline void drop_foreign(config& c) {
    const auto is = [&](std::initializer_list<scheduler> classes) {
        return std::find(classes.begin(), classes.end(), c.scheduler) != classes.end();
    };
    if (is({scheduler::deis_multistep, scheduler::dpm_solver_singlestep, scheduler::sa_solver}))
        c.rescale_betas_zero_snr = false;
    if (is({scheduler::deis_multistep, scheduler::dpm_solver_multistep,
            scheduler::dpm_solver_singlestep, scheduler::sa_solver}))
        c.sigma_min = c.sigma_max = std::nullopt;
    if (is({scheduler::deis_multistep, scheduler::dpm_solver_singlestep, scheduler::sa_solver,
            scheduler::unipc_multistep}))
        c.use_lu_lambdas = false;
    if (is({scheduler::deis_multistep, scheduler::unipc_multistep}))
        c.lambda_min_clipped = -std::numeric_limits<double>::infinity();
    if (is({scheduler::cosine_dpm_solver_multistep, scheduler::deis_multistep,
            scheduler::edm_dpm_solver_multistep, scheduler::unipc_multistep}))
        c.variance_type = variance_type::fixed_small;
    if (is({scheduler::pndm, scheduler::unclip})) c.rescale_betas_zero_snr = false;
    if (is({scheduler::unclip})) c.trained_betas.clear();
    if (is({scheduler::cosine_dpm_solver_multistep})) {
        c.algorithm_type = algorithm_type::sde_dpm_solver_pp;
        c.thresholding = false;
    }
}

inline void require_range(bool inside, const char* key, double value, const char* range) {
    if (!inside)
        throw bad_argument(
            diffgen::detail::text("diffgen: '", key, "' is ", value, ", not ", range));
}

/// Throws compat::unsupported, bad_argument; both name the key.
inline void check_values(const config& c) {
    if (c.prediction_type == prediction_type::flow_prediction &&
        !takes_flow_prediction(c.scheduler))
        throw unsupported(diffgen::detail::text(
            "diffgen: 'prediction_type' is 'flow_prediction' in ", name(c.scheduler)));
    require_range(c.num_train_timesteps > 0 && c.num_train_timesteps <= 1'000'000,
                  "num_train_timesteps", c.num_train_timesteps, "1 to 1000000");
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

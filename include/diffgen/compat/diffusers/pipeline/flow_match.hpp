// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Samplers for configurations of FlowMatchEulerDiscreteScheduler, FlowMatchHeunDiscreteScheduler,
// FlowMatchLCMScheduler and LTXEulerAncestralRFScheduler.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/flow_match.hpp>
#include <diffgen/compat/diffusers/pipeline/compose.hpp>
#include <diffgen/kernel/linear_interpolant.hpp>
#include <diffgen/schedule/rectified.hpp>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// See with_scheduler.
template <class Net, class Use, class Noise = noise::philox>
auto with_flow_match(const config& c, const arguments& a, Net net, Use&& use, Noise noise = {}) {
    const auto flows = [&](auto solver, const flow_sigmas& grid) {
        return detail::composer{c, a, use, noise}(schedule::rectified{},
                                                  kernel::linear_interpolant{},
                                                  predicts(flow{}, net), solver, grid);
    };
    const scheduler s = c.scheduler;
    if (s == scheduler::flow_match_heun_discrete) {
        a.allow(s, {"s_churn", "s_tmin", "s_tmax", "s_noise"});
        return flows(flow_heun{a.churning()}, flow_heun_grid(c, a.steps()));
    }
    if (s == scheduler::ltx_euler_ancestral_rf) {
        a.allow(s, {"sigmas", "timesteps"});
        return flows(flow_ancestral{c.eta, c.s_noise},
                     ltx_grid(c, a.steps(), a.sigmas.empty() ? a.timesteps : a.sigmas));
    }
    if (s == scheduler::flow_match_euler_discrete)
        // step() takes the arguments of a churn, and passes over them
        a.allow(s, {"sigmas", "timesteps", "mu", "image_seq_len", "s_churn", "s_tmin", "s_tmax",
                    "s_noise"});
    else if (s == scheduler::flow_match_lcm)
        a.allow(s, {"sigmas", "timesteps", "mu", "image_seq_len"});
    else
        detail::refuse_class(c, "flow matching");
    const auto grid = flow_grid(c, {a.steps(), a.sigmas, a.timesteps, a.shift_mu(c)});
    return c.stochastic_sampling || s == scheduler::flow_match_lcm ? flows(flow_stochastic{}, grid)
                                                                   : flows(flow_euler{}, grid);
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>

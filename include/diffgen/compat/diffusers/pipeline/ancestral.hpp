// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Samplers for configurations of DDPMScheduler, DDIMScheduler, DDIMInverseScheduler,
// CogVideoXDDIMScheduler and UnCLIPScheduler.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/ddim.hpp>
#include <diffgen/compat/diffusers/ddpm.hpp>
#include <diffgen/compat/diffusers/estimate.hpp>
#include <diffgen/compat/diffusers/pipeline/compose.hpp>
#include <diffgen/compat/diffusers/schedule.hpp>
#include <diffgen/compat/diffusers/unclip.hpp>
#include <diffgen/guidance/learned_variance.hpp>
#include <diffgen/kernel/variance_preserving.hpp>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// See with_scheduler. The network has a second output where the variance is learned.
template <class Net, class Use, class Noise = noise::philox>
auto with_ancestral(const config& c, const arguments& a, Net net, Use&& use, Noise noise = {}) {
    const auto preserving = [&](auto predictor, auto solver, any_grid grid) {
        return detail::composer{c, a, use, noise}(noise_schedule(c), kernel::variance_preserving{},
                                                  predictor, solver, grid);
    };
    const auto posterior = [&](auto predictor, auto solver, any_grid grid) {
        if (c.variance_type == variance_type::learned)
            return preserving(learned_variance{predictor, direct_deviation{}}, solver, grid);
        if (c.variance_type == variance_type::learned_range)
            return preserving(learned_variance{predictor}, solver, grid);
        return preserving(predictor, solver, grid);
    };
    if (c.scheduler == scheduler::ddpm) {
        a.allow(c.scheduler, {"timesteps"});
        const ddpm solver{c.variance_type};
        const at_timesteps grid(a.timesteps.empty() ? spaced_timesteps(c, a.steps())
                                                    : a.whole_timesteps(c));
        return c.thresholding ? posterior(thresholding_predictor(c, net), solver, grid)
                              : posterior(predictor(c, net), solver, grid);
    }
    if (c.scheduler == scheduler::ddim) {
        a.allow(c.scheduler, {"eta", "use_clipped_model_output"});
        const ddim solver(c, a.steps(), a.eta.value_or(0),
                          a.use_clipped_model_output.value_or(false));
        const at_timesteps grid(spaced_timesteps(c, a.steps()));
        return c.thresholding ? preserving(thresholding_predictor(c, net), solver, grid)
                              : preserving(predictor(c, net), solver, grid);
    }
    if (c.scheduler == scheduler::cog_video_x_ddim) {
        a.allow(c.scheduler, {});
        return preserving(predictor(c, net), ddim(c, a.steps(), 0, false),
                          at_timesteps(spaced_timesteps(c, a.steps())));
    }
    if (c.scheduler == scheduler::ddim_inverse) {
        a.allow(c.scheduler, {});
        return preserving(predictor(c, net), ddim_inverse(c), inverse_timesteps(c, a.steps()));
    }
    if (c.scheduler != scheduler::unclip) detail::refuse_class(c, "DDPM, DDIM and UnCLIP");
    a.allow(c.scheduler, {});
    return posterior(predictor(c, net), unclip(c), at_timesteps(unclip_timesteps(c, a.steps())));
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>

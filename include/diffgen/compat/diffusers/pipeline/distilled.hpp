// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Samplers for configurations of LCMScheduler, TCDScheduler and CMStochasticIterativeScheduler.

#include <diffgen/compat/diffusers/consistency.hpp>
#include <diffgen/compat/diffusers/distilled.hpp>
#include <diffgen/compat/diffusers/estimate.hpp>
#include <diffgen/compat/diffusers/pipeline/compose.hpp>
#include <diffgen/compat/diffusers/schedule.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/schedule/edm.hpp>

namespace diffgen::compat::diffusers {

namespace detail {

/// The timesteps of a call of LCMScheduler or TCDScheduler: its own, or some of the distillation's.
[[nodiscard]] inline at_timesteps distilled_grid(config c, const arguments& a) {
    const double strength = a.strength.value_or(1);
    if (!a.timesteps.empty()) {
        if (strength != 1) throw unsupported("diffgen: the argument 'strength' beside 'timesteps'");
        return at_timesteps(a.whole_timesteps());
    }
    c.original_inference_steps = a.original_inference_steps.value_or(c.original_inference_steps);
    return at_timesteps(distilled_timesteps(c, a.steps(), strength));
}

}  // namespace detail

/// See with_scheduler.
template <class Net, class Use, class Noise = noise::philox>
auto with_distilled(const config& c, const arguments& a, Net net, Use&& use, Noise noise = {}) {
    const detail::composer compose{use, noise};
    const auto preserving = [&](auto predictor, auto solver) {
        return compose(noise_schedule(c), kernel::variance_preserving{}, predictor, solver,
                       detail::distilled_grid(c, a));
    };
    switch (c.scheduler) {
        case scheduler::cm_stochastic_iterative: {
            a.allow(c.scheduler, {"timesteps"});
            const cm_stochastic_iterative solver(c);
            const auto grid = a.timesteps.empty() ? consistency_sigmas(c, a.steps())
                                                  : consistency_sigmas(c, a.whole_timesteps());
            return compose(schedule::edm{solver.sigma_min, solver.sigma_max},
                           kernel::variance_exploding{}, consistency_predictor(c, net), solver,
                           grid, solver.sigma_max);
        }
        case scheduler::lcm:
            a.allow(c.scheduler, {"original_inference_steps", "strength", "timesteps"});
            return c.thresholding ? preserving(thresholding_predictor(c, net), lcm(c))
                                  : preserving(predictor(c, net), lcm(c));
        case scheduler::tcd: {
            a.allow(c.scheduler, {"eta", "original_inference_steps", "strength", "timesteps"});
            const tcd solver(c, a.eta.value_or(0.3));
            return preserving(predicts(solver.output, net), solver);
        }
        default:
            detail::refuse_class(c, "LCM, TCD and consistency models");
    }
}

}  // namespace diffgen::compat::diffusers

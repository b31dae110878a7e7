// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Samplers for configurations of LCMScheduler, TCDScheduler and CMStochasticIterativeScheduler.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/consistency.hpp>
#include <diffgen/compat/diffusers/distilled.hpp>
#include <diffgen/compat/diffusers/estimate.hpp>
#include <diffgen/compat/diffusers/pipeline/compose.hpp>
#include <diffgen/compat/diffusers/schedule.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/schedule/edm.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

namespace detail {

/// The timesteps of a call of LCMScheduler or TCDScheduler: its own, or some of the distillation's.
/// 'original_inference_steps' in a call of TCDScheduler stands for all timesteps, whatever it says.
[[nodiscard]] inline at_timesteps distilled_grid(config c, const arguments& a) {
    const double strength = a.strength.value_or(1);
    require_range(strength > 0 && strength <= 1, "strength", strength, "above 0 and at most 1");
    if (!a.timesteps.empty()) {
        std::vector<int> t = a.whole_timesteps(c);
        const int n = static_cast<int>(t.size());
        t.erase(t.begin(), t.end() - std::clamp(static_cast<int>(n * strength), 0, n));
        if (t.empty()) throw bad_argument("diffgen: 'strength' leaves none of the 'timesteps'");
        return at_timesteps(std::move(t));
    }
    const int n = a.steps();
    if (const auto original = a.original_inference_steps) {
        if (n > *original)
            throw bad_argument(diffgen::detail::text("diffgen: 'num_inference_steps' is ", n,
                                                     " of ", *original,
                                                     " 'original_inference_steps'"));
        c.original_inference_steps = c.scheduler == scheduler::tcd ? 0 : *original;
    }
    return at_timesteps(distilled_timesteps(c, n, strength));
}

}  // namespace detail

/// See with_scheduler.
template <class Net, class Use, class Noise = noise::philox>
auto with_distilled(const config& c, const arguments& a, Net net, Use&& use, Noise noise = {}) {
    const detail::composer compose{c, a, use, noise};
    const auto preserving = [&](auto predictor, auto solver) {
        return compose(noise_schedule(c), kernel::variance_preserving{}, predictor, solver,
                       detail::distilled_grid(c, a));
    };
    if (c.scheduler == scheduler::cm_stochastic_iterative) {
        a.allow(c.scheduler, {"timesteps"});
        const cm_stochastic_iterative solver(c);
        const auto grid = a.timesteps.empty() ? consistency_sigmas(c, a.steps())
                                              : consistency_sigmas(c, a.whole_timesteps(c));
        return compose(schedule::edm{solver.sigma_min, solver.sigma_max},
                       kernel::variance_exploding{}, consistency_predictor(c, net), solver, grid,
                       solver.sigma_max);
    }
    if (c.scheduler == scheduler::lcm) {
        a.allow(c.scheduler, {"original_inference_steps", "timesteps"});
        return c.thresholding ? preserving(thresholding_predictor(c, net), lcm(c, a.steps()))
                              : preserving(predictor(c, net), lcm(c, a.steps()));
    }
    if (c.scheduler != scheduler::tcd) detail::refuse_class(c, "LCM, TCD and consistency models");
    a.allow(c.scheduler, {"eta", "original_inference_steps", "timesteps"});
    const tcd solver(c, a.eta.value_or(0.3), a.steps());
    return preserving(predicts(solver.output, net), solver);
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>

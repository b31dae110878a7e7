// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Samplers for configurations of the schedulers whose state is x / alpha, noised by sigma:
// EulerDiscreteScheduler, EulerAncestralDiscreteScheduler, HeunDiscreteScheduler,
// KDPM2DiscreteScheduler, KDPM2AncestralDiscreteScheduler, LMSDiscreteScheduler and
// EDMEulerScheduler.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/edm_euler.hpp>
#include <diffgen/compat/diffusers/euler.hpp>
#include <diffgen/compat/diffusers/heun.hpp>
#include <diffgen/compat/diffusers/kdpm2.hpp>
#include <diffgen/compat/diffusers/lms.hpp>
#include <diffgen/compat/diffusers/pipeline/compose.hpp>
#include <diffgen/kernel/variance_exploding.hpp>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// See with_scheduler.
template <class Net, class Use, class Noise = noise::philox>
auto with_exploding(const config& c, const arguments& a, Net net, Use&& use, Noise noise = {}) {
    const auto exploding = [&](auto predictor, auto solver, const at_sigmas& grid) {
        return detail::composer{c, a, use, noise}(grid.noise_schedule(),
                                                  kernel::variance_exploding{}, predictor, solver,
                                                  grid, grid.initial_sigma);
    };
    const scheduler s = c.scheduler;
    if (s == scheduler::euler_discrete) {
        a.allow(s, {"timesteps", "sigmas", "s_churn", "s_tmin", "s_tmax", "s_noise"});
        const at_sigmas grid = !a.sigmas.empty()      ? euler_grid_of_sigmas(c, a.sigmas)
                               : !a.timesteps.empty() ? euler_grid(c, a.timesteps)
                                                      : euler_grid(c, a.steps());
        return exploding(exploding_predictor(c, net), euler(c, a.churning(), grid), grid);
    }
    if (s == scheduler::heun_discrete) {
        a.allow(s, {"timesteps"});
        return exploding(heun_predictor(c, net), heun{},
                         a.timesteps.empty() ? heun_grid(c, a.steps()) : heun_grid(c, a.timesteps));
    }
    if (s == scheduler::lms_discrete) {
        a.allow(s, {"order"});
        return exploding(exploding_predictor(c, net), lms{a.order.value_or(4)},
                         sigma_grid(c, a.steps()));
    }
    require_noise_prediction(c);
    if (s == scheduler::edm_euler) {
        a.allow(s, {"s_churn", "s_tmin", "s_tmax", "s_noise"});
        return exploding(edm_predictor(c, net), edm_euler(c, a.churning()), edm_grid(c, a.steps()));
    }
    a.allow(s, {});
    if (s == scheduler::euler_ancestral_discrete)
        return exploding(exploding_predictor(c, net), euler_ancestral(), sigma_grid(c, a.steps()));
    if (s == scheduler::kdpm2_discrete)
        return exploding(exploding_predictor(c, net), kdpm2{}, kdpm2_grid(c, a.steps()));
    if (s != scheduler::kdpm2_ancestral_discrete)
        detail::refuse_class(c, "Euler, Heun, KDPM2 and LMS");
    return exploding(exploding_predictor(c, net), kdpm2_ancestral{}, kdpm2_grid(c, a.steps()));
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>

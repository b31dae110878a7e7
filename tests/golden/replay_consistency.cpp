// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Replays of the samplers of distilled and consistency models in diffusers.

#include <diffgen/compat/diffusers/consistency.hpp>
#include <diffgen/compat/diffusers/distilled.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/schedule/edm.hpp>

#include "diffusers.hpp"

namespace golden {
namespace {

double cm_stochastic_iterative(diffusers_replay& r) {
    const diffusers::cm_stochastic_iterative solver(r.config);
    return r.on(diffgen::schedule::edm{solver.sigma_min, solver.sigma_max},
                diffgen::kernel::variance_exploding{},
                diffusers::consistency_predictor(r.config, network{&r.timesteps}), solver,
                r.has_timesteps() ? diffusers::consistency_sigmas(
                                        r.config, r.call.get<std::vector<int>>("timesteps"))
                                  : diffusers::consistency_sigmas(r.config, r.steps));
}

}  // namespace

double replay_consistency(diffusers_replay& r) {
    if (r.config.scheduler == diffusers::scheduler::cm_stochastic_iterative)
        return cm_stochastic_iterative(r);
    r.config.original_inference_steps =
        r.call.get("original_inference_steps", r.config.original_inference_steps);
    const double strength = r.call.get("strength", 1.);
    if (r.has_timesteps() && strength != 1)
        throw diffgen::compat::unsupported("the argument 'strength' beside 'timesteps'");
    const diffusers::at_timesteps grid =
        r.has_timesteps()
            ? r.grid()
            : diffusers::at_timesteps(diffusers::distilled_timesteps(r.config, r.steps, strength));
    if (r.config.scheduler == diffusers::scheduler::tcd) {
        const diffusers::tcd solver(r.config, r.call.get("eta", 0.3));
        return r.with(diffgen::predicts(solver.output, network{&r.timesteps}), solver, grid);
    }
    const diffusers::lcm solver(r.config);
    return r.with_predictor([&](auto p) { return r.with(p, solver, grid); });
}

}  // namespace golden

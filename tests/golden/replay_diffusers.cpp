// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Replays of the DDPM and DDIM schedulers of diffusers; the families beside them have files of
// their own.

#include <diffgen/compat/diffusers/ddim.hpp>
#include <diffgen/compat/diffusers/ddpm.hpp>
#include <diffgen/compat/diffusers/unclip.hpp>
#include <diffgen/guidance/learned_variance.hpp>

#include "diffusers.hpp"

namespace golden {
namespace {

double ddim(diffusers_replay& r) {
    const diffusers::ddim solver(r.config, r.steps, r.call.get("eta", 0.),
                                 r.call.get("use_clipped_model_output", false));
    return r.with_predictor([&](auto p) { return r.with(p, solver, r.grid()); });
}

double ddim_inverse(diffusers_replay& r) {
    return r.with(diffusers::predictor(r.config, network{&r.timesteps}),
                  diffusers::ddim_inverse(r.config),
                  diffusers::inverse_timesteps(r.config, r.steps));
}

/// DDPM and UnCLIP: the predictor has a second output where the variance is learned.
template <class Predictor, class Solver>
double posterior(diffusers_replay& r, Predictor p, Solver solver, diffusers::at_timesteps grid) {
    switch (r.config.variance_type) {
        case diffusers::variance_type::learned:
            return r.with(diffgen::learned_variance{p, diffgen::direct_deviation{}}, solver, grid);
        case diffusers::variance_type::learned_range:
            return r.with(diffgen::learned_variance{p}, solver, grid);
        default:
            return r.with(p, solver, grid);
    }
}

double ddpm(diffusers_replay& r) {
    const diffusers::ddpm solver{r.config.variance_type};
    return r.with_predictor([&](auto p) { return posterior(r, p, solver, r.grid()); });
}

double unclip(diffusers_replay& r) {
    return posterior(r, diffusers::predictor(r.config, network{&r.timesteps}),
                     diffusers::unclip(r.config),
                     diffusers::at_timesteps(diffusers::unclip_timesteps(r.config, r.steps)));
}

}  // namespace

double replay_diffusers(const json& file) {
    diffusers_replay r(file);
    switch (r.config.scheduler) {
        case diffusers::scheduler::ddim:
            return ddim(r);
        case diffusers::scheduler::ddim_inverse:
            return ddim_inverse(r);
        case diffusers::scheduler::ddpm:
            return ddpm(r);
        case diffusers::scheduler::unclip:
            return unclip(r);
        case diffusers::scheduler::ipndm:
        case diffusers::scheduler::pndm:
            return replay_pndm(r);
        case diffusers::scheduler::cm_stochastic_iterative:
        case diffusers::scheduler::lcm:
        case diffusers::scheduler::tcd:
            break;
    }
    return replay_consistency(r);
}

}  // namespace golden

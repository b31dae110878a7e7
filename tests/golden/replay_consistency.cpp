// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Replays of the samplers of distilled and consistency models in diffusers.

#include <diffgen/compat/diffusers/consistency.hpp>
#include <diffgen/compat/diffusers/distilled.hpp>
#include <diffgen/compat/diffusers/schedule.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/schedule/edm.hpp>

#include "diffusers.hpp"

namespace golden {
namespace {

struct replay : diffusers_replay {
    using diffusers_replay::diffusers_replay;

    double cm_stochastic_iterative() {
        allow({"timesteps"});
        const diffusers::cm_stochastic_iterative solver(config);
        return with(diffgen::schedule::edm{solver.sigma_min, solver.sigma_max},
                    diffgen::kernel::variance_exploding{},
                    diffusers::consistency_predictor(config, net()), solver,
                    given("timesteps") ? diffusers::consistency_sigmas(
                                             config, call.get<std::vector<int>>("timesteps"))
                                       : diffusers::consistency_sigmas(config, steps));
    }
    double tcd() {
        allow({"eta", "original_inference_steps", "strength", "timesteps"});
        const diffusers::tcd solver(config, call.get("eta", 0.3));
        return preserving(diffgen::predicts(solver.output, net()), solver);
    }
    double lcm() {
        allow({"original_inference_steps", "strength", "timesteps"});
        const diffusers::lcm solver(config);
        if (config.thresholding)
            return preserving(diffusers::thresholding_predictor(config, net()), solver);
        return preserving(diffusers::predictor(config, net()), solver);
    }

  private:
    template <class Predictor, class Solver>
    double preserving(Predictor predictor, Solver solver) {
        return with(diffusers::noise_schedule(config), diffgen::kernel::variance_preserving{},
                    predictor, solver, grid());
    }
    /// The timesteps of the call: its own, or some of the distillation's.
    [[nodiscard]] diffusers::at_timesteps grid() const {
        const double strength = call.get("strength", 1.);
        if (given("timesteps")) {
            if (strength != 1)
                throw diffgen::compat::unsupported("the argument 'strength' beside 'timesteps'");
            return diffusers::at_timesteps(call.get<std::vector<int>>("timesteps"));
        }
        diffusers::config c = config;
        if (given("original_inference_steps"))
            c.original_inference_steps = call.get<int>("original_inference_steps");
        return diffusers::at_timesteps(diffusers::distilled_timesteps(c, steps, strength));
    }
};

}  // namespace

double replay_consistency(const json& file) {
    replay r(file);
    switch (r.config.scheduler) {
        case diffusers::scheduler::cm_stochastic_iterative:
            return r.cm_stochastic_iterative();
        case diffusers::scheduler::tcd:
            return r.tcd();
        default:
            return r.lcm();
    }
}

}  // namespace golden

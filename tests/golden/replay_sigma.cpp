// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Replays of the schedulers of diffusers that step through sigmas.

#include <diffgen/compat/diffusers/edm_euler.hpp>
#include <diffgen/compat/diffusers/euler.hpp>
#include <diffgen/compat/diffusers/flow_match.hpp>
#include <diffgen/compat/diffusers/heun.hpp>
#include <diffgen/compat/diffusers/kdpm2.hpp>
#include <diffgen/compat/diffusers/lms.hpp>
#include <diffgen/kernel/linear_interpolant.hpp>
#include <diffgen/kernel/variance_exploding.hpp>

#include "diffusers.hpp"

namespace golden {
namespace {

struct replay : diffusers_replay {
    using diffusers_replay::diffusers_replay;

    template <class Solver>
    double exploding(Solver solver, const diffusers::at_sigmas& grid) {
        return exploding(solver, grid, diffusers::exploding_predictor(config, net()));
    }
    template <class Solver, class Predictor>
    double exploding(Solver solver, const diffusers::at_sigmas& grid, Predictor predictor) {
        difference d;
        d.compare(numbers{grid.initial_sigma}, numbers{file.get<double>("init_noise_sigma")});
        return std::max(d.largest(),
                        with(grid.noise_schedule(), diffgen::kernel::variance_exploding{},
                             predictor, solver, grid));
    }

    double euler() {
        allow({"timesteps", "sigmas"});
        if (given("sigmas"))
            return exploding(diffusers::euler{},
                             diffusers::euler_grid_of_sigmas(config, call.get<numbers>("sigmas")));
        return exploding(diffusers::euler{},
                         given("timesteps")
                             ? diffusers::euler_grid(config, call.get<numbers>("timesteps"))
                             : diffusers::euler_grid(config, steps));
    }
    double euler_ancestral() {
        allow({});
        diffusers::require_noise_prediction(config);
        return exploding(diffusers::euler_ancestral(), diffusers::sigma_grid(config, steps));
    }
    double heun() {
        allow({"timesteps"});
        diffusers::require_noise_prediction(config);
        return exploding(diffusers::heun{},
                         given("timesteps")
                             ? diffusers::heun_grid(config, call.get<numbers>("timesteps"))
                             : diffusers::heun_grid(config, steps),
                         diffusers::heun_predictor(config, net()));
    }
    double kdpm2() {
        allow({});
        diffusers::require_noise_prediction(config);
        if (config.scheduler == diffusers::scheduler::kdpm2_discrete)
            return exploding(diffusers::kdpm2{}, diffusers::kdpm2_grid(config, steps));
        return exploding(diffusers::kdpm2_ancestral{}, diffusers::kdpm2_grid(config, steps));
    }
    double lms() {
        allow({"order"});
        return exploding(diffusers::lms{call.get("order", 4)},
                         diffusers::sigma_grid(config, steps));
    }
    double edm_euler() {
        allow({});
        diffusers::require_noise_prediction(config);
        return exploding(diffusers::euler{}, diffusers::edm_grid(config, steps),
                         diffusers::edm_predictor(config, net()));
    }

    template <class Solver>
    double flow(Solver solver, const diffusers::flow_sigmas& grid) {
        return with(diffgen::schedule::rectified{}, diffgen::kernel::linear_interpolant{},
                    diffgen::predicts(diffgen::flow{}, net()), solver, grid);
    }
    double flow_euler() {
        allow({"sigmas", "timesteps", "mu"});
        const auto list = [&](const char* key) {
            return given(key) ? call.get<numbers>(key) : numbers{};
        };
        const std::optional<double> mu =
            given("mu") ? std::optional(call.get<double>("mu")) : std::nullopt;
        const auto grid =
            diffusers::flow_grid(config, {steps, list("sigmas"), list("timesteps"), mu});
        return config.stochastic_sampling ? flow(diffusers::flow_stochastic{}, grid)
                                          : flow(diffusers::flow_euler{}, grid);
    }
    double flow_heun() {
        allow({});
        return flow(diffusers::flow_heun{}, diffusers::flow_heun_grid(config, steps));
    }
};

}  // namespace

double replay_sigma(const json& file) {
    replay r(file);
    using diffusers::scheduler;
    switch (r.config.scheduler) {
        case scheduler::euler_ancestral_discrete:
            return r.euler_ancestral();
        case scheduler::euler_discrete:
            return r.euler();
        case scheduler::heun_discrete:
            return r.heun();
        case scheduler::kdpm2_ancestral_discrete:
        case scheduler::kdpm2_discrete:
            return r.kdpm2();
        case scheduler::lms_discrete:
            return r.lms();
        case scheduler::edm_euler:
            return r.edm_euler();
        case scheduler::flow_match_euler_discrete:
            return r.flow_euler();
        case scheduler::flow_match_heun_discrete:
            return r.flow_heun();
        default:
            throw diffgen::compat::unsupported("the scheduler " +
                                               file.get<std::string>("scheduler"));
    }
}

}  // namespace golden

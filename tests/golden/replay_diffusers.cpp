// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Replays of DDPM, UnCLIP and DDIM as in diffusers; other families have files of their own.

#include <diffgen/compat/diffusers/ddim.hpp>
#include <diffgen/compat/diffusers/ddpm.hpp>
#include <diffgen/compat/diffusers/estimate.hpp>
#include <diffgen/compat/diffusers/schedule.hpp>
#include <diffgen/compat/diffusers/unclip.hpp>
#include <diffgen/guidance/learned_variance.hpp>
#include <diffgen/kernel/variance_preserving.hpp>

#include "diffusers.hpp"

namespace golden {
namespace {

struct replay : diffusers_replay {
    explicit replay(const json& f) : diffusers_replay(f) {
        allow({"eta", "use_clipped_model_output", "timesteps"});
    }

    template <class Predictor, class Solver, class Grid>
    double preserving(Predictor predictor, Solver solver, Grid grid) {
        return with(diffusers::noise_schedule(config), diffgen::kernel::variance_preserving{},
                    predictor, solver, grid);
    }

    /// Hands the predictor of the configuration to `use`.
    template <class Use>
    double with_predictor(Use use) {
        return config.thresholding ? use(diffusers::thresholding_predictor(config, net()))
                                   : use(diffusers::predictor(config, net()));
    }

    /// The timesteps of the call: its own, or spaced by the configuration.
    [[nodiscard]] diffusers::at_timesteps grid() const {
        return given("timesteps")
                   ? diffusers::at_timesteps(call.get<std::vector<int>>("timesteps"))
                   : diffusers::at_timesteps(diffusers::spaced_timesteps(config, steps));
    }

    double ddim() {
        const diffusers::ddim solver(config, steps, call.get("eta", 0.),
                                     call.get("use_clipped_model_output", false));
        return with_predictor([&](auto p) { return preserving(p, solver, grid()); });
    }
    double ddim_inverse() {
        return preserving(diffusers::predictor(config, net()), diffusers::ddim_inverse(config),
                          diffusers::inverse_timesteps(config, steps));
    }
    double ddpm() {
        const diffusers::ddpm solver{config.variance_type};
        return with_predictor([&](auto p) { return posterior(p, solver, grid()); });
    }
    double unclip() {
        return posterior(diffusers::predictor(config, net()), diffusers::unclip(config),
                         diffusers::at_timesteps(diffusers::unclip_timesteps(config, steps)));
    }

  private:
    /// The predictor has a second output where the variance is learned.
    template <class Predictor, class Solver>
    double posterior(Predictor p, Solver solver, diffusers::at_timesteps at) {
        switch (config.variance_type) {
            case diffusers::variance_type::learned:
                return preserving(diffgen::learned_variance{p, diffgen::direct_deviation{}}, solver,
                                  at);
            case diffusers::variance_type::learned_range:
                return preserving(diffgen::learned_variance{p}, solver, at);
            default:
                return preserving(p, solver, at);
        }
    }
};

}  // namespace

double replay_diffusers(const json& file) {
    using diffusers::scheduler;
    switch (diffusers::named<scheduler>("scheduler", file.get<std::string>("scheduler"))) {
        case scheduler::ddpm:
            return replay(file).ddpm();
        case scheduler::ddim:
            return replay(file).ddim();
        case scheduler::ddim_inverse:
            return replay(file).ddim_inverse();
        case scheduler::cosine_dpm_solver_multistep:
        case scheduler::dpm_solver_multistep:
        case scheduler::dpm_solver_singlestep:
        case scheduler::edm_dpm_solver_multistep:
            return replay_dpm_solver(file);
        case scheduler::deis_multistep:
        case scheduler::sa_solver:
        case scheduler::unipc_multistep:
            return replay_adams(file);
        case scheduler::unclip:
            return replay(file).unclip();
        case scheduler::ipndm:
        case scheduler::pndm:
            return replay_pndm(file);
        case scheduler::cm_stochastic_iterative:
        case scheduler::lcm:
        case scheduler::tcd:
            return replay_consistency(file);
        case scheduler::edm_euler:
        case scheduler::euler_ancestral_discrete:
        case scheduler::euler_discrete:
        case scheduler::flow_match_euler_discrete:
        case scheduler::flow_match_heun_discrete:
        case scheduler::heun_discrete:
        case scheduler::kdpm2_ancestral_discrete:
        case scheduler::kdpm2_discrete:
        case scheduler::lms_discrete:
            break;
    }
    return replay_sigma(file);
}

}  // namespace golden

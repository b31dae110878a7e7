// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// What the pages say of popular settings of diffusers, held against the configurations that set
// them: a latent consistency model in four steps, DPM++ 2M Karras, and the shift of flow matching.
#include <diffgen/compat/diffusers/pipeline/distilled.hpp>
#include <diffgen/compat/diffusers/pipeline/dpm_solver.hpp>
#include <diffgen/compat/diffusers/pipeline/flow_match.hpp>
#include <diffgen/compat/diffusers/pipeline/generate.hpp>
#include <diffgen/diffgen.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

using namespace diffgen;
namespace diffusers = compat::diffusers;

namespace {

/// A network that goes by the level, not by the timestep that it is told, which diffusers rounds.
const auto network = [](auto in, auto out, const noise_level& level) {
    for (std::size_t i = 0; i < in.size(); ++i)
        out.data[i] = 0.9 * level.sigma * in.data[i];
};

std::string stable_diffusion(const char* rest) {
    return std::string(R"({"beta_start": 0.00085, "beta_end": 0.012,
        "beta_schedule": "scaled_linear", "num_train_timesteps": 1000, "steps_offset": 1,
        "timestep_spacing": "leading", )") +
           rest + "}";
}

/// The largest difference of two samples.
double apart(const std::vector<double>& x, const std::vector<double>& y) {
    double largest = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
        largest = std::fmax(largest, std::fabs(x[i] - y[i]));
    return largest;
}

/// The run of a DPMSolverMultistepScheduler with Karras' levels.
std::vector<double> karras_of_diffusers(const char* solver_type) {
    const auto config = diffusers::parse_config(stable_diffusion(
        (std::string(R"("_class_name": "DPMSolverMultistepScheduler", "use_karras_sigmas": true,
            "solver_type": ")") +
         solver_type + '"')
            .c_str()));
    std::vector<double> x(16);
    diffusers::with_dpm_solver(config, {.num_inference_steps = 20}, network,
                               [&](auto& s, const options& asked, double) {
                                   options o = asked;
                                   o.seed = 7;
                                   s.generate(exec::cpp, batch(x, 1), o);
                               });
    return x;
}

/// sigma of each level of a FlowMatchEulerDiscreteScheduler with shift 3.
std::vector<double> shifted_by_diffusers(const diffusers::arguments& call) {
    const auto config = diffusers::parse_config(
        R"({"_class_name": "FlowMatchEulerDiscreteScheduler", "num_train_timesteps": 1000,
            "shift": 3.0})");
    std::vector<double> sigmas;
    diffusers::with_flow_match(config, call, network, [&](auto& s, const options& o, double) {
        for (const noise_level& l : s.levels(o))
            sigmas.push_back(l.sigma);
    });
    return sigmas;
}

}  // namespace

TEST_CASE("a latent consistency model in four steps is that of diffusers") {
    std::vector<double> x(2 * 16), y = x;
    // [lcm]
    sampler s{schedule::scaled_linear{}, kernel::variance_preserving{},
              predicts(latent_consistency{epsilon{}}, network), solver::consistency{}};
    const run_summary done = s.generate(exec::cpp, batch(x, 2),
                                        {.seed = 7, .grid = grid::times{{999, 759, 499, 259, -1}}});
    // [lcm]
    CHECK(done.evaluations == 4);
    const auto config = diffusers::parse_config(stable_diffusion(
        R"("_class_name": "LCMScheduler", "original_inference_steps": 50, "clip_sample": false)"));
    diffusers::with_distilled(config, {.num_inference_steps = 4}, network,
                              [&](auto& peer, const options& asked, double) {
                                  options o = asked;
                                  o.seed = 7;
                                  peer.generate(exec::cpp, batch(y, 2), o);
                              });
    CHECK(apart(x, y) < 1e-12);
}

TEST_CASE("DPM++ 2M Karras of diffusers has the same levels, and one weight that is another") {
    std::vector<double> x(16);
    sampler s{schedule::scaled_linear{}, kernel::variance_preserving{},
              predicts(epsilon{}, network),
              solver::dpm_solver_pp_multistep<2>{.start_up = solver::start_up::first_order}};
    s.generate(exec::cpp, batch(x, 1), {.steps = 20, .seed = 7, .grid = grid::karras{}});
    CHECK(apart(x, karras_of_diffusers("heun")) < 1e-9);
    CHECK(apart(x, karras_of_diffusers("midpoint")) > 1e-3);
}

TEST_CASE("straight{3} is the shift of diffusers where the pipeline gives sigmas") {
    sampler s{schedule::rectified{}, kernel::linear_interpolant{}, predicts(flow{}, network),
              solver::euler{}};
    std::vector<double> own, given;
    for (const noise_level& l : s.levels({.steps = 10, .grid = grid::straight{3}}))
        own.push_back(l.sigma);
    for (int k = 10; k > 0; --k)
        given.push_back(0.1 * k);
    CHECK(apart(own, shifted_by_diffusers({.sigmas = given})) < 1e-6);
    CHECK(std::fabs(own[9] - 0.25) < 1e-12);
    const std::vector<double> placed = shifted_by_diffusers({.num_inference_steps = 10});
    REQUIRE(placed.size() == own.size());
    CHECK(std::fabs(placed[9] - 0.0089) < 5e-4);
}

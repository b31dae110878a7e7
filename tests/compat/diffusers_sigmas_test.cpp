// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/compat/diffusers/config_defaults.hpp>
#include <diffgen/compat/diffusers/edm_euler.hpp>
#include <diffgen/compat/diffusers/euler.hpp>
#include <diffgen/compat/diffusers/flow_match.hpp>
#include <diffgen/compat/diffusers/kdpm2.hpp>
#include <diffgen/compat/diffusers/read_config.hpp>
#include <diffgen/io/json.hpp>

#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace diffgen;
using namespace diffgen::compat::diffusers;

namespace {

config euler_config() {
    config c = defaults_of(scheduler::euler_discrete);
    c.beta_start = 0.00085;
    c.beta_end = 0.012;
    c.beta_schedule = beta_schedule::scaled_linear;
    return c;
}

doctest::Approx about(double x) {
    return doctest::Approx(x).epsilon(1e-12);
}

}  // namespace

// Expected: the values that diffusers prints for this configuration (14.6146 and 0.0292).
TEST_CASE("the table of sigmas, between its entries and beyond") {
    const sigma_table t(euler_config());
    CHECK(t.back() == doctest::Approx(14.6146).epsilon(1e-5));
    CHECK(t.front() == doctest::Approx(0.02917).epsilon(1e-3));
    CHECK(t.at(-1) == t.front());
    CHECK(t.at(1200) == t.back());
    CHECK(t.at(10.25) == about(0.75 * t.at(10) + 0.25 * t.at(11)));
    CHECK(t.timestep(t.at(10)) == about(10));
    CHECK(t.timestep(std::sqrt(t.at(10) * t.at(11))) == about(10.5));
    CHECK(t.timestep(0) == 0);
    CHECK(t.timestep(100) == 999);
    config c = euler_config();
    c.rescale_betas_zero_snr = true;
    CHECK(sigma_table(c).back() == about(std::sqrt(16777215.)));
}

TEST_CASE("placed levels keep to their ends, and one step starts at the noisy one") {
    for (const auto place : {exponential_sigmas, beta_sigmas}) {
        CHECK(place(10, 0.1, 5).front() == about(10));
        CHECK(place(10, 0.1, 5).back() == about(0.1));
        CHECK(place(10, 0.1, 1).at(0) == about(10));
    }
    CHECK(exponential_sigmas(100, 1, 3)[1] == about(10));
    CHECK(beta_sigmas(3, 1, 3)[1] == about(2));
    CHECK(karras_sigmas(9, 1, 3, 2)[1] == about(4));
    config c = euler_config();
    c.use_karras_sigmas = true;
    c.sigma_min = 0.002;
    c.sigma_max = 700;
    const at_sigmas g = euler_grid(c, 4);
    CHECK(g.sigmas.front() == about(700));
    CHECK(g.sigmas[3] == about(0.002));
    CHECK(g.sigmas[4] == 0);
    CHECK(g.timesteps == std::vector<double>{999, g.timesteps[1], g.timesteps[2], 0});
    c.use_beta_sigmas = true;
    check_refused<bad_argument>([&] { (void)euler_grid(c, 4); }, {"use_karras_sigmas"});
}

// Expected: by the rules of EulerDiscreteScheduler. log_linear makes n + 1 levels and appends the
// final one, of which n steps see the first n + 1; continuous timesteps are those of all but the
// last.
TEST_CASE("options of EulerDiscreteScheduler") {
    config c = euler_config();
    c.interpolation_type = interpolation_type::log_linear;
    at_sigmas g = euler_grid(c, 4);
    CHECK(g.timesteps.size() == 4);
    CHECK(g.sigmas.size() == 6);
    CHECK(g.sigmas[4] == about(sigma_table(c).front()));
    c.timestep_type = timestep_type::continuous;
    CHECK(euler_grid(c, 4).timesteps == g.timesteps);
    c.prediction_type = prediction_type::v_prediction;
    g = euler_grid(c, 4);
    CHECK(g.timesteps.size() == 5);
    CHECK(g.timesteps[1] == about(0.25 * std::log(g.sigmas[1])));
    c = euler_config();
    c.timestep_spacing = timestep_spacing::leading;
    c.steps_offset = 1;
    CHECK(euler_grid(c, 2).timesteps == std::vector<double>{501, 1});
    CHECK(euler_grid(c, 2).initial_sigma == about(std::hypot(sigma_table(c).at(501), 1)));
}

TEST_CASE("options that a class does not have do not count") {
    const auto read = [](const char* options) {
        return compat::diffusers::read_config("EulerAncestralDiscreteScheduler",
                                              io::parse_json(options));
    };
    config c = read(R"({"_diffusers_version": "0.42.0", "use_karras_sigmas": true,
                        "final_sigmas_type": "sigma_min", "steps_offset": 1})");
    CHECK(sigma_grid(c, 5).sigmas == sigma_grid(read("{}"), 5).sigmas);
    CHECK(c.unused == std::vector<std::string>{"use_karras_sigmas", "final_sigmas_type"});
    CHECK(read("{}").unused.empty());
    c.prediction_type = prediction_type::sample;
    check_refused<compat::unsupported>([&] { require_noise_prediction(c); },
                                       {"sample", "EulerAncestralDiscreteScheduler"});
}

// Expected: torch's linspace(log(min), log(max), 1) is log(min).
TEST_CASE("EDM's grid of one step") {
    config c = defaults_of(scheduler::edm_euler);
    CHECK(edm_grid(c, 1).sigmas.front() == about(80));
    c.sigma_schedule = sigma_schedule::exponential;
    CHECK(edm_grid(c, 1).sigmas.front() == about(0.002));
    c.final_sigmas_type = final_sigmas_type::sigma_min;
    CHECK(edm_grid(c, 3).sigmas.back() == about(0.002));
}

// Expected: by hand from the rules of FlowMatchEulerDiscreteScheduler.
TEST_CASE("options of flow matching") {
    config c = defaults_of(scheduler::flow_match_euler_discrete);
    c.invert_sigmas = true;
    flow_sigmas g = flow_grid(c, {.sigmas = {1, 0.5}});
    CHECK(g.sigmas == std::vector<double>{0, 0.5, 1});
    CHECK(g.timesteps == std::vector<double>{0, 500});
    c.invert_sigmas = false;
    c.shift = 3;
    g = flow_grid(c, {.timesteps = {1000, 500}});
    CHECK(g.sigmas == std::vector<double>{1, 0.75, 0});
    CHECK(g.timesteps == std::vector<double>{1000, 500});
    c.use_dynamic_shifting = true;
    check_refused<bad_argument>([&] { (void)flow_grid(c, {.steps = 4}); }, {"'mu'"});
    c.time_shift_type = time_shift_type::linear;
    CHECK(flow_grid(c, {.sigmas = {1, 0.5}, .mu = 4}).sigmas[1] == about(0.8));
    c.time_shift_type = time_shift_type::exponential;
    CHECK(flow_grid(c, {.sigmas = {1, 0.5}, .mu = std::log(4)}).sigmas[1] == about(0.8));
    c.shift_terminal = 0.1;
    CHECK(flow_grid(c, {.sigmas = {1, 0.5}, .mu = 1}).sigmas[1] == about(0.1));
}

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/compat/diffusers/ddim.hpp>
#include <diffgen/compat/diffusers/read_config.hpp>
#include <diffgen/compat/diffusers/schedule.hpp>
#include <diffgen/compat/diffusers/timesteps.hpp>
#include <diffgen/io/json.hpp>

#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace diffgen;
using namespace diffgen::compat::diffusers;

TEST_CASE("a scheduler_config.json is read; missing options take their defaults") {
    const config c = read_config(io::parse_json(R"({
        "_class_name": "DDIMScheduler", "_diffusers_version": "0.40.0", "beta_start": 0.00085,
        "beta_end": 0.012, "beta_schedule": "scaled_linear", "clip_sample": false,
        "skip_prk_steps": true, "steps_offset": 1, "trained_betas": null,
        "prediction_type": "v_prediction", "lambda_min_clipped": -Infinity})"));
    CHECK(c.scheduler == scheduler::ddim);
    CHECK(c.num_train_timesteps == 1000);
    CHECK(c.beta_start == 0.00085);
    CHECK(c.beta_schedule == beta_schedule::scaled_linear);
    CHECK(c.prediction_type == prediction_type::v_prediction);
    CHECK(c.steps_offset == 1);
    CHECK(c.set_alpha_to_one);
    CHECK_FALSE(c.clip_sample);
}

TEST_CASE("what is unknown is refused by its key and value") {
    const auto read = [](const char* text) {
        return [text] { (void)read_config("DDPMScheduler", io::parse_json(text)); };
    };
    check_refused<compat::unsupported>(
        [] { (void)read_config("HelloScheduler", io::parse_json("{}")); },
        {"_class_name", "HelloScheduler", "DDPMScheduler"});
    check_refused<compat::unsupported>(read(R"({"beta_schedule": "spiral"})"),
                                       {"beta_schedule", "spiral", "scaled_linear"});
    check_refused<compat::unsupported>(read(R"({"variance_type": "fixed_large_log"})"),
                                       {"variance_type", "fixed_large_log"});
    check_refused<bad_argument>(read(R"({"beta_shedule": "linear"})"), {"'beta_shedule'"});
    check_refused<bad_argument>(read(R"({"beta_start": "small"})"), {"'beta_start'", "a string"});
    check_refused<bad_argument>(read(R"({"num_train_timesteps": 0})"),
                                {"'num_train_timesteps'", "0"});
    check_refused<bad_argument>(read(R"({"trained_betas": [0.1, 0.2]})"),
                                {"'trained_betas'", "2", "1000"});
}

// Expected: docs of the conventions, measured on diffusers: leading n = 10 is 900, 800 .. 0; over
// linspace numpy rounds halves to even; trailing n = 61 has 62 entries, the last -1.
TEST_CASE("timesteps are numpy's") {
    config c;
    CHECK(spaced_timesteps(c, 10) ==
          std::vector<int>{900, 800, 700, 600, 500, 400, 300, 200, 100, 0});
    c.timestep_spacing = timestep_spacing::trailing;
    CHECK(spaced_timesteps(c, 61).size() == 62);
    CHECK(spaced_timesteps(c, 61).back() == -1);
    CHECK(spaced_timesteps(c, 16)[1] == 937);  // 937.5 rounds to 938
    c.timestep_spacing = timestep_spacing::linspace;
    CHECK(spaced_timesteps(c, 7)[3] == 500);  // 499.5 rounds to 500
    CHECK(spaced_timesteps(c, 1) == std::vector<int>{0});
    check_refused<bad_argument>([&] { (void)spaced_timesteps(c, 1001); }, {"1001", "1000"});
    check_refused<bad_argument>([&] { (void)ddim(c, 0); }, {"'num_inference_steps' is 0"});
}

// Expected: Lin et al. 2024, algorithm 1: alpha is zero at the end and unchanged at the start.
TEST_CASE("betas rescaled to zero terminal signal") {
    config c;
    const auto before = compat::diffusers::noise_schedule(c);
    c.rescale_betas_zero_snr = true;
    const auto after = compat::diffusers::noise_schedule(c);
    CHECK(std::isinf(after.log_snr(999)));
    CHECK(after.log_snr(0) == doctest::Approx(before.log_snr(0)).epsilon(1e-12));
    CHECK(after.log_snr(500) < before.log_snr(500));
}

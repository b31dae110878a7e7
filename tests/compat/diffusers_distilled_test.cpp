// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/compat/diffusers/consistency.hpp>
#include <diffgen/compat/diffusers/distilled.hpp>
#include <diffgen/compat/diffusers/ipndm.hpp>
#include <diffgen/compat/diffusers/pndm.hpp>
#include <diffgen/compat/diffusers/read_config.hpp>
#include <diffgen/compat/diffusers/unclip.hpp>
#include <diffgen/exec/policy.hpp>
#include <diffgen/grid/explicit.hpp>
#include <diffgen/io/json.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/noise/recorded.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/edm.hpp>

#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace diffgen;
using namespace diffgen::compat::diffusers;

namespace {

config of(const char* scheduler, const char* options = "{}") {
    return read_config(scheduler, io::parse_json(options));
}

}  // namespace

// Expected: by the scheduler's rule. 50 timesteps 19, 39 .. 999; the floors of i * 50 / 3 are 0, 16
// and 33. With strength 0.5 there are 25 of them, up to 499. Without a distillation (TCD) all 1000.
TEST_CASE("the timesteps of a distilled model are some of its training's") {
    CHECK(distilled_timesteps(of("LCMScheduler"), 3) == std::vector<int>{999, 679, 339});
    CHECK(distilled_timesteps(of("LCMScheduler"), 2, 0.5) == std::vector<int>{499, 259});
    const char* none = R"({"original_inference_steps": null})";
    CHECK(distilled_timesteps(of("TCDScheduler", none), 2) == std::vector<int>{999, 499});
    check_refused<bad_argument>([&] { (void)distilled_timesteps(of("LCMScheduler", none), 2); },
                                {"original_inference_steps"});
    check_refused<bad_argument>([] { (void)distilled_timesteps(of("LCMScheduler"), 51); },
                                {"51", "50"});
    check_refused<bad_argument>([] { (void)tcd(of("TCDScheduler"), 1.5); }, {"eta", "1.5"});
}

// Expected: by the scheduler's rules, T / n = 10; a Runge-Kutta step has calls at its start, twice
// in its middle and at its end.
TEST_CASE("the timesteps of PNDM's calls") {
    config c = of("PNDMScheduler", R"({"num_train_timesteps": 50})");
    CHECK_FALSE(c.skip_prk_steps);
    CHECK_FALSE(c.set_alpha_to_one);
    CHECK(pndm_timesteps(c, 5) ==
          std::vector<int>{40, 35, 35, 30, 30, 25, 25, 20, 20, 15, 15, 10, 10, 0});
    check_refused<bad_argument>([&] { (void)pndm_timesteps(c, 3); }, {"3", "skip_prk_steps"});
    c.skip_prk_steps = true;
    CHECK(pndm_timesteps(c, 5) == std::vector<int>{40, 30, 30, 20, 10, 0});
    CHECK(pndm_timesteps(c, 1) == std::vector<int>{0});
    c.prediction_type = prediction_type::sample;
    check_refused<bad_argument>([&] { (void)pndm(c, 5); }, {"prediction_type", "sample"});
}

// Expected: Song et al. 2023 sample at ts = (22, 0) of 40 levels: at sigma_max, and at level 22.
TEST_CASE("a consistency model samples at timesteps counted from the noisiest level") {
    const config c = of("CMStochasticIterativeScheduler");
    const auto all = karras_sigmas(80, 0.002, 40);
    CHECK(consistency_sigmas(c, {22, 0}).values == std::vector<double>{all[0], all[22], 0.002});
    CHECK(consistency_sigmas(c, 2).values == std::vector<double>{all[0], all[20], 0.002});
    check_refused<bad_argument>([&] { (void)consistency_sigmas(c, {0, 22}); }, {"timestep"});
    check_refused<bad_argument>([&] { (void)consistency_sigmas(c, {40, 0}); }, {"40"});
    check_refused<bad_argument>([&] { (void)consistency_sigmas(c, 41); }, {"41", "40"});
}

// Song et al. 2023, algorithm 1, by hand, for the consistency function of N(0.2, 0.4^2).
TEST_CASE("multistep consistency sampling from the levels of chosen timesteps") {
    const auto c = of("CMStochasticIterativeScheduler", R"({"clip_denoised": false})");
    const auto f = [](double x, double s) {
        return 0.2 + std::hypot(0.4, 0.002) / std::hypot(0.4, s) * (x - 0.2);
    };
    const std::vector<double> z{0.31, -1.2};
    auto levels = consistency_sigmas(c, std::vector<int>{25, 10, 0}).values;
    REQUIRE(levels.size() == 4);
    double by_hand = f(0.77 * 80, 80);
    for (std::size_t k = 1; k < 3; ++k) {
        const double s = levels[k];
        by_hand = f(by_hand + std::sqrt(s * s - 0.002 * 0.002) * z[k - 1], s);
    }
    const auto net = [&](auto in, auto out, const noise_level& l) {
        out.data[0] = f(in.data[0], l.sigma);
    };
    for (const double last : {0., 0.002}) {
        levels.back() = last;
        const sampler s{schedule::edm{.sigma_min = 0.002, .sigma_max = 80},
                        kernel::variance_exploding{}, predicts(denoised{}, net),
                        diffgen::solver::consistency{.sigma_min = 0.002},
                        noise::recorded<double>{z.data(), 1, 2}};
        std::vector<double> x{0.77 * 80};
        s.generate_from(exec::cpp, batch(x, 1), {.grid = diffgen::grid::sigmas{levels}});
        CHECK(x[0] == doctest::Approx(by_hand).epsilon(1e-12));
    }
}

TEST_CASE("UnCLIP takes its own schedule, and refuses what it has not") {
    const config c = of("UnCLIPScheduler", R"({"rescale_betas_zero_snr": true})");
    CHECK(c.beta_schedule == beta_schedule::squaredcos_cap_v2);
    CHECK(c.variance_type == variance_type::fixed_small_log);
    CHECK_FALSE(c.rescale_betas_zero_snr);
    CHECK(unclip_timesteps(c, 4) == std::vector<int>{999, 666, 333, 0});
    check_refused<bad_argument>([&] { (void)unclip_timesteps(c, 1); }, {"1"});
    for (const char* options :
         {R"({"beta_schedule": "linear"})", R"({"variance_type": "fixed_large"})",
          R"({"prediction_type": "v_prediction"})"})
        CHECK_THROWS_AS((void)unclip(of("UnCLIPScheduler", options)), bad_argument);
}

// Expected: sin^2 of pi / 2, pi / 4 and 0; trained_betas stand for the sigmas, any number of them.
TEST_CASE("IPNDM's sigmas") {
    const auto sigmas = ipndm_times(of("IPNDMScheduler"), 2).sigmas;
    REQUIRE(sigmas.size() == 3);
    CHECK(sigmas[0] == 1);
    CHECK(sigmas[1] == doctest::Approx(0.5).epsilon(1e-15));
    CHECK(sigmas[2] == 0);
    CHECK(ipndm_times(of("IPNDMScheduler", R"({"trained_betas": [0.9, 0.4, 0]})"), 10).sigmas ==
          std::vector<double>{0.9, 0.4, 0});
}

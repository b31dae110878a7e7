// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Runs of configurations that begin or end in the middle: by calls as diffusers counts them, by the
// strength of image-to-image, and from data.

#include <diffgen/compat/diffusers/pipeline.hpp>

#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

using namespace diffgen;
using namespace diffgen::compat;

namespace {

/// tanh(0.7 x + 0.3) (0.5 + t / 2000), or the exact noise of data N(1.5, 0.5^2).
struct network {
    std::optional<schedule::table> exact{};

    void operator()(batch_view<const double> in, batch_view<double> out,
                    const noise_level& l) const {
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = std::tanh(0.7 * in.data[i] + 0.3) * (0.5 + l.network_time / 2000);
        if (!exact) return;
        const double t = std::min(l.network_time, exact->t_max());
        const auto [a, s] = kernel::variance_preserving::level(exact->log_snr(t));
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = s * (in.data[i] - 1.5 * a) / (0.25 * a * a + s * s);
    }
};

struct partial {
    const char *scheduler, *options;
    int steps, begin, end;  ///< calls; -1: to the end
    double first, second;   ///< where (0.4, -1.1) leads
};

// diffusers 0.42.0, its schedulers in double precision, with set_begin_index(begin)
const partial partials[] = {
    {"EulerDiscrete", "'timestep_spacing': 'leading', 'steps_offset': 1", 20, 10, -1,
     0.0562007901628, -0.888932410934},
    {"EulerDiscrete", "'use_karras_sigmas': true, 'timestep_spacing': 'leading', 'steps_offset': 1",
     20, 10, -1, 0.138743677557, -0.922147029388},
    {"HeunDiscrete", "'timestep_spacing': 'leading', 'steps_offset': 1", 30, 30, -1, 0.053849689806,
     -0.882339728958},
    {"HeunDiscrete", "'use_karras_sigmas': true, 'timestep_spacing': 'leading', 'steps_offset': 1",
     30, 30, -1, 0.128490714211, -0.911300518724},
    {"DPMSolverMultistep", "'timestep_spacing': 'leading', 'steps_offset': 1", 20, 10, -1,
     0.251181534769, -1.44512883596},
    {"DPMSolverMultistep", "'timestep_spacing': 'leading', 'steps_offset': 1", 20, 19, -1,
     0.349235779247, -1.07579269201},
    {"DPMSolverMultistep", "'timestep_spacing': 'leading', 'steps_offset': 1", 10, 5, -1,
     0.249724419995, -1.40186884727},
    {"DPMSolverMultistep", "'timestep_spacing': 'leading', 'steps_offset': 1", 15, 13, -1,
     0.319033616209, -1.08861769979},
    {"DPMSolverMultistep", "'timestep_spacing': 'leading', 'steps_offset': 1", 40, 12, -1,
     0.204736564924, -2.10895658893},
    {"DPMSolverMultistep",
     "'solver_order': 3, 'use_karras_sigmas': true, 'timestep_spacing': 'leading', 'steps_offset': "
     "1",
     20, 10, -1, 0.26595626736, -1.29689760467},
    {"DPMSolverMultistep",
     "'final_sigmas_type': 'sigma_min', 'timestep_spacing': 'leading', 'steps_offset': 1", 20, 10,
     -1, 0.269376064369, -1.46245320872},
    {"DPMSolverSinglestep", "'solver_order': 2", 15, 13, -1, 0.316179546652, -1.09106107048},
    {"DPMSolverSinglestep", "'solver_order': 2", 15, 12, -1, 0.300024601754, -1.12197484312},
    {"DPMSolverSinglestep", "'solver_order': 2", 16, 13, -1, 0.301376087501, -1.11460622523},
    {"DPMSolverSinglestep", "'solver_order': 2", 20, 10, -1, 0.24284075362, -1.50628803578},
    {"DPMSolverSinglestep", "'solver_order': 2", 20, 9, -1, 0.231855771166, -1.63392665174},
    {"DPMSolverSinglestep", "'solver_order': 2", 30, 15, -1, 0.244864637887, -1.50639378951},
    {"DPMSolverSinglestep", "'solver_order': 3", 20, 11, -1, 0.252164588765, -1.40465545749},
    {"UniPCMultistep", "'solver_order': 2, 'timestep_spacing': 'leading', 'steps_offset': 1", 20,
     10, -1, 0.251213278044, -1.44524399079},
    {"UniPCMultistep", "'solver_order': 2, 'timestep_spacing': 'leading', 'steps_offset': 1", 10, 5,
     -1, 0.251551113656, -1.40177903624},
    {"UniPCMultistep", "'solver_order': 2, 'timestep_spacing': 'leading', 'steps_offset': 1", 20,
     18, -1, 0.330236730937, -1.08134603397},
    {"UniPCMultistep", "'solver_order': 3, 'timestep_spacing': 'leading', 'steps_offset': 1", 20,
     10, -1, 0.250853535796, -1.44562916726},
    {"DEISMultistep", "'solver_order': 2, 'timestep_spacing': 'leading', 'steps_offset': 1", 20, 10,
     -1, 0.262376622853, -1.45842504736},
    {"DEISMultistep", "'solver_order': 3, 'timestep_spacing': 'leading', 'steps_offset': 1", 20, 10,
     -1, 0.256762444975, -1.45825889529},
    {"DDIM",
     "'clip_sample': false, 'set_alpha_to_one': false, 'timestep_spacing': 'leading', "
     "'steps_offset': 1",
     20, 10, -1, 0.253523503383, -1.41607878149},
    {"DDIM", "'clip_sample': false, 'timestep_spacing': 'trailing'", 20, 10, -1, 0.236470653605,
     -1.50754282446},
    {"PNDM",
     "'skip_prk_steps': true, 'set_alpha_to_one': false, 'timestep_spacing': 'leading', "
     "'steps_offset': 1",
     20, 10, -1, 0.264159595924, -1.42942778033},
    {"DPMSolverMultistep",
     "'use_karras_sigmas': true, 'timestep_spacing': 'leading', 'steps_offset': 1", 20, 0, 10,
     0.0215929329585, -5.1348661912},
    {"UniPCMultistep", "'solver_order': 2, 'timestep_spacing': 'leading', 'steps_offset': 1", 20, 0,
     12, 0.127192565715, -4.02308284211},
    {"FlowMatchEulerDiscrete", "'shift': 3.0", 20, 8, -1, 0.135336553993, -0.880875502276},
    {"FlowMatchHeunDiscrete", "'shift': 3.0", 20, 16, -1, 0.145554429981, -0.889454648089},
    {"LTXEulerAncestralRF", "'eta': 0.0", 20, 8, -1, 0.218094193768, -0.94882054015},
    {"CogVideoXDDIM", "", 20, 10, -1, 0.264939191267, -1.92157722821},
    {"CogVideoXDDIM",
     "'prediction_type': 'v_prediction', 'rescale_betas_zero_snr': true, 'timestep_spacing': "
     "'trailing', 'snr_shift_scale': 1.5",
     10, 0, -1, -0.0467279384168, -0.626206133031},
    {"DDIMParallel", "'clip_sample': false", 10, 0, -1, -0.0453869219493, -4.65204898462},
};

constexpr const char* stable_diffusion =
    R"(, "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear",
       "timestep_spacing": "leading", "steps_offset": 1, "clip_sample": false,
       "set_alpha_to_one": false, "skip_prk_steps": true)";

diffusers::config config_of(const std::string& name, std::string options = "") {
    std::replace(options.begin(), options.end(), '\'', '"');
    return diffusers::parse_config("{\"_class_name\": \"" + name + "Scheduler\"" + options + "}");
}

}  // namespace

TEST_CASE("a run of some of the calls is the peer's run of them") {
    for (const partial& p : partials) {
        CAPTURE(p.scheduler);
        CAPTURE(p.options);
        CAPTURE(p.steps);
        CAPTURE(p.begin);
        const bool flow = std::string(p.scheduler).find("Flow") == 0 || p.scheduler[0] == 'L';
        const auto c =
            config_of(p.scheduler, std::string(flow ? ""
                                                    : ", 'beta_start': 0.00085, 'beta_end': 0.012, "
                                                      "'beta_schedule': 'scaled_linear'") +
                                       (p.options[0] != 0 ? ", " : "") + p.options);
        std::vector<double> x{0.4, -1.1};
        const options o{.begin_step = p.begin, .end_step = p.end < 0 ? to_the_end : p.end};
        diffusers::generate_from(exec::cpp, c, {.num_inference_steps = p.steps}, network{},
                                 batch(x, 1), o);
        CHECK(x[0] == doctest::Approx(p.first).epsilon(1e-9));
        CHECK(x[1] == doctest::Approx(p.second).epsilon(1e-9));
    }
}

// Expected: the formulas of the pipeline of Qwen-Image; the samples are those of diffusers 0.42.0
// with its mu.
TEST_CASE("dynamic shift takes the image's size and the numbers of the configuration") {
    const auto c = config_of("FlowMatchEulerDiscrete",
                             ", 'use_dynamic_shifting': true, 'shift_terminal': 0.02,"
                             " 'max_image_seq_len': 8192, 'max_shift': 0.9");
    diffusers::arguments a{.num_inference_steps = 8, .image_seq_len = 4096};
    CHECK(a.shift_mu(c) == doctest::Approx(0.5 + (4096 - 256) * 0.4 / (8192 - 256)).epsilon(1e-12));
    std::vector<double> x{0.4, -1.1};
    diffusers::generate_from(exec::cpp, c, a, network{}, batch(x, 1));
    CHECK(x[0] == doctest::Approx(0.056125294274).epsilon(1e-9));
    CHECK(x[1] == doctest::Approx(-0.816106919439).epsilon(1e-9));

    const auto run = [&](const diffusers::config& config, const diffusers::arguments& call) {
        diffusers::generate_from(exec::cpp, config, call, network{}, batch(x, 1));
    };
    a.mu = 0.7;
    check_refused<bad_argument>([&] { run(c, a); }, {"'mu'", "'image_seq_len'"});
    check_refused<bad_argument>([&] { run(c, {.num_inference_steps = 8}); },
                                {"'use_dynamic_shifting'", "'mu'", "'image_seq_len'"});
    check_refused<bad_argument>(
        [&] {
            run(config_of("FlowMatchEulerDiscrete"),
                {.num_inference_steps = 8, .image_seq_len = 4096});
        },
        {"'image_seq_len'", "'use_dynamic_shifting'"});
}

// Expected: the step by hand, for sigma 0.8 to 0.6 and eta 0.7; the deviation is what is missing.
TEST_CASE("the step of LTXEulerAncestralRFScheduler") {
    const process straight{schedule::rectified{}, kernel::linear_interpolant{}};
    const std::vector<noise_level> levels{straight.level(0.8), straight.level(0.6),
                                          straight.clean()};
    const auto plan = [&](const diffusers::flow_ancestral& s, int i) {
        return s.plan({process_view(straight), levels, i}, 0);
    };
    const stage out = plan({.eta = 0.7, .s_noise = 1.1}, 0);
    const double down = 0.6 * (1 + (0.75 - 1) * 0.7), kept = 0.4 / (1 - down);
    CHECK(out.updates[0].form.registers[0] == doctest::Approx(kept).epsilon(1e-9));
    CHECK(out.updates[0].form.network == doctest::Approx(kept * (down - 0.8)).epsilon(1e-9));
    CHECK(out.updates[0].form.noise[0] ==
          doctest::Approx(1.1 * std::sqrt(0.36 - kept * kept * down * down)).epsilon(1e-9));
    CHECK(out.draws == 1);
    CHECK(plan({}, 1).draws == 0);
    CHECK(plan({.eta = 0}, 0).draws == 0);
    CHECK(plan({.s_noise = 0}, 0).updates[0].form.registers[0] == 1);  // as the peer
}

// Expected: the data's own law, since the network is exact. 40,000 numbers: the mean has the
// standard error 0.0025, so that a false alarm is 10 of them away; the rest is the steps' error.
TEST_CASE("image-to-image keeps the law of the data, under every class and strength") {
    for (const char* name :
         {"EulerDiscrete", "EulerAncestralDiscrete", "HeunDiscrete", "KDPM2Discrete",
          "KDPM2AncestralDiscrete", "LMSDiscrete", "DPMSolverMultistep", "DPMSolverSinglestep",
          "UniPCMultistep", "DEISMultistep", "DDIM", "DDPM", "PNDM", "SASolver"}) {
        const auto c = config_of(name, stable_diffusion);
        for (const double strength : {0.15, 0.6}) {
            CAPTURE(name);
            CAPTURE(strength);
            std::vector<double> x(40'000);
            const noise::philox data{99};
            for (std::size_t i = 0; i < x.size(); ++i)
                x[i] = 1.5 + 0.5 * data.normal<double>(noise::stream::data, 0, i);
            const auto done = diffusers::generate_from_data(
                exec::cpp, c, {.num_inference_steps = 20, .strength = strength},
                network{diffusers::noise_schedule(c)}, batch(x, 10'000), {.seed = 7});
            const int steps = strength == 0.6 ? 12 : 3;
            const bool two = diffusers::detail::calls_a_step(c.scheduler) == 2;
            CHECK(done.evaluations == (two ? 2 * steps - 1 : steps + (name[0] == 'P' ? 1 : 0)));
            double mean = 0, square = 0;
            for (const double v : x)
                mean += v / 40'000;
            for (const double v : x)
                square += (v - mean) * (v - mean) / 40'000;
            CHECK(std::abs(mean - 1.5) < 0.06);
            // LMS takes the coefficients of its full order for the slopes that it has
            const bool lms = c.scheduler == diffusers::scheduler::lms_discrete;
            CHECK(std::abs(std::sqrt(square) - 0.5) < (lms ? 0.3 : 0.1));
        }
    }
}

TEST_CASE("strength is counted as the pipelines of each kind count it") {
    const auto first = [](const char* name, double strength, int n) {
        const auto c = config_of(name);
        return diffusers::detail::first_call(c, {.num_inference_steps = n, .strength = strength},
                                             2 * n - 1);
    };
    CHECK(first("DDIM", 0.5, 25) == 13);                    // 12.5 steps: 12 are done
    CHECK(first("FlowMatchEulerDiscrete", 0.5, 25) == 12);  // 12 are left out
    CHECK(first("HeunDiscrete", 0.5, 20) == 20);
    CHECK(first("DDIM", 1, 20) == 0);
    CHECK(first("LCM", 0.5, 4) == 0);  // takes other timesteps instead
    check_refused<bad_argument>([&] { first("DDIM", 0.04, 20); }, {"'strength' = 0.04", "20"});
    check_refused<bad_argument>([&] { first("DDIM", 1.5, 20); }, {"'strength' is 1.5"});
    check_refused<bad_argument>([&] { first("DDIM", -1, 20); }, {"'strength' is -1"});
}

TEST_CASE("a run from noise cannot begin in the middle, and one beginning is enough") {
    const auto c = config_of("DDIM");
    std::vector<double> x{0.4, -1.1};
    const auto before = x;
    check_refused<bad_argument>(
        [&] {
            diffusers::generate(exec::cpp, c, {.num_inference_steps = 20, .strength = 0.5},
                                network{}, batch(x, 1));
        },
        {"'strength'", "step 10"});
    check_refused<bad_argument>(
        [&] {
            diffusers::generate_from_data(exec::cpp, c,
                                          {.num_inference_steps = 20, .strength = 0.5}, network{},
                                          batch(x, 1), {.begin_step = 3});
        },
        {"'strength'", "begin_step = 3"});
    CHECK(x == before);
}

// Expected: x = alpha x + sigma z with the level of the timestep and the seed's forward normals.
TEST_CASE("data are brought to the level of the first call") {
    const auto c = config_of("DDIM", stable_diffusion);
    const diffusers::arguments a{.num_inference_steps = 20, .strength = 0.6};
    std::vector<double> x{0.4, -1.1}, by_hand = x;
    diffusers::generate_from_data(exec::cpp, c, a, network{}, batch(x, 1), {.seed = 5});
    // 20 timesteps 50 apart from 951 down; the first 8 are left out
    const auto [alpha, sigma] =
        kernel::variance_preserving::level(diffusers::noise_schedule(c).log_snr(551));
    const noise::philox source{5};
    for (std::size_t i = 0; i < 2; ++i)
        by_hand[i] =
            alpha * by_hand[i] + sigma * source.normal<double>(noise::stream::forward, 0, i);
    diffusers::generate_from(exec::cpp, c, a, network{}, batch(by_hand, 1), {.seed = 5});
    CHECK(x[0] == doctest::Approx(by_hand[0]).epsilon(1e-12));
    CHECK(x[1] == doctest::Approx(by_hand[1]).epsilon(1e-12));
}

TEST_CASE("start_time is the time of the step with which a run begins") {
    const auto c = config_of("DPMSolverMultistep", stable_diffusion);
    diffusers::with_scheduler(
        c, {.num_inference_steps = 20, .strength = 0.25}, network{},
        [](auto& s, const options& o, double) {
            CHECK(o.begin_step == 15);
            const double t = diffusers::start_time(s, o);
            const auto level = s.levels(o)[15];
            CHECK(s.process.level(t).sigma == doctest::Approx(level.sigma).epsilon(1e-9));
            CHECK(s.process.level(t).alpha == doctest::Approx(level.alpha).epsilon(1e-9));
            return 0;
        });
}

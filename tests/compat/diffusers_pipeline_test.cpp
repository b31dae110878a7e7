// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// The bridge from a scheduler_config.json to a sampler; its trajectories are in tests/golden.

#include <diffgen/compat/diffusers/pipeline.hpp>

#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

using namespace diffgen;
using namespace diffgen::compat;

namespace {

struct halving {  // a network: half of its input
    void operator()(batch_view<const double> in, batch_view<double> out, const noise_level&) const {
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = in.data[i] / 2;
    }
};

/// Steps and deviation of the first state, without a run.
struct asked {
    std::size_t steps;
    double initial_sigma;
};
asked ask(const diffusers::config& c, const diffusers::arguments& a) {
    return diffusers::with_scheduler(c, a, halving{}, [](auto& s, const options& o, double sigma) {
        return asked{s.levels(o).size() - 1, sigma};
    });
}
asked ask(const std::string& config, const char* call) {
    return ask(diffusers::parse_config(config), diffusers::read_arguments(io::parse_json(call)));
}
std::string of(const char* name, const std::string& options = "") {
    return "{\"_class_name\": \"" + std::string(name) + "Scheduler\"" + options + "}";
}

}  // namespace

TEST_CASE("every configuration that has a trajectory is accepted, with its deviation") {
    const auto data = std::filesystem::path(DIFFGEN_TESTS_DIR) / "golden" / "data";
    int accepted = 0;
    for (const auto& entry : std::filesystem::directory_iterator(data)) {
        const io::json file = io::read_json(entry.path());
        if (!file.contains("scheduler")) continue;
        CAPTURE(entry.path().filename().string());
        const auto name = file.get<std::string>("scheduler");
        const asked got = ask(diffusers::read_config(name, file.at("config")),
                              diffusers::read_arguments(file.at("call")));
        CHECK(got.steps == file.get<std::vector<double>>("timesteps").size());
        CHECK(got.initial_sigma ==
              doctest::Approx(file.get<double>("init_noise_sigma")).epsilon(1e-9));
        ++accepted;
    }
    CHECK(accepted > 200);
}

TEST_CASE("every class is reached by its name") {
    for (const auto& each : diffusers::detail::table_of_names<diffusers::scheduler>::names) {
        CAPTURE(std::string(each.name));
        const auto c = diffusers::read_config(each.name, io::parse_json("{}"));
        CHECK(c.scheduler == each.value);
        CHECK(ask(c, {.num_inference_steps = 8}).steps >= 8);
    }
}

TEST_CASE("what a class does not take is refused by its key") {
    check_refused<unsupported>([] { ask(of("Hello"), R"({"num_inference_steps": 4})"); },
                               {"_class_name", "HelloScheduler"});
    check_refused<bad_argument>(
        [] { ask(of("DDIM", R"(, "beta_shedule": "linear")"), R"({"num_inference_steps": 4})"); },
        {"'beta_shedule'"});
    check_refused<unsupported>(
        [] { ask(of("DDPM", R"(, "beta_schedule": "spiral")"), R"({"num_inference_steps": 4})"); },
        {"'beta_schedule'", "spiral"});
    check_refused<unsupported>(
        [] { ask(of("HeunDiscrete"), R"({"num_inference_steps": 4, "s_churn": 1})"); },
        {"HeunDiscreteScheduler", "'s_churn'"});
    check_refused<unsupported>(
        [] { ask(of("EulerDiscrete"), R"({"num_inference_steps": 4, "generator": 1})"); },
        {"'generator'"});
    check_refused<unsupported>([] { ask(of("PNDM"), R"({"num_inference_steps": 4, "eta": 0.5})"); },
                               {"PNDMScheduler", "'eta'"});
    check_refused<unsupported>([] { ask(of("UniPCMultistep"), R"({"timesteps": [900, 100]})"); },
                               {"UniPCMultistepScheduler", "'timesteps'"});
    check_refused<unsupported>(
        [] {
            ask(of("DPMSolverMultistep", R"(, "use_karras_sigmas": true)"),
                R"({"timesteps": [900, 100]})");
        },
        {"'timesteps'", "DPMSolverMultistepScheduler"});
    check_refused<bad_argument>([] { ask("{}", "{}"); }, {"'_class_name'"});
    check_refused<bad_argument>([] { ask(of("DDIM"), "{}"); }, {"'num_inference_steps'"});
    check_refused<bad_argument>([] { ask(of("DDIM"), R"({"num_inference_steps": "many"})"); },
                                {"'num_inference_steps'", "a string"});
    check_refused<bad_argument>([] { ask(of("DDPM"), R"({"timesteps": [900, 10.5]})"); },
                                {"'timesteps'", "10.5"});
    check_refused<bad_file>([] { (void)diffusers::parse_config("{"); }, {"scheduler"});
    check_refused<unsupported>(
        [] {
            const diffusers::config c = diffusers::parse_config(of("LCM"));
            diffusers::with_pndm(c, {.num_inference_steps = 4}, halving{},
                                 [](auto&, const options&, double) {});
        },
        {"'_class_name'", "LCMScheduler"});
}

TEST_CASE("more steps than the table has are refused by their key") {
    const char* leading = R"(, "timestep_spacing": "leading", "steps_offset": 1,
                             "skip_prk_steps": true)";
    const auto refused = [&](const char* name, int n) {
        CAPTURE(name);
        CAPTURE(n);
        check_refused<bad_argument>(
            [&] { ask(diffusers::parse_config(of(name, leading)), {.num_inference_steps = n}); },
            {"'num_inference_steps'", std::to_string(n), "1000 'num_train_timesteps'"});
    };
    for (const char* name : {"EulerDiscrete", "EulerAncestralDiscrete", "HeunDiscrete",
                             "LMSDiscrete", "KDPM2Discrete"})
        refused(name, 1001);  // 1000 fit: the first of them is held at the table's end
    for (const char* name : {"DDIM", "DDPM", "PNDM"})
        refused(name, 1000);  // begins at timestep 1000 of 0 .. 999
    for (const char* name : {"DPMSolverMultistep", "UniPCMultistep", "DEISMultistep", "SASolver"})
        for (const int n : {999, 1000, 1001})
            refused(name, n);
    CHECK(ask(of("EulerDiscrete", leading), R"({"num_inference_steps": 1000})").steps == 1000);
}

TEST_CASE("betas without meaning are refused by their key") {
    for (const char* betas : {R"("beta_start": -0.1)", R"("beta_start": 0)", R"("beta_end": 1.5)",
                              R"("beta_start": 0.9, "beta_end": 0.9)"})
        check_refused<bad_argument>(
            [&] { ask(of("DDIM", std::string(", ") + betas), R"({"num_inference_steps": 4})"); },
            {"'beta_start'", "'beta_end'", "'beta_schedule'"});
    check_refused<bad_argument>(
        [] {
            ask(of("DDIM", R"(, "num_train_timesteps": 2, "trained_betas": [0.1, 2])"),
                R"({"num_inference_steps": 1})");
        },
        {"'trained_betas'", "index 1"});
}

TEST_CASE("the keys that a class passes over are listed") {
    const auto c = diffusers::parse_config(
        of("PNDM", R"(, "_diffusers_version": "0.42.0", "clip_sample": false, "solver_order": 2,
                      "skip_prk_steps": true)"));
    CHECK(c.unused == std::vector<std::string>{"clip_sample", "solver_order"});
}

// Expected: a run from initial_sigma times the seed's normals, drawn here one by one. Samples do
// not depend on the batch that they are in.
TEST_CASE("generate draws the first state with the deviation of the class") {
    const auto c = diffusers::parse_config(of("EulerDiscrete"));
    const diffusers::arguments a{.num_inference_steps = 4};
    std::vector<double> x(3 * 2), late(2 * 2);
    const auto done = diffusers::generate(exec::cpp, c, a, halving{}, batch(x, 3), {.seed = 5});
    CHECK(done.evaluations == 4);
    diffusers::generate(exec::cpp, c, a, halving{}, batch(late, 2), {.seed = 5, .first_sample = 1});
    CHECK(std::vector<double>(x.begin() + 2, x.end()) == late);

    std::vector<double> alone(3 * 2);  // by the header of the family
    auto view = batch(alone, 3);
    diffusers::with_exploding(c, a, halving{},
                              diffusers::generating{exec::cpp, view, options{.seed = 5}});
    CHECK(alone == x);

    std::vector<double> own(3 * 2);
    noise::philox source{5};
    const double sigma = ask(c, a).initial_sigma;
    for (std::size_t i = 0; i < own.size(); ++i)
        own[i] = sigma * source.normal<double>(noise::stream::prior, 0, i);
    diffusers::generate_from(exec::cpp, c, a, halving{}, batch(own, 3), {.seed = 5});
    for (std::size_t i = 0; i < own.size(); ++i)
        CHECK(x[i] == doctest::Approx(own[i]).epsilon(1e-12));
}

TEST_CASE("DDIMInverseScheduler starts from data") {
    const auto c = diffusers::parse_config(of("DDIMInverse"));
    std::vector<double> x{0.5, -0.25};
    check_refused<bad_argument>(
        [&] {
            diffusers::generate(exec::cpp, c, {.num_inference_steps = 4}, halving{}, batch(x, 1));
        },
        {"DDIMInverseScheduler", "generate_from"});
    CHECK(x[0] == 0.5);
    const auto done =
        diffusers::generate_from(exec::cpp, c, {.num_inference_steps = 4}, halving{}, batch(x, 1));
    CHECK(done.evaluations == 4);
    CHECK(x[0] != 0.5);
}

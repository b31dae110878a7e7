// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// The timesteps and the refusals of the solvers in lambda; their numbers are in tests/golden.

#include <diffgen/compat/diffusers/deis.hpp>
#include <diffgen/compat/diffusers/dpm_multistep.hpp>
#include <diffgen/compat/diffusers/dpm_singlestep.hpp>
#include <diffgen/compat/diffusers/lambda_output.hpp>
#include <diffgen/compat/diffusers/read_config.hpp>
#include <diffgen/compat/diffusers/sa_solver.hpp>
#include <diffgen/compat/diffusers/unipc.hpp>
#include <diffgen/io/json.hpp>

#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

using namespace diffgen;
using namespace diffgen::compat::diffusers;

namespace {

config read(const char* name, const char* options) {
    return read_config(name + std::string("Scheduler"), io::parse_json(options));
}
std::vector<double> timesteps(const config& c, int n) {
    std::vector<double> t;
    for (const noise_level& l : lambda_levels(c, n).values)
        t.push_back(l.t);
    t.pop_back();
    return t;
}
using numbers = std::vector<double>;

}  // namespace

// diffusers divides by n + 1 and leaves out the cleanest
TEST_CASE("ten timesteps of a thousand") {
    const auto spaced = [](const char* options) {
        return timesteps(read("DPMSolverMultistep", options), 10);
    };
    CHECK(spaced("{}") == numbers{999, 899, 799, 699, 599, 500, 400, 300, 200, 100});
    CHECK(spaced(R"({"timestep_spacing": "leading"})") ==
          numbers{900, 810, 720, 630, 540, 450, 360, 270, 180, 90});
    CHECK(spaced(R"({"timestep_spacing": "trailing"})") ==
          numbers{999, 899, 799, 699, 599, 499, 399, 299, 199, 99});
}

TEST_CASE("of 122 trailing timesteps there are 123, the last before the first entry") {
    const auto t = timesteps(read("UniPCMultistep", R"({"timestep_spacing": "trailing"})"), 122);
    CHECK(t.size() == 123);
    CHECK(t.back() == -1);
}

TEST_CASE("no level is noisier than 'lambda_min_clipped' allows") {
    const config c = read("DPMSolverMultistep",
                          R"({"beta_schedule": "squaredcos_cap_v2", "lambda_min_clipped": -5.1})");
    const auto l = lambda_levels(c, 20).values;
    CHECK(lambda(l.front()) >= -5.1);
    CHECK(lambda(l.front()) < -5);
    CHECK(lambda(lambda_levels(read("UniPCMultistep",
                                    R"({"beta_schedule": "squaredcos_cap_v2",
                                        "lambda_min_clipped": -5.1})"),
                               20)
                     .values.front()) < -5.1);  // an option of other classes
}

TEST_CASE("a run ends at sigma = 0, at the least sigma, or where it is") {
    const auto last = [](const char* name, const char* options) {
        return lambda_levels(read(name, options), 5).values.back();
    };
    const double least = sigma_table(read("DPMSolverMultistep", "{}")).front();
    CHECK(last("DPMSolverMultistep", "{}").is_clean());
    CHECK(last("DPMSolverMultistep", R"({"final_sigmas_type": "sigma_min"})").sigma_over_alpha() ==
          doctest::Approx(least).epsilon(1e-14));
    CHECK(last("DEISMultistep", R"({"use_karras_sigmas": true})").sigma_over_alpha() ==
          doctest::Approx(least).epsilon(1e-12));
}

TEST_CASE("what diffusers refuses or cannot do is refused") {
    using compat::unsupported;
    const auto refuses = [](auto make, std::initializer_list<std::string_view> words) {
        check_refused<unsupported>(make, words);
    };
    refuses([] { dpm_multistep(read("DPMSolverMultistep", R"({"algorithm_type": "dpmsolver"})")); },
            {"algorithm_type", "dpmsolver", "zero"});
    refuses(
        [] {
            dpm_singlestep(read("DPMSolverSinglestep", R"({"algorithm_type": "sde-dpmsolver"})"));
        },
        {"algorithm_type", "sde-dpmsolver"});
    refuses([] { dpm_singlestep(read("DPMSolverSinglestep", R"({"solver_order": 4})")); },
            {"solver_order", "4"});
    refuses([] { unipc(read("UniPCMultistep", R"({"solver_order": 4})")); }, {"solver_order", "4"});
    refuses([] { sa_solver(read("SASolver", R"({"predictor_order": 5})")); },
            {"predictor_order", "5"});
    refuses([] { deis(read("DEISMultistep", R"({"algorithm_type": "sde-dpmsolver"})")); },
            {"algorithm_type", "sde-dpmsolver"});
    refuses([] { dpm_multistep(read("DPMSolverMultistep", R"({"algorithm_type": "deis"})")); },
            {"algorithm_type", "'deis'", "final_sigmas_type"});
    refuses([] { dpm_singlestep(read("DPMSolverSinglestep", R"({"algorithm_type": "deis"})")); },
            {"algorithm_type", "'deis'", "final_sigmas_type"});
    refuses([] { (void)read("UniPCMultistep", R"({"solver_p": {}})"); }, {"solver_p"});
    refuses([] { (void)read("DDIM", R"({"prediction_type": "flow_prediction"})"); },
            {"prediction_type", "flow_prediction"});
    refuses(
        [] { (void)lambda_levels(read("UniPCMultistep", R"({"use_dynamic_shifting": true})"), 5); },
        {"use_dynamic_shifting", "missing"});
    refuses(
        [] {
            (void)lambda_levels(read("DPMSolverMultistep", R"({"use_karras_sigmas": true})"), 5,
                                {.timesteps = {999, 0}});
        },
        {"'timesteps'"});
    CHECK_THROWS_AS((void)lambda_levels(read("SASolver", "{}"), 0), bad_argument);
    check_refused<bad_argument>([] { (void)read("UniPCMultistep", R"({"shift_terminal": 0.1})"); },
                                {"shift_terminal", "use_flow_sigmas"});
}

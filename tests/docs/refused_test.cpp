// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// What docs/compat.md says of the classes of diffusers: those of its table are read, and those that
// it names as refused are refused, as some of the options that it names.
#include <diffgen/compat/diffusers/pipeline.hpp>
#include <diffgen/diffgen.hpp>

#include "page_table.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace diffgen;

namespace {

/// Reads the configuration, and runs six steps with it.
void compose(const std::string& class_name, const std::string& options,
             const compat::diffusers::arguments& a = {.num_inference_steps = 6}) {
    const auto config =
        compat::diffusers::parse_config(R"({"_class_name": ")" + class_name + "\"" + options + "}");
    const auto network = [](auto, auto out, const noise_level&) {
        for (double& v : out)
            v = 0;
    };
    std::vector<double> x(4, 0.5);
    if (class_name == "DDIMInverseScheduler")  // goes from data to noise
        compat::diffusers::generate_from(exec::cpp, config, a, network, batch(x, 1), {.seed = 1});
    else
        compat::diffusers::generate(exec::cpp, config, a, network, batch(x, 1), {.seed = 1});
}

}  // namespace

TEST_CASE("the classes of the table are those that are read") {
    const auto rows = testing::page_table("compat.md", "classes");
    CHECK(rows.size() == 30);
    for (const auto& row : rows) {
        CAPTURE(row[0]);
        CHECK_NOTHROW(static_cast<void>(
            compat::diffusers::parse_config(R"({"_class_name": ")" + row[0] + "\"}")));
    }
}

TEST_CASE("the classes that are named as refused are refused") {
    const auto rows = testing::page_table("compat.md", "refused");
    REQUIRE(rows.at(0).at(0) == "_class_name");
    int refused = 0;
    const std::string& cell = rows[0].at(1);
    for (std::size_t at = cell.find("Scheduler"); at != std::string::npos;
         at = cell.find("Scheduler", at + 1)) {
        const std::size_t begin = cell.rfind(' ', at) + 1;
        const std::string name = cell.substr(begin, at + 9 - begin);
        CAPTURE(name);
        CHECK_THROWS_AS(compose(name, ""), compat::unsupported);
        ++refused;
    }
    CHECK(refused == 8);
}

TEST_CASE("options that are named as refused are refused") {
    const auto refused = [](const std::string& class_name, const std::string& options) {
        CAPTURE(class_name);
        CAPTURE(options);
        CHECK_THROWS_AS(compose(class_name, options), compat::unsupported);
    };
    refused("DDIMScheduler", R"(, "prediction_type": "flow_prediction")");
    for (const char* name : {"EDMDPMSolverMultistepScheduler", "CosineDPMSolverMultistepScheduler",
                             "EulerAncestralDiscreteScheduler", "KDPM2DiscreteScheduler",
                             "KDPM2AncestralDiscreteScheduler", "EDMEulerScheduler"})
        refused(name, R"(, "prediction_type": "sample")");
    refused("UniPCMultistepScheduler", R"(, "solver_p": "DEISMultistepScheduler")");
    refused("UniPCMultistepScheduler", R"(, "solver_order": 4)");
    refused("UniPCMultistepScheduler", R"(, "solver_type": "bh1", "final_sigmas_type": "zero")");
    refused("UniPCMultistepScheduler",
            R"(, "use_dynamic_shifting": true, "use_flow_sigmas": true)");
    refused("DPMSolverMultistepScheduler",
            R"(, "algorithm_type": "sde-dpmsolver", "final_sigmas_type": "zero")");
    refused("DPMSolverMultistepScheduler",
            R"(, "algorithm_type": "sde-dpmsolver", "final_sigmas_type": "sigma_min",
                "solver_order": 3)");
    refused("DDIMInverseScheduler", R"(, "timestep_spacing": "linspace")");
    refused("DPMSolverMultistepScheduler",
            R"(, "use_flow_sigmas": true, "use_karras_sigmas": true)");
    CHECK_THROWS_AS(compose("DDPMScheduler", "", {.num_inference_steps = 6, .eta = 0.5}),
                    compat::unsupported);
}

TEST_CASE("what diffusers does not know either is a bad_argument, but not unsupported") {
    for (const std::string options : {R"(, "no_such_key": 1)", R"(, "num_train_timesteps": 0)"}) {
        CAPTURE(options);
        bool is_plain = false;
        try {
            compose("DDIMScheduler", options);
        } catch (const compat::unsupported&) {
        } catch (const bad_argument&) {
            is_plain = true;
        }
        CHECK(is_plain);
    }
}

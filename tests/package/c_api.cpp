// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// The C interface of the examples gives the samples that C++ has of the same configuration, to the
// bit: from noise, and from given states.
//     c_api scheduler_config.json
#include <diffgen/compat/diffusers/pipeline/dpm_solver.hpp>
#include <diffgen/compat/diffusers/pipeline/generate.hpp>

#include "diffgen_c.h"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <vector>

namespace {

namespace diffusers = diffgen::compat::diffusers;
constexpr std::size_t samples = 37, elements = 5;
constexpr std::uint64_t seed = 7;

/// The exact noise in states whose data are N(1.5, 0.5^2).
void predict(const float* in, float* out, std::size_t size, double alpha, double sigma) {
    for (std::size_t i = 0; i < size; ++i)
        out[i] = static_cast<float>(sigma * (in[i] - 1.5 * alpha) /
                                    (0.25 * alpha * alpha + sigma * sigma));
}

void sample(const diffusers::config& config, std::vector<float>& x, bool from_noise) {
    const auto network = [](auto in, auto out, const diffgen::noise_level& level) {
        predict(in.data, out.data, in.size(), level.alpha, level.sigma);
    };
    const auto state = diffgen::batch(x, samples);
    const diffgen::options o{.seed = seed};
    diffusers::with_dpm_solver(
        config, {.num_inference_steps = 12}, network,
        diffusers::generating{diffgen::exec::cpp, state, o,
                              from_noise ? diffusers::start::noise : diffusers::start::given});
}

bool sample_by_c(const diffgen_scheduler* scheduler, std::vector<float>& x, bool from_noise) {
    const auto start = from_noise ? diffgen_start : diffgen_start_from;
    diffgen_run* run = nullptr;
    diffgen_evaluation due{};
    bool good = start(scheduler, "{\"num_inference_steps\": 12}", seed, x.data(), samples, elements,
                      &run) == DIFFGEN_OK;
    while (good && diffgen_run_next(run, &due) == DIFFGEN_OK && due.input) {
        predict(due.input, due.output, due.input_samples * due.elements, due.alpha, due.sigma);
        good = diffgen_run_advance(run) == DIFFGEN_OK;
    }
    diffgen_run_free(run);
    return good;
}

}  // namespace

int main(int, char** arguments) {
    const auto config = diffusers::load_config(arguments[1]);
    diffgen_scheduler* scheduler = nullptr;
    bool good = diffgen_scheduler_load(arguments[1], &scheduler) == DIFFGEN_OK;
    for (const bool from_noise : {true, false}) {
        std::vector<float> x(samples * elements, 0.25f), by_c = x;
        sample(config, x, from_noise);
        good = good && sample_by_c(scheduler, by_c, from_noise) && by_c == x;
    }
    diffgen_scheduler_free(scheduler);
    std::printf("%s %s\n", good ? "the same samples" : "other samples, or none;",
                good ? "" : diffgen_error_text());
    return good ? 0 : 1;
}

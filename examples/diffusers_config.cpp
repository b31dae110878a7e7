// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// A pipeline of diffusers moved into a C++ program: its scheduler_config.json as it is, its network
// as a callable. Prints the mean and the deviation of the samples beside those of the data.
//
//     diffusers_config [--quick] [scheduler_config.json]

#include <diffgen/compat/diffusers/pipeline.hpp>

#include "common/config_arguments.hpp"

#include <cmath>
#include <cstdio>
#include <vector>

// Stands for the network of a pipeline: the exact noise of data N(1.5, 0.5^2). `timesteps` has
// alpha and sigma because this one is exact; a trained network only needs level.network_time, the
// timestep.
struct network {
    diffgen::schedule::table timesteps;

    void operator()(diffgen::batch_view<const float> in, diffgen::batch_view<float> out,
                    const diffgen::noise_level& level) const {
        const auto [alpha, sigma] =
            diffgen::kernel::variance_preserving::level(timesteps.log_snr(level.network_time));
        const double variance = 0.25 * alpha * alpha + sigma * sigma;
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = static_cast<float>(sigma * (in.data[i] - 1.5 * alpha) / variance);
    }
};

int main(int argc, char** argv) try {
    const config_arguments given(argc, argv);
    const auto& file = given.file;
    const std::size_t samples = given.is_quick ? 20'000 : 100'000;
    // [pipeline]
    namespace diffusers = diffgen::compat::diffusers;
    const auto config = diffusers::load_config(file);
    std::vector<float> x(samples * 4);  // samples of four numbers
    const auto done = diffusers::generate(diffgen::exec::cpp, config, {.num_inference_steps = 25},
                                          network{diffusers::noise_schedule(config)},
                                          diffgen::batch(x, samples), {.seed = 7});
    // [pipeline]
    double mean = 0, square = 0;
    for (const float v : x)
        mean += v;
    mean /= static_cast<double>(x.size());
    for (const float v : x)
        square += (v - mean) * (v - mean);
    const double deviation = std::sqrt(square / static_cast<double>(x.size()));
    std::printf("%d network calls: mean %.3f (data: 1.5), deviation %.3f (data: 0.5)\n",
                done.evaluations, mean, deviation);
    // the pipeline starts from N(0, 1), where this schedule still has 7% of the data in the state
    return std::abs(mean - 1.5) < 0.1 && std::abs(deviation - 0.5) < 0.1 ? 0 : 1;
} catch (const diffgen::error& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 2;
}

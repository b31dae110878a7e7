// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Image-to-image and inpainting with the scheduler_config.json of a pipeline of diffusers. Images
// here are rows of eight pixels around a brightness of their own, whose exact network is known.
//
//     image_to_image [--quick] [scheduler_config.json]

#include <diffgen/compat/diffusers/pipeline.hpp>

#include "common/config_arguments.hpp"

#include <cmath>
#include <cstdio>
#include <vector>

constexpr std::size_t pixels = 8;

// Stands for the network of a pipeline: the exact noise of images whose brightness is N(1.5, 0.5^2)
// and whose pixels are N(0, 0.1^2) about it.
struct network {
    diffgen::schedule::table timesteps;

    void operator()(diffgen::batch_view<const float> in, diffgen::batch_view<float> out,
                    const diffgen::noise_level& level) const {
        const auto [alpha, sigma] =
            diffgen::kernel::variance_preserving::level(timesteps.log_snr(level.network_time));
        const double apart = 0.01 * alpha * alpha + sigma * sigma;
        const double common = apart + 0.25 * pixels * alpha * alpha;
        for (std::size_t i = 0; i < in.size(); i += pixels) {
            double mean = 0;
            for (std::size_t k = 0; k < pixels; ++k)
                mean += in.data[i + k] / static_cast<double>(pixels);
            for (std::size_t k = 0; k < pixels; ++k)
                out.data[i + k] = static_cast<float>(
                    sigma * ((in.data[i + k] - mean) / apart + (mean - 1.5 * alpha) / common));
        }
    }
};

double mean_of(const std::vector<float>& x, std::size_t first, std::size_t count) {
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
        if (i % pixels >= first && i % pixels < first + count) sum += x[i];
    return sum / static_cast<double>(x.size() / pixels * count);
}

int main(int argc, char** argv) try {
    const config_arguments given(argc, argv);
    const auto& file = given.file;
    const std::size_t n = given.is_quick ? 2'000 : 20'000;
    namespace diffusers = diffgen::compat::diffusers;
    using diffgen::batch, diffgen::exec::cpp;
    // [image to image]
    const auto config = diffusers::load_config(file);
    const network net{diffusers::noise_schedule(config)};
    std::vector<float> x(n * pixels, 2.0f);  // n pictures of brightness 2
    diffusers::generate_from_data(cpp, config, {.num_inference_steps = 25, .strength = 0.4}, net,
                                  batch(x, n), {.seed = 7});
    // [image to image]
    const double varied = mean_of(x, 0, pixels);

    // [inpainting]
    // the right half is to be filled; the left half is known, and stays at the run's noise
    const std::vector<float> known(n * pixels, 2.0f);
    std::vector<float> noise(n * pixels);
    diffusers::with_scheduler(
        config, {.num_inference_steps = 25}, net,
        [&](auto& s, const diffgen::options& o, double initial_sigma) {
            diffgen::exec::draw_prior(cpp, batch(noise, n), 1, diffgen::noise::philox{8}, 0);
            diffgen::exec::draw_prior(cpp, batch(x, n), initial_sigma, diffgen::noise::philox{9},
                                      0);
            for (auto run = s.start_from(cpp, batch(x, n), o); run; run.advance()) {
                for (std::size_t i = 0; i < x.size(); ++i)
                    if (i % pixels < pixels / 2)
                        x[i] = static_cast<float>(run.level().alpha * known[i] +
                                                  run.level().sigma * noise[i]);
                net(run.input(), run.output(), run.level());
            }
        });
    // [inpainting]
    const double filled = mean_of(x, pixels / 2, pixels / 2);

    std::printf(
        "brightness of the data 1.5, of the pictures given 2\n"
        "varied with strength 0.4: %.3f\nfilled beside known halves of 2: %.3f\n",
        varied, filled);
    return varied > 1.8 && varied < 2 && filled > 1.7 && filled < 2.1 ? 0 : 1;
} catch (const diffgen::error& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 2;
}

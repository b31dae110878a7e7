// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// The code of docs/concepts/networks.md.

#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/nn/patch_transformer.hpp>
#include <diffgen/nn/residual_mlp.hpp>
#include <diffgen/nn/weights_file.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/betas.hpp>
#include <diffgen/solver/ddim.hpp>
#include <diffgen/train/denoising.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <vector>

using namespace diffgen;

TEST_CASE("sampling with a residual network whose weights come from a file") {
    const auto path =
        std::filesystem::temp_directory_path() / "diffgen_networks_page_test.safetensors";
    const nn::residual_mlp_options sizes{.features = 2, .hidden = 32, .blocks = 1, .seed = 3};
    {
        nn::residual_mlp<float> made(sizes);
        for (std::size_t i = 0; i < made.weights().entries().size(); ++i)
            nn::fill_normal(made.weights(), i, 0.1, noise::philox{5});
        save_weights(made.weights(), path);
    }
    // [sample]
    nn::residual_mlp<float> net(sizes);
    load_weights(net.weights(), path);
    const auto call = [&net](auto in, auto out, const noise_level& level) {
        net.evaluate(in.data, out.data, static_cast<std::int64_t>(in.samples), level.network_time);
    };
    sampler s{schedule::cosine{}, kernel::variance_preserving{},
              predicts(velocity{}, call, time_input::log_snr{}), solver::ddim{}};
    std::vector<float> x(2 * 100);
    s.generate(exec::cpp, batch(x, 100), {.steps = 20, .seed = 1});
    // [sample]
    std::filesystem::remove(path);
    double sum = 0;
    for (const float v : x)
        sum += static_cast<double>(v) * static_cast<double>(v);
    CHECK(std::isfinite(sum));
    CHECK(sum > 1);  // the untrained network leaves noise, not zeros
    std::vector<float> y(2);
    s.generate(exec::cpp, batch(y, 1), {.steps = 20, .seed = 1});
    CHECK(y[0] == x[0]);  // no sample feels its neighbours
    CHECK(y[1] == x[1]);
}

TEST_CASE("a transformer over patches is trained and sampled with") {
    std::vector<float> pictures;
    for (int i = 0; i < 2 * 64; ++i)
        pictures.push_back((i / 64 == 0 ? i % 8 : i / 8) < 4 ? -1.0f : 1.0f);
    const std::vector<int> labels{3, 8};
    // [pictures]
    nn::patch_transformer<float> net({.channels = 1,
                                      .height = 8,
                                      .width = 8,
                                      .patch = 2,
                                      .hidden = 32,
                                      .blocks = 2,
                                      .classes = 10});
    const train::denoising objective{process{schedule::cosine{}, kernel::variance_preserving{}},
                                     velocity{}, time_input::log_snr{}};
    train::train_denoiser(net, objective,
                          train::dataset<float>{pictures.data(), 2, 64, labels.data()},
                          {.steps = 20, .batch = 16});
    const auto call = [&net](auto in, auto out, const noise_level& level) {
        net.evaluate(in.data, out.data, static_cast<std::int64_t>(in.samples), level.network_time);
    };
    sampler s{schedule::cosine{}, kernel::variance_preserving{},
              predicts(velocity{}, call, time_input::log_snr{}), solver::ddim{}};
    std::vector<float> x(64 * 10);
    s.generate(exec::cpp, batch(x, 10), {.steps = 10, .seed = 1});
    // [pictures]
    CHECK(std::isfinite(x[0]));
    std::vector<float> y(64);
    s.generate(exec::cpp, batch(y, 1), {.steps = 10, .seed = 1});
    CHECK(std::equal(y.begin(), y.end(), x.begin()));  // no sample feels its neighbours
}

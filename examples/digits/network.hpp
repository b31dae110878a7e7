// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The network of the digits: what it is, its training, its weights.

#include <diffgen/core/prediction.hpp>
#include <diffgen/core/time_input.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/nn/residual_mlp.hpp>
#include <diffgen/nn/weights_file.hpp>
#include <diffgen/process/process.hpp>
#include <diffgen/schedule/betas.hpp>
#include <diffgen/train/denoising.hpp>
#include <diffgen/train/progress_bar.hpp>

#include "data.hpp"

#include <cstdint>
#include <filesystem>
#include <iostream>

namespace digits {

// [network]
using network = diffgen::nn::residual_mlp<float>;
/// What the network predicts and is given as time, in training and in sampling alike.
using prediction = diffgen::velocity;
using time_input = diffgen::time_input::log_snr;
// [network]

inline auto process() {
    return diffgen::process{diffgen::schedule::cosine{}, diffgen::kernel::variance_preserving{}};
}

inline network make_network() {
    return network({.features = static_cast<diffgen::nn::extent>(pixels), .classes = classes});
}

/// Trains on the digits. Interrupted and called again, it goes on from `checkpoint`.
inline void train(network& net, const labelled_digits& data, std::int64_t steps,
                  const std::filesystem::path& checkpoint) {
    // [train]
    const diffgen::train::denoising objective{process(), prediction{}, time_input{},
                                              diffgen::train::uniform_steps{1000}};
    const diffgen::nn::fit_options options{
        .steps = steps,
        .batch = 256,
        .learning_rate = diffgen::nn::cosine_rate{.rate = 2e-3, .steps = steps, .warm_up = 200},
        .checkpoint = checkpoint,
        .checkpoint_every = 500,
        .observe = diffgen::train::progress_bar(std::cerr)};
    diffgen::nn::training_state<float> state(net.weights());
    if (std::filesystem::exists(checkpoint)) load(state, checkpoint);
    diffgen::train::train_denoiser(
        net, objective,
        diffgen::train::dataset<float>{data.pixel_values.data(),
                                       static_cast<std::int64_t>(data.count()),
                                       static_cast<std::int64_t>(pixels), data.labels.data()},
        options, state);
    // [train]
    std::filesystem::remove(checkpoint);
}

}  // namespace digits

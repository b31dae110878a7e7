// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The U-Net of the digits: what it is, its training, its weights.

#include <diffgen/core/prediction.hpp>
#include <diffgen/core/time_input.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/nn/unet.hpp>
#include <diffgen/nn/weights_file.hpp>
#include <diffgen/process/process.hpp>
#include <diffgen/schedule/betas.hpp>
#include <diffgen/train/denoising.hpp>
#include <diffgen/train/progress_bar.hpp>

#include "data.hpp"

#include <cstdint>
#include <filesystem>
#include <iostream>

namespace mnist {

using network = diffgen::nn::unet<float>;
/// What the network predicts and is given as time, in training and in sampling alike.
using prediction = diffgen::velocity;
using time_input = diffgen::time_input::log_snr;

inline auto process() {
    return diffgen::process{diffgen::schedule::cosine{}, diffgen::kernel::variance_preserving{}};
}

/// The four pixels of a square are channels, so that the network's work is that of pictures of
/// 14 x 14.
inline network make_network() {
    return network({.channels = 4,
                    .height = side / 2,
                    .width = side / 2,
                    .widths = {32, 24},
                    .attention_from = 1,
                    .classes = classes});
}

struct training_options {
    std::int64_t steps = 7000, batch = 64;
    int threads = 0;
};

/// Trains on the digits. Interrupted and called again, it goes on from `checkpoint`.
inline void train(network& net, const labelled_digits& data, const training_options& o,
                  const std::filesystem::path& checkpoint) {
    diffgen::nn::training_state<float> state(net.weights());
    if (std::filesystem::exists(checkpoint)) load(state, checkpoint);
    // Noise as strong as the digits, and a hundredth to a hundred times as strong, seldom.
    const diffgen::train::denoising objective{
        process(), prediction{}, time_input{},
        diffgen::train::log_normal_sigma{.mean = 0, .deviation = 1.4}};
    diffgen::train::progress_bar bar(std::cerr, 10);
    const diffgen::nn::fit_options options{
        .steps = o.steps,
        .batch = o.batch,
        .threads = o.threads,
        .learning_rate = diffgen::nn::cosine_rate{.rate = 2e-3, .steps = o.steps, .warm_up = 200},
        .clip = 1,
        .checkpoint = checkpoint,
        .checkpoint_every = 250,
        .observe = [&, before = state.step](const diffgen::nn::training_progress& p) {
            bar(p);
            if (p.step == p.steps)
                std::cerr << (p.step - before) * o.batch << " digits in " << p.seconds << " s, "
                          << static_cast<double>((p.step - before) * o.batch) / p.seconds
                          << " a second\n";
            return true;
        }};
    diffgen::train::train_denoiser(
        net, objective,
        diffgen::train::dataset<float>{data.values.data(), static_cast<std::int64_t>(data.count()),
                                       static_cast<std::int64_t>(pixels), data.labels.data()},
        options, state);
}

}  // namespace mnist

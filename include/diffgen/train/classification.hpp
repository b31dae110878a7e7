// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The objective of a classifier of noisy samples: E -log p(class | x_t, t) over levels (Dhariwal
// and Nichol 2021, section 4.1).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/nn/class_gradient.hpp>
#include <diffgen/nn/fit.hpp>
#include <diffgen/nn/operations.hpp>
#include <diffgen/nn/shuffle.hpp>
#include <diffgen/nn/softmax.hpp>
#include <diffgen/train/dataset.hpp>
#include <diffgen/train/times.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::train {

/// Process: level(t), t_min(), t_max() and, where the times ask for it, level_of_log_snr(log_snr).
/// TimeInput: level -> the classifier's time value, that of the guide's predicts(score{}, ...).
/// Times: uniform_times, uniform_steps, log_normal_sigma, logit_normal_times. Its least value is
/// the entropy of the class given the noisy sample, mean over levels.
template <class Process, class TimeInput, class Times = uniform_times>
struct classification {
    Process process;
    TimeInput time_input;
    Times times{};
    double data_deviation = 1;  ///< of one element, which scales what the classifier sees
    std::uint64_t seed = 0;

    classification(Process p, TimeInput i, Times t = {})
        : process(std::move(p)), time_input(std::move(i)), times(std::move(t)) {}

    /// The loss for nn::fit, mean over the samples of a batch. Net: as nn::noisy_classifier; it and
    /// the data must outlive the loss. Every random number is addressed by (seed, step, number in
    /// the batch, element). Throws bad_shape where sizes differ, bad_argument where the data have
    /// no classes, or one that the network does not have.
    template <class Net, class T>
    auto loss(const Net& net, const dataset<T>& data) const {
        check(data, net);
        diffgen::detail::require(data.classes != nullptr,
                                 "a classifier's data are without classes");
        diffgen::detail::require(diffgen::detail::is_positive(data_deviation),
                                 "classification with data_deviation = ", data_deviation,
                                 "; must be above 0");
        for (std::int64_t i = 0; i < data.samples; ++i)
            diffgen::detail::require(data.classes[i] >= 0 && data.classes[i] < net.classes(),
                                     "sample ", i, " has class ", data.classes[i], " of ",
                                     net.classes());
        const noise::philox random{seed};
        return [objective = *this, &net, data, random,
                order = nn::shuffle(data.samples, random)](const nn::shard<T>& part) {
            const auto rows = data.elements, cols = part.count;
            const auto input = part.record.constant(nn::matrix<T>::Zero(rows, cols));
            std::vector<double> time_values(static_cast<std::size_t>(cols));
            std::vector<int> labels(time_values.size());
            nn::matrix<T> eps(rows, 1);
            for (std::int64_t j = 0; j < cols; ++j) {
                const place at{random, part.step, part.first + j, part.batch};
                const auto sample = order(at.step * at.batch + at.number);
                const auto level = objective.times(objective.process, at);
                random.fill<T>(noise::stream::training, static_cast<std::uint32_t>(at.step),
                               static_cast<std::uint64_t>(at.number * rows), static_cast<int>(rows),
                               eps.data());
                const double scale = nn::classifier_input_scale(level, objective.data_deviation);
                const nn::view<T> x0(data.sample(sample), rows, 1);
                input.result().col(j) = static_cast<T>(scale * level.alpha) * x0 +
                                        static_cast<T>(scale * level.sigma) * eps;
                time_values[static_cast<std::size_t>(j)] = objective.time_input(level);
                labels[static_cast<std::size_t>(j)] = data.classes[sample];
            }
            const auto of_each =
                nn::cross_entropy(net.logits(part.weights, input, time_values), labels);
            return sum(of_each) / static_cast<T>(part.batch);
        };
    }
};

template <class P, class I>
classification(P, I) -> classification<P, I>;
template <class P, class I, class T>
classification(P, I, T) -> classification<P, I, T>;

/// Trains the classifier's weights on the objective, and leaves their moving average in it. Returns
/// and throws what nn::fit does.
template <class Net, class Objective, class T>
bool train_classifier(Net& net, const Objective& objective, const dataset<T>& data,
                      const nn::fit_options& options) {
    nn::training_state<T> state(net.weights());
    const bool finished = nn::fit(state, objective.loss(net, data), options);
    net.weights() = state.average;
    return finished;
}

}  // namespace diffgen::inline DIFFGEN_ABI::train

#include <diffgen/core/with_macros.hpp>

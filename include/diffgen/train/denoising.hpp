// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The denoising objective: E w(t) |F(x_t, t, class) - F*|^2, which is L_simple (Ho et al.
// 2020, eq. 14), denoising score matching (Song and Ermon 2019, eq. 6; Song et al. 2021, eq. 7),
// flow matching and the EDM loss, by choice of its parts.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/nn/fit.hpp>
#include <diffgen/nn/operations.hpp>
#include <diffgen/nn/shuffle.hpp>
#include <diffgen/train/dataset.hpp>
#include <diffgen/train/pair.hpp>
#include <diffgen/train/times.hpp>
#include <diffgen/train/weighting.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::train {

/// Process: level(t), t_min(), t_max() and, where a part asks for them, level_of_log_snr(log_snr)
/// and diffusion_squared(t). Prediction: to_denoised(level). TimeInput: level -> the network's time
/// value. Times: uniform_times, uniform_steps, log_normal_sigma, logit_normal_times. Weighting: see
/// weighting.hpp. Noise: the source of what is added to the data, whose seed is the objective's:
/// that of the sampler, such as noise::poisson_flow for PFGM++.
template <class Process, class Prediction, class TimeInput, class Times = uniform_times,
          class Weighting = unit_weight, class Noise = noise::philox>
struct denoising {
    Process process;
    Prediction prediction;
    TimeInput time_input;
    Times times{};
    Weighting weighting{};
    double class_dropout =
        0.1;  ///< how often the null class replaces the class (Ho, Salimans 2022)
    std::uint64_t seed = 0;
    Noise noise{};

    denoising(Process p, Prediction f, TimeInput i, Times t = {}, Weighting w = {}, Noise n = {})
        : process(std::move(p)),
          prediction(std::move(f)),
          time_input(std::move(i)),
          times(std::move(t)),
          weighting(std::move(w)),
          noise(std::move(n)) {}

    /// The factor of |F - F*|^2 at a level; where alpha = 0, its limit.
    template <class Level>
    [[nodiscard]] double weight(const Level& level) const {
        const Level near = with_some_signal(level);
        const double factor = weighting(process, near, prediction.to_denoised(near));
        const bool diverges = level.alpha == 0 && factor > 1e100;
        return diverges ? diffgen::detail::infinity : factor;
    }

    /// The loss for nn::fit, averaged over samples and elements. A network has features(),
    /// null_class() and forward(leaves, x, times, classes); network and data must outlive the loss.
    /// Every random number is addressed by (seed, step, number in the batch, element).
    /// Throws bad_shape, bad_argument; in the course of the training bad_argument where a weight or
    /// the network's time is not finite.
    template <class Net, class T>
    auto loss(const Net& net, const dataset<T>& data) const {
        check(data, net);
        diffgen::detail::check(noise);
        diffgen::detail::check_batch<space::host>(noise, static_cast<std::size_t>(data.samples),
                                                  static_cast<std::size_t>(data.elements));
        if (!(class_dropout >= 0 && class_dropout <= 1))
            throw bad_argument(diffgen::detail::text("diffgen: class_dropout is ", class_dropout));
        const diffgen::noise::philox random{seed};
        auto objective = *this;
        if constexpr (requires { objective.noise.seed; }) objective.noise.seed = seed;
        return [objective, &net, data, random,
                order = nn::shuffle(data.samples, random)](const nn::shard<T>& part) {
            const auto rows = data.elements, cols = part.count;
            const auto zeros = [&](nn::extent r) {
                return part.record.constant(nn::matrix<T>::Zero(r, cols));
            };
            const auto input = zeros(rows), target = zeros(rows), weight = zeros(1);
            std::vector<double> time_values(static_cast<std::size_t>(cols));
            std::vector<int> classes(data.classes ? time_values.size() : 0);
            nn::matrix<T> eps(rows, 1);
            for (std::int64_t j = 0; j < cols; ++j) {
                const place at{random, part.step, part.first + j, part.batch};
                const auto sample = order(at.step * at.batch + at.number);
                const auto level = objective.times(objective.process, at);
                const auto pair = make_training_pair(level, objective.prediction);
                objective.noise.template fill<T>(diffgen::noise::stream::training,
                                                 static_cast<std::uint32_t>(at.step),
                                                 static_cast<std::uint64_t>(at.number * rows),
                                                 static_cast<int>(rows), eps.data());
                const nn::view<T> x0(data.sample(sample), rows, 1);
                input.result().col(j) =
                    static_cast<T>(pair.input_data) * x0 + static_cast<T>(pair.input_noise) * eps;
                target.result().col(j) =
                    static_cast<T>(pair.target_data) * x0 + static_cast<T>(pair.target_noise) * eps;
                weight.result()(0, j) = static_cast<T>(objective.weight(level));
                if (!std::isfinite(weight.result()(0, j)))
                    throw bad_argument(diffgen::detail::text(
                        "diffgen: the weight of the training loss is ", weight.result()(0, j),
                        " at t = ", level.t, ", where alpha = ", level.alpha, " and sigma = ",
                        level.sigma, "; take another weighting, prediction or range of times"));
                const auto k = static_cast<std::size_t>(j);
                time_values[k] = objective.time_input(level);
                if (!std::isfinite(time_values[k]))
                    throw bad_argument(diffgen::detail::text(
                        "diffgen: the network's time is ", time_values[k], " at t = ", level.t,
                        ", where alpha = ", level.alpha, " and sigma = ", level.sigma,
                        "; take another time input or range of times"));
                if (data.classes)
                    classes[k] =
                        at.uniform(diffgen::noise::stream::dropout) < objective.class_dropout
                            ? net.null_class()
                            : data.classes[sample];
            }
            const auto error =
                square(net.forward(part.weights, input, time_values, classes) - target);
            return sum(weight * sum_over_rows(error)) / static_cast<T>(part.batch * rows);
        };
    }
};

template <class P, class F, class I>
denoising(P, F, I) -> denoising<P, F, I>;
template <class P, class F, class I, class T>
denoising(P, F, I, T) -> denoising<P, F, I, T>;
template <class P, class F, class I, class T, class W>
denoising(P, F, I, T, W) -> denoising<P, F, I, T, W>;
template <class P, class F, class I, class T, class W, class N>
denoising(P, F, I, T, W, N) -> denoising<P, F, I, T, W, N>;

/// Trains the network's weights on the objective, or goes on from `state` where that has steps, and
/// leaves their moving average in the network. Returns and throws what nn::fit does.
template <class Net, class Objective, class T>
bool train_denoiser(Net& net, const Objective& objective, const dataset<T>& data,
                    const nn::fit_options& options, nn::training_state<T>& state) {
    const bool finished = nn::fit(state, objective.loss(net, data), options);
    net.weights() = state.average;
    return finished;
}

/// The same from the network's present weights, when no state is to be kept.
template <class Net, class Objective, class T>
bool train_denoiser(Net& net, const Objective& objective, const dataset<T>& data,
                    const nn::fit_options& options) {
    nn::training_state<T> state(net.weights());
    return train_denoiser(net, objective, data, options, state);
}

}  // namespace diffgen::inline DIFFGEN_ABI::train

#include <diffgen/core/with_macros.hpp>

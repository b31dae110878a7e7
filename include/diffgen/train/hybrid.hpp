// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Networks that learn the variances of a chain's steps beside the estimate (Nichol and Dhariwal
// 2021, section 3.1): L_simple + bound_weight L_vlb, where the bound's gradient reaches the
// variances only.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/dual_functions.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/core/prediction.hpp>
#include <diffgen/density/decoders.hpp>
#include <diffgen/density/gaussian_terms.hpp>
#include <diffgen/nn/fit.hpp>
#include <diffgen/nn/operations.hpp>
#include <diffgen/nn/shuffle.hpp>
#include <diffgen/train/dataset.hpp>
#include <diffgen/train/pair.hpp>
#include <diffgen/train/step_times.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::train {

/// chain: density::reverse_chain of the levels that the sampler will have. A network has
/// features(), null_class() and forward(leaves, x, times, classes), which gives 2 features() rows:
/// the prediction, then v, of which the log variance of the step is interpolated between posterior
/// (-1) and transition (1), as learned_variance has it in sampling.
template <class Prediction, class TimeInput, class Decoder = density::gaussian_decoder>
struct hybrid {
    std::vector<density::reverse_step> chain;
    Prediction prediction;
    TimeInput time_input;
    Decoder decoder{};
    step_times times{};
    /// Of the bound of one step in bits an element, beside the mean square of the prediction; the
    /// paper's 0.001 times L_vlb is 0.001 times the number of steps.
    double bound_weight = 1;
    std::uint64_t seed = 0;

    hybrid(std::vector<density::reverse_step> c, Prediction p, TimeInput i, Decoder d = {})
        : chain(std::move(c)),
          prediction(std::move(p)),
          time_input(std::move(i)),
          decoder(std::move(d)) {
        require(!chain.empty(), "a hybrid loss over a chain of no steps");
    }

    /// The loss for nn::fit, averaged over samples and elements; network and data must outlive it.
    /// Throws bad_shape, bad_argument; in the course of the training non_finite.
    template <class Net, class T>
    auto loss(const Net& net, const dataset<T>& data) const {
        check(data, net);
        const noise::philox random{seed};
        return [objective = *this, &net, data, random,
                order = nn::shuffle(data.samples, random)](const nn::shard<T>& part) {
            const auto samples = objective.template drawn<T>(
                part.record, data, random, order, {part.step, part.first, part.batch}, part.count);
            const auto said =
                net.forward(part.weights, samples.input, samples.times, samples.classes);
            const auto rows = data.elements;
            if (said.rows() != 2 * rows)
                throw bad_shape(diffgen::detail::text(
                    "diffgen: a network of predictions and variances gives ", said.rows(),
                    " rows for ", rows, " elements; it gives twice as many"));
            const auto error = square(slice_rows(said, 0, rows) - samples.target);
            const auto bound = objective.bound_on_tape(said, samples, rows);
            return sum(samples.weight * sum_over_rows(error + bound)) /
                   static_cast<T>(part.batch * rows);
        };
    }

    /// The mean square over samples of each step's whole loss, for step_times: `each` samples of
    /// the data a step.
    template <class Net, class T>
    [[nodiscard]] std::vector<double> second_moments(const Net& net, const dataset<T>& data,
                                                     std::int64_t each = 16) const {
        std::vector<double> moments;
        const noise::philox random{seed + 1};
        for (std::size_t i = 0; i < chain.size(); ++i) {
            nn::tape<T> record;
            const auto weights = net.weights().on(record);
            hybrid one = *this;
            one.chain = {chain[i]};
            one.times = {};
            const auto samples =
                one.template drawn<T>(record, data, random, nn::shuffle(data.samples, random),
                                      {static_cast<std::int64_t>(i), 0, each}, each);
            const auto said = net.forward(weights, samples.input, samples.times, samples.classes);
            const auto error = square(slice_rows(said, 0, data.elements) - samples.target) +
                               one.bound_on_tape(said, samples, data.elements);
            const auto sums = (sum_over_rows(error) / static_cast<T>(data.elements)).value();
            double sum = 0;
            for (std::int64_t j = 0; j < each; ++j)
                sum += static_cast<double>(sums(0, j)) * static_cast<double>(sums(0, j));
            moments.push_back(sum / static_cast<double>(each));
        }
        return moments;
    }

  private:
    struct position {
        std::int64_t step, first, batch;
    };
    template <class T>
    struct drawn_samples {
        nn::variable<T> input, target, weight;
        nn::matrix<T> data, state;
        std::vector<std::size_t> steps;
        std::vector<double> times;
        std::vector<int> classes;
    };

    template <class T, class Order>
    drawn_samples<T> drawn(nn::tape<T>& record, const dataset<T>& data, const noise::philox& random,
                           const Order& order, const position& from, std::int64_t cols) const {
        const auto rows = data.elements;
        const auto zeros = [&](nn::extent r) {
            return record.constant(nn::matrix<T>::Zero(r, cols));
        };
        drawn_samples<T> s{zeros(rows),
                           zeros(rows),
                           zeros(1),
                           nn::matrix<T>(rows, cols),
                           nn::matrix<T>(rows, cols),
                           {},
                           {},
                           {}};
        nn::matrix<T> eps(rows, 1);
        for (std::int64_t j = 0; j < cols; ++j) {
            const place at{random, from.step, from.first + j, from.batch};
            const auto sample = order(at.step * at.batch + at.number);
            const auto [index, weight] = times(at, chain.size());
            const noise_level& level = chain[index].from;
            const auto pair = make_training_pair(level, prediction);
            random.template fill<T>(noise::stream::training, static_cast<std::uint32_t>(at.step),
                                    static_cast<std::uint64_t>(at.number * rows),
                                    static_cast<int>(rows), eps.data());
            s.data.col(j) = nn::view<T>(data.sample(sample), rows, 1);
            s.state.col(j) =
                static_cast<T>(level.alpha) * s.data.col(j) + static_cast<T>(level.sigma) * eps;
            s.input.result().col(j) = static_cast<T>(pair.input_data) * s.data.col(j) +
                                      static_cast<T>(pair.input_noise) * eps;
            s.target.result().col(j) = static_cast<T>(pair.target_data) * s.data.col(j) +
                                       static_cast<T>(pair.target_noise) * eps;
            s.weight.result()(0, j) = static_cast<T>(weight);
            s.steps.push_back(index);
            s.times.push_back(time_input(level));
            if (data.classes) s.classes.push_back(data.classes[sample]);
        }
        return s;
    }

    /// bound_weight times the bound's term of each element. It is a formula of v alone, since the
    /// estimate is taken as it is: its value and its derivative by v, from a dual, make it a node.
    template <class T>
    nn::variable<T> bound_on_tape(const nn::variable<T>& said, const drawn_samples<T>& s,
                                  nn::extent rows) const {
        const nn::extent cols = said.cols();
        nn::matrix<T> value(rows, cols), slope(rows, cols);
        for (nn::extent j = 0; j < cols; ++j) {
            const density::reverse_step& step = chain[s.steps[static_cast<std::size_t>(j)]];
            const conversion c = prediction.to_denoised(step.from);
            for (nn::extent d = 0; d < rows; ++d) {
                const double x = static_cast<double>(s.state(d, j)),
                             x0 = static_cast<double>(s.data(d, j));
                const double denoised =
                    c.state_factor * x + c.output_factor * static_cast<double>(said.value()(d, j));
                const dual<double> v{static_cast<double>(said.value()(rows + d, j)), {1}};
                const auto log_variance = step.interpolated(v);
                const auto term = step.to.is_clean()
                                      ? -decoder.log_likelihood(step, x, x0, denoised, log_variance)
                                      : step.divergence(x0, denoised, log_variance);
                const double scale = bound_weight / 0.69314718055994530942;
                slope(d, j) = static_cast<T>(scale * term.tangents[0]);
                value(d, j) = static_cast<T>(scale * (term.primal - term.tangents[0] * v.primal));
            }
        }
        auto& record = said.owner();
        return record.constant(slope) * slice_rows(said, rows, rows) + record.constant(value);
    }
};

template <class P, class I>
hybrid(std::vector<density::reverse_step>, P, I) -> hybrid<P, I>;
template <class P, class I, class D>
hybrid(std::vector<density::reverse_step>, P, I, D) -> hybrid<P, I, D>;

}  // namespace diffgen::inline DIFFGEN_ABI::train

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Score matching without a target: E w(t) [tr(grad_x s) + |s|^2 / 2] of a network's score s(x_t, t)
// (Hyvarinen 2005, theorem 1), or with v' (grad_x s) v of random v in place of the trace (sliced:
// Song et al. 2019). It needs no noise that is known, and so learns from noisy data as they are;
// where noise is added, the denoising form has less variance (train/denoising.hpp).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/error.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/nn/fit.hpp>
#include <diffgen/nn/operations.hpp>
#include <diffgen/nn/shuffle.hpp>
#include <diffgen/train/dataset.hpp>
#include <diffgen/train/times.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::train {

/// Process, TimeInput, Times: as of train::denoising. Every sample is brought to the level that
/// Times draws for it; at a clean level it stays as it is.
template <class Process, class TimeInput, class Times = uniform_times>
struct score_matching {
    Process process;
    TimeInput time_input;
    Times times{};
    /// Probes of the sliced form, -1 or 1 an element; 0: the exact trace, at the price of as many
    /// gradients as a sample has elements.
    int probes = 1;
    std::uint64_t seed = 0;

    score_matching(Process p, TimeInput i, Times t = {}, int n = 1, std::uint64_t s = 0)
        : process(std::move(p)),
          time_input(std::move(i)),
          times(std::move(t)),
          probes(n),
          seed(s) {}

    /// The loss for nn::fit, averaged over samples; the weight is sigma^2, or 1 where that is 0. A
    /// network has features(), null_class() and forward(leaves, x, times, classes), and what it
    /// gives is the score; network and data must outlive the loss.
    /// Throws bad_shape, bad_argument.
    template <class Net, class T>
    auto loss(const Net& net, const dataset<T>& data) const {
        check(data, net);
        if (probes < 0)
            throw bad_argument(
                diffgen::detail::text("diffgen: score matching with ", probes, " probes"));
        const noise::philox random{seed};
        return [objective = *this, &net, data, random,
                order = nn::shuffle(data.samples, random)](const nn::shard<T>& part) {
            const auto rows = data.elements, cols = part.count;
            const auto input = part.record.constant(nn::matrix<T>::Zero(rows, cols));
            const auto weight = part.record.constant(nn::matrix<T>::Ones(1, cols));
            std::vector<double> time_values;
            std::vector<int> labels;
            nn::matrix<T> eps(rows, 1);
            for (std::int64_t j = 0; j < cols; ++j) {
                const place at{random, part.step, part.first + j, part.batch};
                const auto sample = order(at.step * at.batch + at.number);
                const auto level = objective.times(objective.process, at);
                random.template fill<T>(noise::stream::training,
                                        static_cast<std::uint32_t>(at.step),
                                        static_cast<std::uint64_t>(at.number * rows),
                                        static_cast<int>(rows), eps.data());
                input.result().col(j) =
                    static_cast<T>(level.alpha) * nn::view<T>(data.sample(sample), rows, 1) +
                    static_cast<T>(level.sigma) * eps;
                if (level.sigma > 0)
                    weight.result()(0, j) = static_cast<T>(level.sigma * level.sigma);
                time_values.push_back(objective.time_input(level));
                if (data.classes) labels.push_back(data.classes[sample]);
            }
            const auto s = net.forward(part.weights, input, time_values, labels);
            auto sum_of_forms = sum_over_rows(square(s)) * T(0.5);
            const bool sliced = objective.probes > 0;
            const std::int64_t directions = sliced ? objective.probes : rows;
            for (std::int64_t k = 0; k < directions; ++k) {
                const auto v = part.record.constant(nn::matrix<T>::Zero(rows, cols));
                for (std::int64_t j = 0; j < cols; ++j)
                    for (std::int64_t d = 0; d < rows; ++d)
                        v.result()(d, j) =
                            sliced ? objective.template sign<T>(random, part.step, k, directions,
                                                                (part.first + j) * rows + d)
                                   : T(d == k ? 1 : 0);
                const auto product = grad(sum(s * v), input);
                const T share = sliced ? T(1) / static_cast<T>(directions) : T(1);
                sum_of_forms = sum_of_forms + sum_over_rows(product * v) * share;
            }
            return sum(weight * sum_of_forms) / static_cast<T>(part.batch);
        };
    }

  private:
    template <class T>
    static T sign(const noise::philox& random, std::int64_t step, std::int64_t probe,
                  std::int64_t probes_in_all, std::int64_t flat) {
        const auto draw = static_cast<std::uint32_t>(step * probes_in_all + probe);
        return random.uniform<double>(noise::stream::metric, draw,
                                      static_cast<std::uint64_t>(flat)) < 0.5
                   ? T(-1)
                   : T(1);
    }
};

template <class P, class I>
score_matching(P, I) -> score_matching<P, I>;
template <class P, class I, class T>
score_matching(P, I, T) -> score_matching<P, I, T>;
template <class P, class I, class T>
score_matching(P, I, T, int) -> score_matching<P, I, T>;
template <class P, class I, class T>
score_matching(P, I, T, int, std::uint64_t) -> score_matching<P, I, T>;

}  // namespace diffgen::inline DIFFGEN_ABI::train

#include <diffgen/core/with_macros.hpp>

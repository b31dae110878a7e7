// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A convolutional classifier of the digits, trained on the spot: which class a generated digit is
// taken for, and 64 features of it in which sets of digits are compared.

#include <diffgen/nn/dropout.hpp>
#include <diffgen/nn/fit.hpp>
#include <diffgen/nn/operations.hpp>
#include <diffgen/nn/picture_layers.hpp>
#include <diffgen/nn/shuffle.hpp>
#include <diffgen/nn/softmax.hpp>

#include "data.hpp"

#include <Eigen/Core>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace mnist {

namespace nn = diffgen::nn;

/// Two convolutions, the second of stride 2, and two linear layers, with SiLU between them.
class classifier {
  public:
    static constexpr nn::extent hidden = 64;

    classifier() : layers_(make(weights_)) {}

    /// Trains from the present weights and keeps the moving average. Throws non_finite.
    void fit(const labelled_digits& data, int epochs, int threads) {
        const auto samples = static_cast<std::int64_t>(data.count());
        const nn::shuffle order(samples, diffgen::noise::philox{31});
        const auto loss = [&](const nn::shard<float>& part) {
            const auto x = part.record.constant(
                nn::matrix<float>::Zero(static_cast<nn::extent>(pixels), part.count));
            std::vector<int> labels;
            for (std::int64_t j = 0; j < part.count; ++j) {
                const auto i =
                    static_cast<std::size_t>(order(part.step * part.batch + part.first + j));
                std::ranges::copy(data.picture(i), x.result().col(j).data());
                labels.push_back(data.labels[i]);
            }
            const nn::dropping<float> w(part.weights, 0.3, diffgen::noise::philox{32},
                                        static_cast<std::uint32_t>(part.step),
                                        static_cast<std::uint64_t>(part.first));
            const auto logits = layers_.second(w, nn::dropped(w, layers_.features(w, x)));
            return sum(cross_entropy(logits, labels)) / static_cast<float>(part.batch);
        };
        nn::fit_options o;
        o.batch = std::min<std::int64_t>(64, samples);
        o.steps = epochs * ((samples + o.batch - 1) / o.batch);
        o.threads = threads;
        o.optimiser.weight_decay = 1e-2;
        o.learning_rate = nn::cosine_rate{.rate = 3e-3, .steps = o.steps, .warm_up = 20};
        o.average.decay = 0.99;
        nn::training_state<float> state(weights_);
        nn::fit(state, loss, o);
        weights_ = std::move(state.average);
    }

    /// `hidden` rows, a column a digit.
    [[nodiscard]] Eigen::MatrixXd features(const labelled_digits& d) const {
        Eigen::MatrixXd all(hidden, static_cast<Eigen::Index>(d.count()));
        each_chunk(d, [&](const auto&, const auto& h, Eigen::Index first) {
            all.middleCols(first, h.cols()) = h.value().template cast<double>();
        });
        return all;
    }
    /// The most probable class of every digit.
    [[nodiscard]] std::vector<int> predict(const labelled_digits& d) const {
        std::vector<int> best;
        each_chunk(d, [&](const auto& w, const auto& h, Eigen::Index) {
            const auto logits = layers_.second(w, h);
            for (Eigen::Index j = 0; j < logits.cols(); ++j) {
                Eigen::Index top = 0;
                logits.value().col(j).maxCoeff(&top);
                best.push_back(static_cast<int>(top));
            }
        });
        return best;
    }

  private:
    struct layers {
        nn::convolution_layer fine, coarse;
        nn::linear first, second;

        template <class W, class X>
        X features(const W& w, const X& x) const {
            return silu(first(w, silu(coarse(w, silu(fine(w, x))))));
        }
    };
    static layers make(nn::parameters<float>& list) {
        const diffgen::noise::philox random{30};
        const nn::picture_shape in{4, side / 2, side / 2}, middle = in.with(24);
        return {nn::convolution_layer::make(list, "fine", in, middle.channels, 3, random, 1.5),
                nn::convolution_layer::make(list, "coarse", middle, 32, 3, random, 1.5, 2),
                nn::linear::make(list, "first", 32 * (side / 4) * (side / 4), hidden, random, 1.5),
                nn::linear::make(list, "second", hidden, classes, random)};
    }

    /// use(weights, features, first) of 200 digits at a time.
    template <class Use>
    void each_chunk(const labelled_digits& d, Use use) const {
        nn::tape<float> record;
        for (std::size_t first = 0; first < d.count(); first += 200) {
            record.clear();
            const auto count = std::min<std::size_t>(200, d.count() - first);
            const auto x =
                record.refer(d.values.data() + first * pixels, static_cast<nn::extent>(pixels),
                             static_cast<nn::extent>(count));
            const auto w = weights_.on(record);
            use(w, layers_.features(w, x), static_cast<Eigen::Index>(first));
        }
    }

    nn::parameters<float> weights_;
    layers layers_;
};

}  // namespace mnist

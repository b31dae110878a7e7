// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A small softmax classifier, for the metrics that need one: inputs -> hidden, SiLU -> classes.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/fit.hpp>
#include <diffgen/nn/layers.hpp>
#include <diffgen/nn/shuffle.hpp>
#include <diffgen/nn/softmax.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::nn {

struct classifier_options {
    extent features = 64;
    extent hidden = 128;
    int classes = 10;
    int epochs = 20;
    std::int64_t batch = 64;
    double learning_rate = 1e-2;
    double weight_decay = 1e-2;
    int threads = 0;
    std::uint64_t seed = 0;
};

template <class T>
class classifier {
  public:
    explicit classifier(const classifier_options& options) : options_(options) {
        if (options.features < 1 || options.hidden < 1 || options.classes < 2 ||
            options.epochs < 0 || options.batch < 1)
            throw bad_argument(diffgen::detail::text("diffgen: classifier with features ",
                                                     options.features, ", hidden ", options.hidden,
                                                     ", classes ", options.classes, ", epochs ",
                                                     options.epochs, ", batch ", options.batch));
        const noise::philox random{options.seed};
        first_ = linear::make(weights_, "first", options.features, options.hidden, random);
        second_ = linear::make(weights_, "second", options.hidden, options.classes, random);
    }

    const classifier_options& options() const { return options_; }
    parameters<T>& weights() { return weights_; }
    const parameters<T>& weights() const { return weights_; }

    /// Trains from the present weights by Adam with a cosine rate and keeps the weights' moving
    /// average. x: `samples` columns of features; labels: 0 .. classes - 1.
    /// Throws bad_argument and non_finite.
    void fit(const T* x, const int* labels, std::int64_t samples) {
        if (samples < 1)
            throw bad_argument(diffgen::detail::text("diffgen: ", samples, " samples to fit"));
        const shuffle order(samples, noise::philox{options_.seed});
        const auto loss = [&](const shard<T>& part) {
            const auto in = part.record.constant(matrix<T>::Zero(options_.features, part.count));
            std::vector<int> chosen(static_cast<std::size_t>(part.count));
            for (std::int64_t j = 0; j < part.count; ++j) {
                const auto i = order(part.step * part.batch + part.first + j);
                in.result().col(j) = view<T>(x + i * options_.features, options_.features, 1);
                chosen[static_cast<std::size_t>(j)] = labels[i];
            }
            return sum(cross_entropy(logits(part.weights, in), chosen)) /
                   static_cast<T>(part.batch);
        };
        fit_options o;
        o.batch = std::min(options_.batch, samples);
        o.steps = options_.epochs * ((samples + o.batch - 1) / o.batch);
        o.shards = 1;
        o.threads = options_.threads;
        o.optimiser.weight_decay = options_.weight_decay;
        o.learning_rate = cosine_rate{.rate = options_.learning_rate, .steps = o.steps};
        o.average.decay = 0.99;
        training_state<T> state(weights_);
        nn::fit(state, loss, o);
        weights_ = std::move(state.average);
    }

    /// Class probabilities: `samples` columns of `classes` numbers that sum to 1. Those of a sample
    /// do not depend on the samples beside it.
    void probabilities(const T* x, T* out, std::int64_t samples) const {
        for_chunks(x, samples, [&](const leaves<T>& w, const variable<T>& in, std::int64_t n) {
            softmax_columns(logits(w, in).result(), n, out);
            out += n * options_.classes;
        });
    }

    /// What the last layer sees: `samples` columns of `hidden` numbers, as features for measures.
    /// Those of a sample do not depend on the samples beside it.
    void features(const T* x, T* out, std::int64_t samples) const {
        for_chunks(x, samples, [&](const leaves<T>& w, const variable<T>& in, std::int64_t n) {
            out = std::copy_n(hidden(w, in).result().data(), n * options_.hidden, out);
        });
    }

    /// The most probable class of every sample.
    std::vector<int> predict(const T* x, std::int64_t samples) const {
        matrix<T> p(options_.classes, samples);
        probabilities(x, p.data(), samples);
        std::vector<int> best(static_cast<std::size_t>(samples));
        for (std::int64_t j = 0; j < samples; ++j) {
            extent top = 0;
            p.col(j).maxCoeff(&top);
            best[static_cast<std::size_t>(j)] = static_cast<int>(top);
        }
        return best;
    }

  private:
    static constexpr std::int64_t chunk = 256, column_multiple = 16;

    /// Calls use(weights, inputs, n) for chunks of n samples, the first columns of the inputs.
    template <class Use>
    void for_chunks(const T* x, std::int64_t samples, Use use) const {
        tape<T> record;
        for (std::int64_t first = 0; first < samples; first += chunk) {
            record.clear();
            const auto n = std::min<std::int64_t>(chunk, samples - first);
            // Filled up so that no packet and no panel of a product has a remainder: then every
            // column goes through the same instructions.
            const auto cols = (n + column_multiple - 1) / column_multiple * column_multiple;
            const auto in = record.constant(matrix<T>::Zero(options_.features, cols));
            std::copy_n(x + first * options_.features, n * options_.features, in.result().data());
            use(weights_.on(record), in, n);
        }
    }

    /// Overwrites logits; the first `n` columns of their softmax go to `out`. Sums go down a column
    /// in turn, wherever it begins in memory.
    static void softmax_columns(span_matrix<T> logits, std::int64_t n, T* out) {
        for (extent j = 0; j < logits.cols(); ++j)
            logits.col(j).array() -= logits.col(j).maxCoeff();
        logits.array() = logits.array().exp();
        for (extent j = 0; j < n; ++j, out += logits.rows()) {
            T sum = 0;
            for (extent i = 0; i < logits.rows(); ++i)
                sum += logits(i, j);
            for (extent i = 0; i < logits.rows(); ++i)
                out[i] = logits(i, j) / sum;
        }
    }

    variable<T> logits(const leaves<T>& w, const variable<T>& x) const {
        return second_(w, hidden(w, x));
    }
    variable<T> hidden(const leaves<T>& w, const variable<T>& x) const {
        return silu(first_(w, x));
    }

    classifier_options options_;
    parameters<T> weights_;
    linear first_, second_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// The objective of masked diffusion: its value where it is known, and a small network that learns a
// Markov chain by it.

#include <diffgen/discrete/hidden_markov.hpp>
#include <diffgen/discrete/likelihood.hpp>
#include <diffgen/nn/layers.hpp>
#include <diffgen/train/masked_levels.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace {

namespace nn = diffgen::nn;
namespace train = diffgen::train;
namespace discrete = diffgen::discrete;

constexpr int length = 3, symbols = 2, mask = 2;

/// A perceptron of one hidden layer: all levels in, one-hot, the logits of all elements out.
struct perceptron {
    nn::parameters<float> list;
    nn::linear first, second;

    perceptron() {
        const diffgen::noise::philox random{3};
        first = nn::linear::make(list, "first", length * 3, 24, random);
        second = nn::linear::make(list, "second", 24, length * symbols, random, 0.0);
    }
    std::int64_t elements() const { return length; }

    nn::variable<float> forward(const nn::leaves<float>& w, nn::tape<float>& record,
                                const train::masked_batch& batch) const {
        const auto samples = static_cast<nn::extent>(batch.levels.size()) / length;
        const auto x = record.constant(nn::matrix<float>::Zero(length * 3, samples));
        for (std::size_t i = 0; i < batch.levels.size(); ++i)
            x.result().data()[i * 3 + static_cast<std::size_t>(batch.levels[i])] = 1;
        const auto logits = second(w, silu(first(w, x)));
        return gather(reshape(logits, symbols, samples * length), batch.queries);
    }
    template <class Level>
    void operator()(diffgen::batch_view<const Level> x, diffgen::batch_view<float> answers,
                    const discrete::moment&) const {
        nn::tape<float> record;
        std::vector<int> levels(x.begin(), x.end()), queries;
        for (std::size_t i = 0; i < levels.size(); ++i)
            queries.push_back(static_cast<int>(i));
        const auto logits = forward(list.on(record), record, {levels, queries});
        for (std::size_t i = 0; i < levels.size(); ++i)
            for (std::size_t v = 0; v < symbols; ++v)
                answers.data[i * 3 + v] =
                    logits.value()(static_cast<nn::extent>(v), static_cast<nn::extent>(i));
    }
};

/// All sequences of a Markov chain as often as they are probable, of 1,000.
std::vector<std::int8_t> chain_data(double& entropy) {
    const discrete::hidden_markov chain({0.6, 0.4}, {0.9, 0.1, 0.2, 0.8}, {1, 0, 0, 1});
    std::vector<std::int8_t> data;
    entropy = 0;
    for (int code = 0; code < 8; ++code) {
        const std::vector<int> x{code & 1, code >> 1 & 1, code >> 2};
        const double log_p = chain.log_probability(x);
        const auto copies = std::lround(1000 * std::exp(log_p));
        entropy -= static_cast<double>(copies) / 1000 * log_p;
        for (long k = 0; k < copies; ++k)
            data.insert(data.end(), x.begin(), x.end());
    }
    return data;
}

template <class Masking>
double loss_of(const perceptron& net, const std::vector<std::int8_t>& data, Masking masking,
               std::int64_t batch) {
    const train::masked_levels<Masking> objective{.mask = mask, .masking = masking};
    const train::dataset<std::int8_t> all{data.data(),
                                          static_cast<std::int64_t>(data.size()) / length, length};
    nn::tape<float> record;
    const auto weights = net.list.on(record);
    return objective.loss(net, all)(nn::shard<float>{record, weights, 0, 0, batch, batch}).item();
}

}  // namespace

TEST_CASE("a network that knows nothing has the loss log 2 an element, whatever the masks") {
    double entropy = 0;
    const auto data = chain_data(entropy);
    const perceptron net;  // its last layer is zero
    CHECK(loss_of(net, data, train::masks_by_count{}, 64) ==
          doctest::Approx(std::log(2.)).epsilon(1e-6));
    // Here the number of masks is random: 20,000 samples, to 4 percent at a false alarm of 1e-9.
    CHECK(loss_of(net, data, train::masks_by_schedule<discrete::log_linear>{{0.01}}, 20000) ==
          doctest::Approx(std::log(2.)).epsilon(0.04));
    CHECK(loss_of(net, data, train::masks_by_schedule<discrete::cosine>{{0.01}}, 20000) ==
          doctest::Approx(std::log(2.)).epsilon(0.04));
}
TEST_CASE("trained, the network has the entropy of the chain as its bound") {
    double entropy = 0;
    const auto data = chain_data(entropy);
    perceptron net;
    const train::masked_levels<> objective{.mask = mask};
    const train::dataset<std::int8_t> all{data.data(),
                                          static_cast<std::int64_t>(data.size()) / length, length};
    nn::training_state<float> state(net.list);
    nn::fit(state, objective.loss(net, all),
            {.steps = 500,
             .batch = 256,
             .shards = 2,
             .threads = 1,
             .learning_rate = nn::cosine_rate{.rate = 2e-2, .steps = 500}});
    net.list = state.average;
    auto predictor = discrete::predicts(discrete::clean{}, std::cref(net));
    const auto found = discrete::sequential_log_probability(
        discrete::absorbing{3, mask}, predictor, diffgen::batch(data, data.size() / length));
    double sum = 0;
    for (const double v : found.values)
        sum -= v;
    const double bits = sum / static_cast<double>(found.values.size());
    INFO(bits, " nats, entropy ", entropy);
    CHECK(bits > entropy - 1e-3);
    CHECK(bits < entropy + 5e-3);
}
TEST_CASE("data of another length are refused") {
    double entropy = 0;
    const auto data = chain_data(entropy);
    const perceptron net;
    const train::dataset<std::int8_t> wrong{data.data(), 10, 4};
    CHECK_THROWS_AS(static_cast<void>(train::masked_levels<>{.mask = mask}.loss(net, wrong)),
                    diffgen::bad_shape);
}

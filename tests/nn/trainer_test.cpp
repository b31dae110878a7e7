// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/nn/fit.hpp>
#include <diffgen/nn/layers.hpp>
#include <diffgen/nn/operations.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace nn = diffgen::nn;

namespace {

/// w . (3, -1) near 2, in one parameter of two numbers.
struct line {
    nn::variable<double> operator()(const nn::shard<double>& part) const {
        nn::matrix<double> at(1, 2);
        at << 3, -1;
        const auto y = matmul(part.record.constant(at), part.weights[0]) - 2.0;
        return sum(square(y)) * (static_cast<double>(part.count) / static_cast<double>(part.batch));
    }
};

nn::training_state<double> beginning() {
    nn::parameters<double> list;
    list.add("w", 2, 1);
    return nn::training_state<double>(list);
}

}  // namespace

TEST_CASE("trainer: steps one at a time have the bits of fit") {
    nn::fit_options options;
    options.steps = 40;
    options.batch = 4;
    options.shards = 2;
    auto whole = beginning(), single = beginning();
    nn::fit(whole, line{}, options);
    const line loss;
    nn::trainer training(single, loss, options);
    for (int i = 0; i < 40; ++i) {
        const auto progress = training.step();
        CHECK(progress.step == i + 1);
        CHECK(progress.loss == whole.losses[static_cast<std::size_t>(i)]);
    }
    CHECK(std::ranges::equal(single.weights.values(), whole.weights.values()));
    CHECK(std::ranges::equal(single.average.values(), whole.average.values()));
}

TEST_CASE("trainer: a trainer begun in the middle goes on as if it had never stopped") {
    nn::fit_options options;
    options.steps = 30;
    options.batch = 4;
    std::vector<std::int64_t> seen;
    options.before = [&](std::int64_t step) { seen.push_back(step); };
    auto whole = beginning(), parts = beginning();
    nn::fit(whole, line{}, options);
    const line loss;
    for (const int count : {7, 23}) {
        nn::trainer training(parts, loss, options);
        for (int i = 0; i < count; ++i)
            training.step();
    }
    CHECK(std::ranges::equal(parts.weights.values(), whole.weights.values()));
    CHECK(seen.size() == 60);  // the hook ran before every step, with its number
    for (std::size_t i = 0; i < 60; ++i)
        CHECK(seen[i] == static_cast<std::int64_t>(i % 30));
}

TEST_CASE("trainer: two trainers alternate, each reading what the other has become") {
    // u is drawn to v, and v to 1 - u: both end at 1/2.
    nn::parameters<double> one, other;
    one.add("u", 1, 1);
    other.add("v", 1, 1);
    nn::training_state<double> u(one), v(other);
    nn::fit_options options;
    options.batch = options.shards = 1;
    options.learning_rate = nn::cosine_rate{.rate = 0.05, .steps = 500};
    const auto towards_v = [&](const nn::shard<double>& part) {
        return sum(square(part.weights[0] - v.weights.on(part.record)[0]));
    };
    const auto towards_rest = [&](const nn::shard<double>& part) {
        return sum(square(part.weights[0] + u.weights.on(part.record)[0] - 1.0));
    };
    nn::trainer first(u, towards_v, options);
    nn::trainer second(v, towards_rest, options);
    for (int i = 0; i < 500; ++i) {
        first.step();
        second.step();
    }
    CHECK(u.weights.values()[0] == doctest::Approx(0.5).epsilon(0.01));
    CHECK(v.weights.values()[0] == doctest::Approx(0.5).epsilon(0.01));
    CHECK(u.step == 500);
}

TEST_CASE(
    "trainer: a loss that is not finite leaves the state as it was; bad options are refused") {
    auto state = beginning();
    nn::fit_options options;
    options.batch = options.shards = 1;
    const auto loss = [](const nn::shard<double>& part) {
        return sum(part.weights[0]) * std::numeric_limits<double>::infinity();
    };
    nn::trainer training(state, loss, options);
    CHECK_THROWS_AS(training.step(), diffgen::non_finite);
    CHECK(state.step == 0);
    CHECK(state.losses.empty());
    options.shards = 2;
    CHECK_THROWS_AS((nn::trainer(state, loss, options)), diffgen::bad_argument);
}

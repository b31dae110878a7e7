// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/nn/fit.hpp>
#include <diffgen/nn/layers.hpp>
#include <diffgen/nn/shuffle.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

namespace nn = diffgen::nn;
namespace noise = diffgen::noise;

namespace {

/// Least squares of a small network on a noisy target, with inputs drawn by (step, sample).
struct regression {
    nn::linear first, second;

    explicit regression(nn::parameters<float>& list)
        : first(nn::linear::make(list, "first", 3, 20, noise::philox{1})),
          second(nn::linear::make(list, "second", 20, 2, noise::philox{1})) {}

    nn::variable<float> operator()(const nn::shard<float>& part) const {
        const auto x = part.record.constant(nn::matrix<float>::Zero(3, part.count));
        for (nn::extent i = 0; i < x.size(); ++i)
            x.result().data()[i] = noise::philox{2}.normal<float>(
                noise::stream::training, static_cast<std::uint32_t>(part.step),
                static_cast<std::uint64_t>(3 * part.first + i));
        const auto target = sin(slice_rows(x, 0, 2)) + slice_rows(x, 1, 2);
        return sum(square(second(part.weights, silu(first(part.weights, x))) - target)) /
               static_cast<float>(part.batch);
    }
};

struct setup {
    nn::parameters<float> initial;
    regression loss{initial};
    nn::fit_options options;
    setup() {
        options.steps = 60;
        options.batch = 50;
        options.learning_rate = nn::cosine_rate{.rate = 1e-2, .steps = 60, .warm_up = 5};
        options.clip = 1.0;
    }
};

bool same(const nn::training_state<float>& a, const nn::training_state<float>& b) {
    const auto equal = [](const nn::parameters<float>& p, const nn::parameters<float>& q) {
        return std::ranges::equal(p.values(), q.values());
    };
    return equal(a.weights, b.weights) && equal(a.first_moment, b.first_moment) &&
           equal(a.second_moment, b.second_moment) && equal(a.average, b.average) &&
           a.step == b.step && a.losses == b.losses;
}

std::filesystem::path scratch(const std::string& name) {
    return std::filesystem::temp_directory_path() / ("diffgen_fit_test_" + name + ".safetensors");
}

}  // namespace

TEST_CASE("fit lowers the loss and gives the same bits on any number of threads") {
    setup s;
    s.options.threads = 1;
    nn::training_state<float> one(s.initial);
    CHECK(nn::fit(one, s.loss, s.options));
    CHECK(one.losses.size() == 60);
    CHECK(one.losses.back() < 0.3 * one.losses.front());
    for (const int threads : {2, 3, 7}) {
        s.options.threads = threads;
        nn::training_state<float> other(s.initial);
        nn::fit(other, s.loss, s.options);
        CHECK(same(one, other));
    }
    // The shards decide the order of summation.
    s.options.shards = 3;
    nn::training_state<float> cut(s.initial);
    nn::fit(cut, s.loss, s.options);
    CHECK_FALSE(same(one, cut));
    CHECK(cut.losses.back() == doctest::Approx(one.losses.back()).epsilon(1e-2));
}

TEST_CASE("a training that is cancelled, stored and resumed gives the bits of one that was not") {
    setup s;
    nn::training_state<float> whole(s.initial);
    nn::fit(whole, s.loss, s.options);

    const auto file = scratch("resume");
    s.options.checkpoint = file;
    s.options.observe = [](const nn::training_progress& p) { return p.step < 23; };
    nn::training_state<float> begun(s.initial);
    CHECK_FALSE(nn::fit(begun, s.loss, s.options));
    CHECK(begun.step == 23);

    nn::training_state<float> resumed(s.initial);
    nn::load(resumed, file);
    CHECK(same(resumed, begun));
    s.options.observe = nullptr;
    CHECK(nn::fit(resumed, s.loss, s.options));
    CHECK(same(resumed, whole));

    nn::training_state<float> stored(s.initial);
    nn::load(stored, file);
    CHECK(same(stored, whole));
    std::filesystem::remove(file);
}

TEST_CASE("checkpoints come every so many steps") {
    setup s;
    const auto file = scratch("every");
    s.options.steps = 10;
    s.options.checkpoint = file;
    s.options.checkpoint_every = 4;
    std::vector<std::int64_t> found;
    s.options.observe = [&](const nn::training_progress&) {
        nn::training_state<float> stored(s.initial);
        if (std::filesystem::exists(file)) nn::load(stored, file);
        found.push_back(stored.step);
        return true;
    };
    std::filesystem::remove(file);
    nn::training_state<float> state(s.initial);
    nn::fit(state, s.loss, s.options);
    CHECK(found == std::vector<std::int64_t>{0, 0, 0, 0, 4, 4, 4, 4, 8, 8});
    nn::load(state, file);
    CHECK(state.step == 10);
    std::filesystem::remove(file);
}

TEST_CASE("a state of another network is refused and changes nothing") {
    setup s;
    const auto file = scratch("other");
    nn::training_state<float> small(s.initial);
    nn::save(small, file);
    nn::parameters<float> other;
    other.add("first.weight", 2, 2);
    nn::training_state<float> state(other);
    CHECK_THROWS_AS(nn::load(state, file), diffgen::bad_shape);
    nn::parameters<float> missing;
    missing.add("third.weight", 2, 2);
    nn::training_state<float> third(missing);
    CHECK_THROWS_AS(nn::load(third, file), diffgen::bad_argument);
    CHECK(state.step == 0);
    std::filesystem::remove(file);
}

TEST_CASE("a loss that is not finite is an error that leaves the state of the step before") {
    setup s;
    const auto loss = [&](const nn::shard<float>& part) {
        const auto value = s.loss(part);
        return part.step == 3 && part.first > 0 ? log(value * 0.0f - 1.0f) : value;
    };
    nn::training_state<float> state(s.initial);
    std::string text;
    try {
        nn::fit(state, loss, s.options);
    } catch (const diffgen::non_finite& e) {
        text = e.what();
    }
    CHECK(text.find("diffgen: training step 3: the loss is ") == 0);
    CHECK(text.find("nan, the norm of its gradient ") != std::string::npos);
    CHECK(state.step == 3);
    CHECK(std::ranges::all_of(state.weights.values(), [](float w) { return std::isfinite(w); }));
}

TEST_CASE("options that make no sense are errors, and so is an exception of the loss") {
    setup s;
    nn::training_state<float> state(s.initial);
    s.options.shards = 51;
    CHECK_THROWS_AS(nn::fit(state, s.loss, s.options), diffgen::bad_argument);
    s.options.shards = 4;
    s.options.threads = 2;
    const auto wrong = [](const nn::shard<float>& part) { return part.weights[0]; };
    CHECK_THROWS_AS(nn::fit(state, wrong, s.options), diffgen::bad_shape);
}

TEST_CASE("clipping bounds the gradient that Adam sees") {
    // One weight w, loss 100 w: gradient 100, clipped to 1. Then m = 0.1 and v = 0.001 after a
    // step.
    nn::parameters<double> list;
    list.add("w", 1, 1);
    nn::training_state<double> state(list);
    nn::fit_options o;
    o.steps = 1;
    o.batch = 1;
    o.shards = 1;
    o.clip = 1;
    double norm = 0;
    o.observe = [&](const nn::training_progress& p) {
        norm = p.gradient_norm;
        return true;
    };
    nn::fit(
        state, [](const nn::shard<double>& part) { return part.weights[0] * 100.0; }, o);
    CHECK(norm == doctest::Approx(100));
    CHECK(state.first_moment.values()[0] == doctest::Approx(0.1));
    CHECK(state.second_moment.values()[0] == doctest::Approx(0.001));
    // The first step of Adam has the length of the rate.
    CHECK(state.weights.values()[0] == doctest::Approx(-1e-3));
}

TEST_CASE("every epoch of a shuffle meets every sample once, in an order of its own") {
    for (const std::int64_t n : {1, 2, 3, 64, 100, 1797}) {
        const nn::shuffle order(n, noise::philox{4});
        std::vector<std::int64_t> first, second;
        for (std::int64_t i = 0; i < n; ++i) {
            first.push_back(order(i));
            second.push_back(order(n + i));
        }
        if (n >= 64) CHECK(first != second);
        for (auto* epoch : {&first, &second}) {
            std::ranges::sort(*epoch);
            for (std::int64_t i = 0; i < n; ++i)
                CHECK((*epoch)[static_cast<std::size_t>(i)] == i);
        }
    }
}

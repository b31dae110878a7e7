// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// The programs of docs/concepts/pushforward.md, objectives.md and docs/extending.md.
#include <diffgen/family/bijection/affine.hpp>
#include <diffgen/family/bijection/chain.hpp>
#include <diffgen/family/bijection/coupling.hpp>
#include <diffgen/family/bijection/linear.hpp>
#include <diffgen/family/objective/adversarial.hpp>
#include <diffgen/family/objective/gradient_penalty.hpp>
#include <diffgen/family/pushforward.hpp>
#include <diffgen/nn/mlp.hpp>
#include <diffgen/nn/trainer.hpp>

#include "../family/bijection_check.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <span>
#include <vector>

namespace {

using namespace diffgen;

// [flow]
/// Couplings of two features, each the half of the other, with a linear map between them.
struct two_moons_flow {
    using coupling = family::coupling<family::affine<>, nn::mlp<>>;
    using flow = family::chain<coupling, family::lu_linear, coupling>;

    nn::parameters<float> weights;
    flow map;

    two_moons_flow() : map(make(weights)) {}

    static coupling coupled(nn::parameters<float>& list, const char* name, std::vector<int> mask) {
        const std::vector<nn::extent> sizes{1, 32, 2};  // one passes; a shift and a scale come out
        return coupling(mask, {}, nn::mlp<>::make(list, name, sizes, noise::philox{1}));
    }
    static flow make(nn::parameters<float>& list) {
        auto first = coupled(list, "first", {0, 1});
        auto middle = family::lu_linear::make(list, "middle", 2);
        auto last = coupled(list, "last", {1, 0});
        return flow(first, middle, last);
    }
};
// [flow]

/// Points on two half circles.
nn::matrix<float> two_moons(std::int64_t first, std::int64_t count) {
    nn::matrix<float> x(2, count);
    for (std::int64_t i = 0; i < count; ++i) {
        const auto at = static_cast<std::uint64_t>(3 * (first + i));
        const noise::philox random{2};
        const auto u = [&](std::uint64_t k) {
            return random.uniform<float>(noise::stream::data, 0, at + k);
        };
        const float angle = 3.1415927f * u(0), side = u(1) < 0.5f ? 1.f : -1.f;
        x(0, i) = side * (std::cos(angle) - 0.5f) + 0.1f * (u(2) - 0.5f);
        x(1, i) = side * (std::sin(angle) - 0.25f);
    }
    return x;
}

// [bijection]
/// y = x + size tanh(x), by element; one to one for size > -1.
struct bent {
    double size = 0.5;

    void check() const { require(size > -1, "bent with size = ", size, "; must be above -1"); }

    template <class W, class X>
    family::mapped<X> forward(const W&, const X& x) const {
        using T = family::number_of<X>;
        const X h = tanh(x);
        return {x + h * T(size), sum_over_rows(log((T(1) - square(h)) * T(size) + T(1)))};
    }
    template <class W, class X>
    family::mapped<X> inverse(const W& w, const X& y) const {
        using T = family::number_of<X>;
        X x = y;
        for (int i = 0; i < 60; ++i) {  // Newton's steps
            const X h = tanh(x);
            x = x - (x + h * T(size) - y) / ((T(1) - square(h)) * T(size) + T(1));
        }
        return {x, -forward(w, x).log_det};
    }
};
// [bijection]

// [objective]
/// Least squares with the generator drawn to the mean of the critic's outputs for real samples.
struct mean_matching {
    template <class X>
    X critic(const X& real, const X& fake) const {
        return family::adversarial::least_squares{}.critic(real, fake);
    }
    template <class X>
    X generator(const X& real, const X& fake) const {
        return square(mean(fake) - mean(real));
    }
};
// [objective]

}  // namespace

TEST_CASE("a flow is trained by likelihood, generates, and gives densities") {
    // [train]
    two_moons_flow model;
    const family::pushforward push(model.map, family::standard_normal{2});
    const auto loss = [&](const nn::shard<float>& part) {
        const auto x =
            part.record.constant(two_moons(part.step * part.batch + part.first, part.count));
        return -sum(push.log_density(part.weights, x)) / static_cast<float>(part.batch);
    };
    nn::training_state<float> state(model.weights);
    nn::fit_options options;
    options.learning_rate = nn::constant_rate{.rate = 5e-3};
    nn::trainer training(state, loss, options);
    for (int i = 0; i < 300; ++i)
        training.step();
    // [train]
    CHECK(state.losses.back() < state.losses.front() - 0.4);
    // [generate]
    std::vector<float> samples(2 * 1000), log_p(1000);
    push.generate(exec::cpp, state.average, batch(samples, 1000), /*seed=*/7);
    push.log_density(exec::cpp, state.average, batch_view<const float>(samples.data(), 1000, 2),
                     std::span<float>(log_p));
    // [generate]
    double mean = 0;
    for (const float v : log_p)
        mean += static_cast<double>(v) / 1000;
    CHECK(mean > -3);
}

TEST_CASE("a critic and a generator take turns") {
    // [adversarial]
    nn::parameters<float> critic_list, generator_list;
    const std::vector<nn::extent> down{2, 32, 1}, up{2, 32, 2};
    const auto critic = nn::mlp<>::make(critic_list, "critic", down, noise::philox{3});
    const auto generator = nn::mlp<>::make(generator_list, "generator", up, noise::philox{4});
    nn::training_state<float> of_critic(critic_list), of_generator(generator_list);

    const family::adversarial::non_saturating objective;
    const auto noise_of = [](const nn::shard<float>& part) {
        nn::matrix<float> z(2, part.count);
        for (nn::extent i = 0; i < z.size(); ++i)
            z.data()[i] = noise::philox{5}.normal<float>(
                noise::stream::training, static_cast<std::uint32_t>(part.step),
                static_cast<std::uint64_t>(2 * part.first + i));
        return part.record.constant(z);
    };
    const auto share = [](const nn::shard<float>& part) {
        return static_cast<float>(part.count) / static_cast<float>(part.batch);
    };
    const auto critic_loss = [&](const nn::shard<float>& part) {
        const auto g = of_generator.weights.on(part.record);
        const auto fake = detach(generator(g, noise_of(part)));
        const auto real =
            part.record.constant(two_moons(part.step * part.batch + part.first, part.count));
        const auto judged = [&](const auto& x) { return critic(part.weights, x); };
        const auto r1 = family::adversarial::gradient_penalty(
            judged, real, 0.1, family::adversarial::slope_penalty::zero_centred);
        return (objective.critic(judged(real), judged(fake)) + r1.penalty) * share(part);
    };
    const auto generator_loss = [&](const nn::shard<float>& part) {
        const auto c = of_critic.weights.on(part.record);
        const auto fake = critic(c, generator(part.weights, noise_of(part)));
        return objective.generator(fake, fake) * share(part);
    };
    nn::trainer first(of_critic, critic_loss, {});
    nn::trainer second(of_generator, generator_loss, {});
    for (int i = 0; i < 100; ++i) {
        first.step();
        second.step();
    }
    // [adversarial]
    // Near the equilibrium the critic's loss is near log 4, and it was far from sure before.
    CHECK(std::abs(of_critic.losses.back() - std::log(4.0)) < 0.6);
}

TEST_CASE("a bijection of one's own, held to the numerical Jacobian") {
    const nn::parameters<double> none;
    bijection_check::check(bent{0.7}, none, bijection_check::points(3, 4), 1e-11);
    nn::tape<double> tape;
    const auto x = tape.scalar(0.3), y = tape.scalar(0.1);
    CHECK(mean_matching{}.generator(x, y).item() == doctest::Approx(0.04));
}

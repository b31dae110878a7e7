// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/family/autoregressive/masked_network.hpp>
#include <diffgen/family/bijection/affine.hpp>
#include <diffgen/family/bijection/chain.hpp>
#include <diffgen/family/bijection/coupling.hpp>
#include <diffgen/family/bijection/linear.hpp>
#include <diffgen/family/bijection/spline.hpp>
#include <diffgen/family/concepts.hpp>
#include <diffgen/family/pushforward.hpp>
#include <diffgen/nn/mlp.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <span>
#include <vector>

namespace family = diffgen::family;
namespace nn = diffgen::nn;

namespace {

/// A flow of two features: two spline couplings with a linear map between them, noise to data.
template <class T>
struct flow {
    using function = family::rational_quadratic<>;
    using layer = family::coupling<function, nn::mlp<nn::between::tanh>>;

    nn::parameters<T> list;
    family::chain<layer, family::lu_linear, layer> map;

    flow() : map(make(list)) {}

  private:
    static layer coupled(nn::parameters<T>& list, const char* name, std::vector<int> mask) {
        const function spline;
        const std::vector<nn::extent> sizes{1, 8, spline.arity()};
        return layer(mask, spline,
                     nn::mlp<nn::between::tanh>::make(list, name, sizes, diffgen::noise::philox{5},
                                                      {}, 0.5));
    }
    static family::chain<layer, family::lu_linear, layer> make(nn::parameters<T>& list) {
        auto first = coupled(list, "first", {0, 1});
        auto lu = family::lu_linear::make(list, "lu", 2);
        list[lu.upper](0, 1) = T(0.7);
        auto second = coupled(list, "second", {1, 0});
        return family::chain(first, lu, second);
    }
};

}  // namespace

TEST_CASE("pushforward: the bits of a sample are those of its seed and number alone") {
    const flow<float> model;
    const family::pushforward push(model.map, family::standard_normal{2});
    static_assert(family::generates<decltype(push)>);
    static_assert(family::has_log_density<decltype(push)>);
    static_assert(family::bijection<decltype(model.map)>);
    std::vector<float> all(2 * 150), part(2 * 20), threads(2 * 150);
    push.generate(diffgen::exec::cpp, model.list, diffgen::batch(all, 150), 7);
    push.generate(diffgen::exec::cpp, model.list, diffgen::batch(part, 20), 7, 130);
    CHECK(std::equal(part.begin(), part.end(), all.begin() + 260));
    push.generate(diffgen::exec::tbb, model.list, diffgen::batch(threads, 150), 7);
    CHECK(threads == all);
    // One at a time, on single numbers: what a lane gives.
    const auto w = nn::constants(model.list);
    for (std::size_t i = 0; i < 150; ++i) {
        const auto z = push.noise().draw<float>(diffgen::noise::philox{7}, i, 1);
        const auto x = model.map.forward(w, z).value;
        CHECK(x(0, 0) == all[2 * i]);
        CHECK(x(1, 0) == all[2 * i + 1]);
    }
}

TEST_CASE("pushforward: the density integrates to one, and is that of the samples") {
    const flow<double> model;
    const family::pushforward push(model.map, family::standard_normal{2});
    // The trapezoidal rule on [-9, 9]^2: outside is less than 1e-9 of the mass, since tails of the
    // spline are the identity and the linear map stretches by less than 2.
    const int n = 600;
    std::vector<double> grid, log_p(static_cast<std::size_t>(n) * n);
    for (int i = 0; i < n; ++i)
        for (int j = 0; j < n; ++j) {
            grid.push_back(-9 + 18.0 * i / (n - 1));
            grid.push_back(-9 + 18.0 * j / (n - 1));
        }
    push.log_density(diffgen::exec::cpp, model.list,
                     diffgen::batch_view<const double>(grid.data(), log_p.size(), 2),
                     std::span<double>(log_p));
    double mass = 0, mean = 0;
    for (std::size_t i = 0; i < log_p.size(); ++i) {
        mass += std::exp(log_p[i]);
        mean += std::exp(log_p[i]) * grid[2 * i];
    }
    const double cell = (18.0 / (n - 1)) * (18.0 / (n - 1));
    CHECK(std::abs(mass * cell - 1) < 1e-4);
    // 20,000 samples: the mean's standard error is below 0.012; 7 of them are 1e-11.
    std::vector<double> samples(2 * 20000);
    push.generate(diffgen::exec::cpp, model.list, diffgen::batch(samples, 20000), 1);
    double sum = 0;
    for (std::size_t i = 0; i < samples.size(); i += 2)
        sum += samples[i];
    CHECK(std::abs(sum / 20000 - mean * cell) < 0.085);
}

TEST_CASE("pushforward: the log-density is the same on lanes, on values and on the tape") {
    const flow<double> model;
    const family::pushforward push(model.map, family::standard_normal{2});
    std::vector<double> x(2 * 9), log_p(9);
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = std::sin(static_cast<double>(3 * i));
    push.log_density(diffgen::exec::cpp, model.list,
                     diffgen::batch_view<const double>(x.data(), 9, 2), std::span<double>(log_p));
    const nn::matrix<double> columns = Eigen::Map<const nn::matrix<double>>(x.data(), 2, 9);
    const auto on_values = push.log_density(nn::constants(model.list), nn::values<double>(columns));
    nn::tape<double> tape;
    const auto on_tape = push.log_density(model.list.on(tape), tape.constant(columns));
    for (nn::extent i = 0; i < 9; ++i) {
        CHECK(on_values(0, i) == log_p[static_cast<std::size_t>(i)]);
        CHECK(on_tape.value()(0, i) == doctest::Approx(on_values(0, i)).epsilon(1e-13));
    }
}

TEST_CASE("pushforward: a map that is no bijection generates, and has no density") {
    nn::parameters<float> list;
    const std::vector<nn::extent> sizes{3, 16, 5};
    const auto decoder = nn::mlp<>::make(list, "decoder", sizes, diffgen::noise::philox{2});
    const family::pushforward push(decoder, family::standard_normal{3});
    static_assert(family::generates<decltype(push)>);
    std::vector<float> x(5 * 33);
    push.generate(diffgen::exec::cpp, list, diffgen::batch(x, 33), 1);
    std::vector<float> wrong(4 * 33);
    CHECK_THROWS_AS(push.generate(diffgen::exec::cpp, list, diffgen::batch(wrong, 33), 1),
                    diffgen::bad_shape);
    list[0].setConstant(std::numeric_limits<float>::infinity());
    CHECK_THROWS_AS(push.generate(diffgen::exec::cpp, list, diffgen::batch(x, 33), 1),
                    diffgen::non_finite);
    CHECK_THROWS_AS(family::pushforward(decoder, family::standard_normal{0}),
                    diffgen::bad_argument);
}

TEST_CASE("pushforward: uniform noise through a spline on its box") {
    nn::parameters<double> list;
    family::rational_quadratic<> spline;
    spline.box = {0, 1, -2, 2};
    spline.outside = family::tails::none;
    spline.bins = 3;
    std::vector<std::size_t> p;
    for (int s = 0; s < spline.arity(); ++s)
        p.push_back(list.add("p" + std::to_string(s), 1, 1));
    list[0](0, 0) = 1.5;
    const family::pushforward push(family::by_feature{spline, p}, family::uniform_noise{1, 0, 1});
    std::vector<double> x(4000), log_p(401), grid;
    push.generate(diffgen::exec::cpp, list, diffgen::batch(x, 4000), 3);
    for (int i = 0; i <= 400; ++i)
        grid.push_back(-2 + i * 0.01);
    push.log_density(diffgen::exec::cpp, list,
                     diffgen::batch_view<const double>(grid.data(), 401, 1),
                     std::span<double>(log_p));
    double mass = 0, below = 0;
    for (std::size_t i = 0; i < log_p.size(); ++i) {
        const double part = std::exp(log_p[i]) * (i == 0 || i == 400 ? 0.005 : 0.01);
        mass += part;
        if (i <= 200) below += i == 200 ? part / 2 : part;
    }
    CHECK(std::abs(mass - 1) < 1e-3);
    double share = 0;
    for (const double v : x)
        share += v < 0 ? 1.0 / 4000 : 0;
    CHECK(std::abs(share - below) < 0.055);  // 7 standard errors: 1e-11
}

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/nn/residual_mlp.hpp>

#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace nn = diffgen::nn;
namespace noise = diffgen::noise;

namespace {

/// A network whose zero-initialised layers have weights too.
template <class T>
nn::residual_mlp<T> filled(const nn::residual_mlp_options& options) {
    nn::residual_mlp<T> net(options);
    const auto& entries = net.weights().entries();
    for (std::size_t i = 0; i < entries.size(); ++i)
        if (net.weights()[i].isZero()) nn::fill_normal(net.weights(), i, 0.05, noise::philox{5});
    return net;
}

template <class T>
nn::matrix<T> normal_matrix(nn::extent rows, nn::extent cols) {
    nn::matrix<T> m(rows, cols);
    for (nn::extent i = 0; i < m.size(); ++i)
        m.data()[i] =
            noise::philox{9}.normal<T>(noise::stream::training, 0, static_cast<std::uint64_t>(i));
    return m;
}

const nn::residual_mlp_options digits{.classes = 10, .seed = 3};

std::vector<int> classes_of(int samples) {
    std::vector<int> c;
    for (int j = 0; j < samples; ++j)
        c.push_back(j % 11);
    return c;
}

}  // namespace

TEST_CASE("the network of the digits has the weights its formula says") {
    const nn::residual_mlp<float> net(digits);
    // in 64*256+256, time 64*32+32, classes 11*32, 3 blocks of 2*(256*256+256)+256*32, out
    // 256*64+64
    CHECK(net.weights().count() == 16640 + 2080 + 352 + 3 * (131584 + 8192) + 16448);
    CHECK(net.null_class() == 10);
}

TEST_CASE("a new network is a function of its seed and predicts zero") {
    const nn::residual_mlp<float> a(digits), b(digits);
    CHECK(std::ranges::equal(a.weights().values(), b.weights().values()));
    const nn::residual_mlp<float> c({.classes = 10, .seed = 4});
    CHECK_FALSE(std::ranges::equal(a.weights().values(), c.weights().values()));
    auto net = a;
    const auto x = normal_matrix<float>(64, 3);
    nn::matrix<float> y = nn::matrix<float>::Ones(64, 3);
    net.evaluate(x.data(), y.data(), 3, 0.5);
    CHECK(y.isZero());
}

TEST_CASE_TEMPLATE("evaluate gives the values of the tape to rounding", T, float, double) {
    auto net = filled<T>(digits);
    for (const int samples : {1, 16, 70, 130}) {
        const auto x = normal_matrix<T>(64, samples);
        const auto classes = classes_of(samples);
        nn::matrix<T> y(64, samples);
        net.evaluate(x.data(), y.data(), samples, -1.25, classes.data());
        nn::tape<T> record;
        const std::vector<double> times(static_cast<std::size_t>(samples), -1.25);
        const auto expected =
            net.forward(net.weights().on(record), record.constant(x), times, classes);
        // Sums of 256 terms of order one in another order: some 10 rounding errors.
        const T tolerance = T(64) * std::numeric_limits<T>::epsilon();
        CHECK((y - expected.value()).cwiseAbs().maxCoeff() < tolerance);
        CHECK(y.cwiseAbs().maxCoeff() > T(0.1));
    }
}

// docs/concepts/networks.md states the formula and the names of the tensors.
TEST_CASE("a sample at a time of its own has the numbers that it has alone") {
    auto net = filled<float>(digits);
    const int samples = 70;
    const auto x = normal_matrix<float>(64, samples);
    const auto classes = classes_of(samples);
    std::vector<double> times;
    for (int j = 0; j < samples; ++j)
        times.push_back(0.1 * j - 3);
    nn::matrix<float> y(64, samples), alone(64, 1);
    net.evaluate(x.data(), y.data(), samples, times, classes.data());
    for (int j = 0; j < samples; ++j) {
        net.evaluate(x.col(j).data(), alone.data(), 1, times[static_cast<std::size_t>(j)],
                     &classes[static_cast<std::size_t>(j)]);
        CHECK(alone == y.col(j));
    }
    check_refused<diffgen::bad_shape>(
        [&] { net.evaluate(x.data(), y.data(), samples, std::span(times).first(69)); },
        {"69 times for 70 samples"});
}

TEST_CASE("evaluate is the formula of the page, written out in loops") {
    auto net = filled<double>({.features = 3,
                               .hidden = 4,
                               .blocks = 2,
                               .context = 5,
                               .time_features = 6,
                               .classes = 2,
                               .times = {0.5, 8}});
    const auto tensor = [&](const std::string& name) -> nn::matrix<double> {
        const auto& entries = net.weights().entries();
        for (std::size_t i = 0; i < entries.size(); ++i)
            if (entries[i].name == name) return net.weights()[i];
        FAIL(name);
        return {};
    };
    const auto silu = [](double x) { return x / (1 + std::exp(-x)); };
    // W x, added to a vector.
    const auto add = [&](const std::string& name, const std::vector<double>& x,
                         std::vector<double> y) {
        const auto w = tensor(name);
        REQUIRE(w.cols() == static_cast<nn::extent>(x.size()));
        REQUIRE(w.rows() == static_cast<nn::extent>(y.size()));
        for (std::size_t j = 0; j < y.size(); ++j)
            for (std::size_t i = 0; i < x.size(); ++i)
                y[j] += w(static_cast<nn::extent>(j), static_cast<nn::extent>(i)) * x[i];
        return y;
    };
    const auto bias = [&](const std::string& name) {
        const auto b = tensor(name + ".bias");
        return std::vector<double>(b.data(), b.data() + b.size());
    };
    const auto linear = [&](const std::string& name, const std::vector<double>& x) {
        return add(name + ".weight", x, bias(name));
    };
    const auto all_silu = [&](std::vector<double> x) {
        for (double& v : x)
            v = silu(v);
        return x;
    };
    const std::vector<double> x{0.3, -1.2, 0.7};
    const double time = -1.7;
    const int label = 1;

    std::vector<double> waves;
    for (int part = 0; part < 2; ++part)
        for (int i = 0; i < 3; ++i) {
            const double f = 0.5 * std::pow(8 / 0.5, i / 2.);
            waves.push_back(part == 0 ? std::sin(f * time) : std::cos(f * time));
        }
    auto c = linear("time", waves);
    for (std::size_t i = 0; i < c.size(); ++i)
        c[i] += tensor("class.table")(static_cast<nn::extent>(i), label);
    c = all_silu(c);
    auto h = linear("input", x);
    for (const std::string block : {"block.0", "block.1"}) {
        const auto inner = add(block + ".context", c, linear(block + ".first", all_silu(h)));
        const auto change = linear(block + ".second", all_silu(inner));
        for (std::size_t i = 0; i < h.size(); ++i)
            h[i] += change[i];
    }
    const auto expected = linear("output", all_silu(h));

    std::vector<double> y(3);
    net.evaluate(x.data(), y.data(), 1, time, &label);
    for (std::size_t d = 0; d < 3; ++d)
        CHECK(std::abs(y[d] - expected[d]) < 1e-13);
    CHECK(std::abs(expected[0]) > 1e-3);
    CHECK(net.weights().entries().size() == 5 + 2 * 5 + 2);
}

TEST_CASE("no classes means the null class, and classes and times matter") {
    auto net = filled<float>(digits);
    const auto x = normal_matrix<float>(64, 5);
    const std::vector<int> null(5, 10), zero(5, 0);
    nn::matrix<float> a(64, 5), b(64, 5);
    net.evaluate(x.data(), a.data(), 5, 1.0);
    net.evaluate(x.data(), b.data(), 5, 1.0, null.data());
    CHECK(a == b);
    net.evaluate(x.data(), b.data(), 5, 1.0, zero.data());
    CHECK(a != b);
    net.evaluate(x.data(), b.data(), 5, 1.5);
    CHECK(a != b);
}

TEST_CASE("a sample's numbers depend neither on threads nor on the samples beside it") {
    // A hidden width that no packet divides.
    for (const nn::extent hidden : {256, 51}) {
        auto net = filled<float>({.hidden = hidden, .classes = 10});
        const int samples = 333;
        const auto x = normal_matrix<float>(64, samples);
        const auto classes = classes_of(samples);
        nn::matrix<float> whole(64, samples), other(64, samples);
        net.evaluate(x.data(), whole.data(), samples, 0.3, classes.data(), 1);
        for (const int threads : {2, 3, 8}) {
            net.evaluate(x.data(), other.data(), samples, 0.3, classes.data(), threads);
            CHECK(whole == other);
        }
        for (int first = 0, n = 1; first < samples;
             first += n, n = std::min(2 * n, samples - first))
            net.evaluate(x.col(first).data(), other.col(first).data(), n, 0.3,
                         classes.data() + first);
        CHECK(whole == other);
    }
}

TEST_CASE("a copy of a network has buffers of its own, whatever was assigned before") {
    const auto wide = filled<float>(digits);
    auto net = filled<float>({.hidden = 32, .classes = 10});
    const auto x = normal_matrix<float>(64, 5);
    nn::matrix<float> y(64, 5), expected(64, 5);
    net.evaluate(x.data(), y.data(), 5, 1.0);
    auto copy = wide;
    copy.evaluate(x.data(), expected.data(), 5, 1.0);
    net = copy;
    net.evaluate(x.data(), y.data(), 5, 1.0);
    CHECK(y == expected);
}

TEST_CASE("what does not fit is an error with the values in its text") {
    auto net = filled<float>(digits);
    const auto x = normal_matrix<float>(64, 2);
    nn::matrix<float> y(64, 2);
    const int classes[] = {0, 11};
    CHECK_THROWS_WITH_AS(net.evaluate(x.data(), y.data(), 2, 0.0, classes),
                         "diffgen: sample 1 has class 11; there are 10 and the null class",
                         diffgen::bad_argument);
    CHECK_THROWS_AS(nn::residual_mlp<float>({.hidden = 0}), diffgen::bad_argument);
    CHECK_THROWS_AS(nn::residual_mlp<float>({.time_features = 5}), diffgen::bad_argument);
    nn::tape<float> record;
    const double times[] = {0.0};
    CHECK_THROWS_AS(net.forward(net.weights().on(record), record.constant(x), times),
                    diffgen::bad_shape);
}

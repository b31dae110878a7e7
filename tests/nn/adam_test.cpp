// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/nn/adam.hpp>
#include <diffgen/nn/learning_rate.hpp>
#include <diffgen/nn/moving_average.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace nn = diffgen::nn;

TEST_CASE("adam follows the algorithm of the paper, written out with its corrections") {
    const nn::adam rule{.beta1 = 0.8, .beta2 = 0.9, .epsilon = 1e-3, .weight_decay = 0.1};
    std::vector<double> w(8, 1.0), m(8), v(8);
    double expected = 1.0, first = 0.0, second = 0.0;
    for (int t = 1; t <= 5; ++t) {
        const double g = std::sin(static_cast<double>(t)), rate = 0.05;
        rule.update<double>(w, std::vector<double>(8, 2 * g), m, v, t, rate, 0.5);
        first = 0.8 * first + 0.2 * g;
        second = 0.9 * second + 0.1 * g * g;
        const double m_hat = first / (1 - std::pow(0.8, t));
        const double v_hat = second / (1 - std::pow(0.9, t));
        expected -= rate * (m_hat / (std::sqrt(v_hat) + 1e-3) + 0.1 * expected);
        for (const double found : w)
            CHECK(found == doctest::Approx(expected).epsilon(1e-12));
    }
}

TEST_CASE("learning rates: warm-up, constant and half a cosine") {
    const nn::constant_rate flat{.rate = 2.0, .warm_up = 4};
    CHECK(flat(0) == 0.5);
    CHECK(flat(3) == 2.0);
    CHECK(flat(100) == 2.0);
    const nn::cosine_rate wave{.rate = 1.0, .steps = 100, .warm_up = 0, .last = 0.2};
    CHECK(wave(0) == doctest::Approx(1.0));
    CHECK(wave(50) == doctest::Approx(0.6));
    CHECK(wave(100) == doctest::Approx(0.2));
    CHECK(wave(200) == doctest::Approx(0.2));
}

TEST_CASE("the moving average starts fast and ends at its decay") {
    const nn::moving_average rule{.decay = 0.9};
    CHECK(rule.at(0) == doctest::Approx(0.1));
    CHECK(rule.at(1000) == 0.9);
    std::vector<double> a(8);
    rule.update<double>(a, std::vector<double>(8, 1.0), 0);
    CHECK(a[0] == doctest::Approx(0.9));
    rule.update<double>(a, std::vector<double>(8, 2.0), 1000);
    CHECK(a[0] == doctest::Approx(0.9 * 0.9 + 0.1 * 2.0));
}

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// 100,000 draws of three elements against exact probabilities: Pearson's statistic over the 27
// sequences. It is above 94.6 once in 1e9 where the probabilities are right (chi squared, 26
// degrees of freedom; every sequence is expected at least 470 times). Where they are off by r(x),
// it is above it with probability 0.999 if 1e5 sum r^2 / p > 140: for a mixture with the uniform
// distribution, of 3.7 percent.

#include <diffgen/discrete/sampler.hpp>
#include <diffgen/exec/policy.hpp>

#include <doctest/doctest.h>

#include "oracle.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace {

namespace discrete = diffgen::discrete;
using oracle::numbers;

constexpr std::size_t length = 3, draws = 100000;
constexpr double limit = 94.6;

double statistic(const numbers& law, const std::vector<std::int8_t>& x, int states) {
    std::vector<double> count(law.size());
    for (std::size_t i = 0; i < draws; ++i) {
        std::size_t code = 0;
        for (std::size_t e = length; e-- > 0;)
            code = code * static_cast<std::size_t>(states) +
                   static_cast<std::size_t>(x[i * length + e]);
        ++count[code];
    }
    double sum = 0;
    for (std::size_t k = 0; k < law.size(); ++k) {
        const double expected = static_cast<double>(draws) * law[k];
        if (expected > 0)
            sum += (count[k] - expected) * (count[k] - expected) / expected;
        else if (count[k] > 0)
            return INFINITY;
    }
    return sum;
}

template <class C, class S, class Order>
std::vector<std::int8_t> drawn(const C& c, const S& s, const Order& order, int steps = 64) {
    const oracle::network<C, S, discrete::clean> net{oracle::chain(), c, s};
    discrete::sampler all{c, s, discrete::predicts<double>(discrete::clean{}, net), order};
    std::vector<std::int8_t> x(draws * length);
    all.generate(diffgen::exec::cpp, diffgen::batch(x, draws), {.steps = steps, .seed = 11});
    return x;
}

const discrete::absorbing masks{4, 3};
const discrete::log_linear line{0};

/// With one element a step every order draws from the data's own distribution.
template <class Order>
double against_data(const Order& order) {
    return statistic(oracle::law_of_data(oracle::chain(), length, 4), drawn(masks, line, order), 4);
}

}  // namespace

TEST_CASE("raster, one element a step: autoregression draws from the data's distribution") {
    CHECK(against_data(discrete::raster{}) < limit);
}
TEST_CASE("random order, one element a step") {
    CHECK(against_data(discrete::random_order{.elements_a_step = 1}) < limit);
}
TEST_CASE("by confidence, one element a step") {
    CHECK(against_data(discrete::by_confidence{.elements_a_step = 1}) < limit);
    CHECK(against_data(discrete::by_confidence{discrete::confidence::margin, 0.5, 1}) < limit);
}
TEST_CASE("the order by the drawn level's own probability has another distribution") {
    CHECK(against_data(discrete::by_confidence{discrete::confidence::drawn, 0, 1}) > 10 * limit);
}
TEST_CASE("all elements at once are independent, which these data are not") {
    CHECK(against_data(discrete::raster{.elements_a_step = 3}) > 10 * limit);
}
TEST_CASE("a few ancestral steps have the distribution that counting gives them") {
    const numbers law =
        oracle::law_of_run<discrete::clean>(masks, line, discrete::ancestral{}, length, 3);
    const auto x = drawn(masks, line, discrete::ancestral{}, 3);
    CHECK(statistic(law, x, 4) < limit);
    CHECK(statistic(oracle::law_of_data(oracle::chain(), length, 4), x, 4) > 2 * limit);
}
TEST_CASE("the same of uniform corruption, by flow jumps") {
    const discrete::uniform c{3};
    const discrete::linear s{0, 20};  // nothing is left of the data at t = 1, to 2e-9
    const numbers law =
        oracle::law_of_run<discrete::clean>(c, s, discrete::flow_jumps{}, length, 5);
    CHECK(statistic(law, drawn(c, s, discrete::flow_jumps{}, 5), 3) < limit);
}
TEST_CASE("masking anew has the distribution that counting gives it") {
    const discrete::remasking rule{.share = 0.5, .most = 0.3};
    const numbers law = oracle::law_of_run<discrete::clean>(masks, line, rule, length, 4);
    CHECK(statistic(law, drawn(masks, line, rule, 4), 4) < limit);
}

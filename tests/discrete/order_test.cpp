// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// How far the law of a run is from that of the data, in total variation, when the network is exact:
// every step of discrete diffusion tends to it with order 1. The laws are counted, not drawn.

#include <diffgen/discrete/betas.hpp>
#include <diffgen/discrete/corruption.hpp>
#include <diffgen/discrete/steps.hpp>
#include <diffgen/discrete/total_noise.hpp>

#include <doctest/doctest.h>

#include "oracle.hpp"

#include <cmath>
#include <string>

namespace {

namespace discrete = diffgen::discrete;
using oracle::numbers;

constexpr std::size_t length = 4;

template <class Output = discrete::clean, class Corruption, class Schedule, class Rule>
double distance(const Corruption& c, const Schedule& s, const Rule& rule, int steps,
                double first = 0.95) {
    return discrete::total_variation(oracle::law_of_run<Output>(c, s, rule, length, steps, first),
                                     oracle::law_of_data(oracle::chain(), length, c.states));
}

/// The distances at n and 2 n steps: the second is about half of the first.
template <class Corruption, class Schedule, class Rule>
void check_first_order(const Corruption& c, const Schedule& s, const Rule& rule, int n) {
    const double one = distance(c, s, rule, n), two = distance(c, s, rule, 2 * n);
    INFO(std::string(Rule::name), " of ", c.states, " states: ", one, " in ", n, " steps, ", two,
         " in twice as many, order ", std::log2(one / two));
    CHECK(one < 0.1);
    CHECK(std::log2(one / two) > 0.9);
    CHECK(std::log2(one / two) < 1.3);
}

discrete::rate_matrix neighbours() {
    discrete::square_matrix r(3);
    r(0, 1) = r(1, 0) = r(1, 2) = r(2, 1) = 1;
    r(0, 0) = r(2, 2) = -1;
    r(1, 1) = -2;
    return discrete::rate_matrix(r);
}

}  // namespace

TEST_CASE("masked diffusion tends to the data with order 1 by every step") {
    const discrete::absorbing c{4, 3};
    const discrete::cosine s{1e-3};
    check_first_order(c, s, discrete::ancestral{}, 32);
    check_first_order(c, s, discrete::analytic{}, 32);
    check_first_order(c, s, discrete::tau_leaping{}, 64);
    check_first_order(c, s, discrete::euler{}, 64);
    check_first_order(c, s, discrete::flow_jumps{}, 64);
}
TEST_CASE("uniform diffusion tends to the data with order 1") {
    const discrete::uniform c{3};
    const discrete::linear s{0, 4};
    check_first_order(c, s, discrete::ancestral{}, 32);
    check_first_order(c, s, discrete::analytic{}, 32);
    check_first_order(c, s, discrete::tau_leaping{}, 128);
    check_first_order(c, s, discrete::euler{}, 64);
    // The rates of flow_jumps have a pole at the clean end, which costs logarithms.
    const double one = distance(c, s, discrete::flow_jumps{}, 64),
                 two = distance(c, s, discrete::flow_jumps{}, 256);
    CHECK(std::log2(one / two) / 2 > 0.6);
}
TEST_CASE("a matrix of rates between neighbours tends to the data with order 1") {
    const discrete::linear s{0, 3};
    check_first_order(neighbours(), s, discrete::ancestral{}, 32);
    check_first_order(neighbours(), s, discrete::analytic{}, 16);
    check_first_order(neighbours(), s, discrete::tau_leaping{}, 256);
}
TEST_CASE("a discretised Gaussian tends to the data with the number of its steps") {
    const auto at = [](int steps) {
        const discrete::discrete_time s{discrete::linear_betas(steps, 2. / steps, 10. / steps)};
        return distance(discrete::discretised_gaussian{3}, s, discrete::ancestral{}, steps, 1);
    };
    const double one = at(20), two = at(40);
    INFO(one, " in 20 steps, ", two, " in 40");
    CHECK(std::log2(one / two) > 0.8);
}
TEST_CASE("masking anew tends to the data too, more slowly") {
    const discrete::absorbing c{4, 3};
    const discrete::log_linear s{};
    const discrete::remasking some{.share = 0.1, .most = 1};
    const double one = distance(c, s, some, 32), two = distance(c, s, some, 128);
    CHECK(one < 0.01);
    CHECK(two < one / 2);
    const discrete::remasking none{.share = 0};
    CHECK(std::abs(distance(c, s, none, 8) - distance(c, s, discrete::ancestral{}, 8)) < 1e-12);
}
TEST_CASE("the three predictions are three ways to say the same") {
    const auto check = [](const auto& c, const auto& s, const auto& rule) {
        const double by_clean = distance<discrete::clean>(c, s, rule, 8);
        CHECK(std::abs(distance<discrete::clean_given_others>(c, s, rule, 8) - by_clean) < 1e-12);
        CHECK(std::abs(distance<discrete::concrete_score>(c, s, rule, 8) - by_clean) < 1e-12);
    };
    check(discrete::uniform{3}, discrete::linear{0, 4}, discrete::ancestral{});
    check(discrete::uniform{3}, discrete::linear{0, 4}, discrete::tau_leaping{});
    check(discrete::absorbing{4, 3}, discrete::log_linear{}, discrete::ancestral{});
    check(neighbours(), discrete::linear{0, 3}, discrete::ancestral{});
}
TEST_CASE("a posterior of all elements taken for one of the others has another limit") {
    // What D3PM's reverse step would do with a network that cross-entropy alone has trained.
    const auto taken_wrongly = [](int steps) {
        using wrong = oracle::mistaken<discrete::clean, discrete::clean_given_others>;
        return distance<wrong>(discrete::uniform{3}, discrete::linear{0, 4}, discrete::ancestral{},
                               steps);
    };
    CHECK(taken_wrongly(64) > 0.1);
    CHECK(taken_wrongly(128) > 0.1);
}
TEST_CASE("steps that are exact for single elements are wrong for pairs in few steps") {
    const discrete::absorbing c{4, 3};
    const auto in_one = distance(c, discrete::log_linear{}, discrete::ancestral{}, 1);
    CHECK(in_one > 0.1);
}

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/metrics/ranked_probability_score.hpp>

#include "check_refused.hpp"
#include "crps_by_definition.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

using namespace diffgen;
using namespace diffgen::metrics;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double gaussian(double x, double mean, double deviation) {
    return std::erfc((mean - x) / (deviation * std::numbers::sqrt2)) / 2;
}

}  // namespace

TEST_CASE("logistic and Laplace distributions: the integral of the squared gap") {
    const auto logistic = [](double x) { return 1 / (1 + std::exp(-(x - 1) / 0.7)); };
    const auto laplace = [](double x) {
        const double half = std::exp(-std::abs(x - 1) / 0.7) / 2;
        return x < 1 ? half : 1 - half;
    };
    for (const double y : {-2.0, 1.0, 3.5}) {
        CHECK(crps_of_logistic(y, 1, 0.7) ==
              doctest::Approx(testing::crps_by_definition(y, 40, logistic)).epsilon(1e-4));
        CHECK(crps_of_laplace(y, 1, 0.7) ==
              doctest::Approx(testing::crps_by_definition(y, 40, laplace)).epsilon(1e-4));
    }
    // Far away, where exp() of the distance would overflow.
    CHECK(crps_of_logistic(1e6, 0, 1) == 1e6 - 1);
}

TEST_CASE("a mixture: the integral; of one component, and of equal ones, the Gaussian") {
    const std::vector<double> means{-1, 2, 0.5}, deviations{0.5, 1, 0}, weights{1, 2, 1};
    const auto f = [&](double x) {
        return gaussian(x, -1, 0.5) / 4 + gaussian(x, 2, 1) / 2 + (x >= 0.5 ? 0.25 : 0);
    };
    for (const double y : {-2.0, 0.25, 3.5})
        CHECK(crps_of_gaussian_mixture(y, means, deviations, weights) ==
              doctest::Approx(testing::crps_by_definition(y, 40, f)).epsilon(1e-3));
    const std::vector<double> mean{1, 1}, deviation{2, 2};
    CHECK(crps_of_gaussian_mixture(-0.3, mean, deviation) ==
          doctest::Approx(crps_of_gaussian(-0.3, 1, 2)).epsilon(1e-14));
}

TEST_CASE("a truncated Gaussian: the integral, with the value inside and outside") {
    const double from = gaussian(-0.5, 1, 2), to = gaussian(2.5, 1, 2);
    const auto f = [&](double x) {
        return x < -0.5 ? 0 : x > 2.5 ? 1 : (gaussian(x, 1, 2) - from) / (to - from);
    };
    for (const double y : {-2.0, -0.5, 0.7, 2.5, 6.0})
        CHECK(crps_of_truncated_gaussian(y, 1, 2, -0.5, 2.5) ==
              doctest::Approx(testing::crps_by_definition(y, 40, f)).epsilon(1e-4));
    CHECK(crps_of_truncated_gaussian(0.4, 1, 2) ==
          doctest::Approx(crps_of_gaussian(0.4, 1, 2)).epsilon(1e-14));
}

TEST_CASE("a tail of a Gaussian has the same score from either side") {
    for (const double y : {5.0, 6.2, 7.0, 9.0}) {
        const double above = crps_of_truncated_gaussian(y, 0, 1, 6, infinity);
        CHECK(above ==
              doctest::Approx(crps_of_truncated_gaussian(-y, 0, 1, -infinity, -6)).epsilon(1e-12));
        // Nearly an exponential distribution of rate 6 + 1/6, whose score at its edge is 1/2 of its
        // mean.
        if (y == 5) CHECK(above == doctest::Approx(1 + 0.5 / 6.16).epsilon(0.01));
    }
}

TEST_CASE("weighted samples: equal weights change nothing, whole weights are copies") {
    const std::vector<double> samples{0.5, -1, 2, 0.5}, none, copies{0.5, -1, -1, -1, 2, 0.5, 0.5};
    const std::vector<double> equal(4, 3.0), whole{1, 3, 1, 2};
    for (const double y : {-3.0, 0.25, 4.0}) {
        const double plain = crps_of_samples(y, samples);
        CHECK(crps_of_samples(y, samples, equal) == doctest::Approx(plain).epsilon(1e-14));
        CHECK(crps_of_samples(y, samples, none) == doctest::Approx(plain).epsilon(1e-14));
        CHECK(crps_of_samples(y, samples, whole) ==
              doctest::Approx(crps_of_samples(y, copies)).epsilon(1e-14));
    }
}

TEST_CASE("bad distributions are refused") {
    const std::vector<double> none, one{1}, two{1, 1}, negative{-1};
    check_refused<bad_argument>([&] { crps_of_logistic(0, 0, 0); }, {"deviation is 0"});
    check_refused<non_finite>([&] { crps_of_laplace(std::nan(""), 0, 1); }, {"forecast value 0"});
    check_refused<bad_shape>([&] { crps_of_gaussian_mixture(0, one, two); }, {"1 means"});
    check_refused<bad_argument>([&] { crps_of_gaussian_mixture(0, none, none); }, {"0 mean"});
    check_refused<bad_argument>([&] { crps_of_truncated_gaussian(0, 0, 1, 2, 2); },
                                {"between 2 and 2"});
    check_refused<bad_argument>([&] { crps_of_truncated_gaussian(0, 0, 1, 50, 60); },
                                {"no mass between 50 and 60"});
    check_refused<bad_shape>([&] { crps_of_samples(0, one, two); }, {"2 weights, but 1 samples"});
    check_refused<bad_argument>([&] { crps_of_samples(0, one, negative); }, {"weight 0 is -1"});
    const std::vector<double> zero{0};
    check_refused<bad_argument>([&] { crps_of_samples(0, one, zero); }, {"all weights are zero"});
}

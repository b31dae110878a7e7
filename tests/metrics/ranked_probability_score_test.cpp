// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/metrics/ranked_probability_score.hpp>

#include "check_refused.hpp"
#include "crps_by_definition.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>
#include <vector>

using namespace diffgen;
using namespace diffgen::metrics;

TEST_CASE("samples: the integral of the squared gap between distribution functions") {
    const std::vector<double> samples{0.5, -1, 2, 0.5};
    const auto f = [&](double x) {
        double below = 0;
        for (const double s : samples)
            below += s <= x ? 0.25 : 0;
        return below;
    };
    for (const double y : {-3.0, 0.25, 4.0})
        CHECK(crps_of_samples(y, samples) ==
              doctest::Approx(testing::crps_by_definition(y, 12, f)).epsilon(1e-3));
    // By hand, y = 0: mean |x| = 1; sum |x - x'| = 2 (0 + 1.5 + 1.5 + 1.5 + 1.5 + 3) = 18.
    CHECK(crps_of_samples(0, samples) == doctest::Approx(1 - 18.0 / 32).epsilon(1e-15));
    CHECK(fair_crps_of_samples(0, samples) == doctest::Approx(1 - 18.0 / 24).epsilon(1e-15));
}

TEST_CASE("one sample scores its distance, and nothing cancels far from zero") {
    CHECK(crps_of_samples(2, std::vector<double>{-1}) == 3);
    const std::vector<double> near{1e12 + 1, 1e12 - 1};
    CHECK(crps_of_samples(1e12, near) == 0.5);
}

TEST_CASE("the fair score of a pair is right on average over all pairs; the other is not") {
    // Over all ordered pairs of different samples of a set the mean of the fair score is the score
    // of the set with its diagonal left out.
    const std::vector<double> set{0.5, -1, 2, 3.25, 0};
    double fair = 0, biased = 0;
    for (std::size_t i = 0; i < 5; ++i) {
        for (std::size_t j = 0; j < 5; ++j) {
            if (i == j) continue;
            fair += fair_crps_of_samples(0.7, std::vector{set[i], set[j]}) / 20;
            biased += crps_of_samples(0.7, std::vector{set[i], set[j]}) / 20;
        }
    }
    CHECK(fair == doctest::Approx(fair_crps_of_samples(0.7, set)).epsilon(1e-14));
    CHECK(biased > crps_of_samples(0.7, set) + 0.1);
}

TEST_CASE("a Gaussian: the closed form is the integral, and many quantiles come near") {
    const auto f = [](double x) { return std::erfc((1 - x) / (2 * std::numbers::sqrt2)) / 2; };
    for (const double y : {-2.0, 1.0, 3.5})
        CHECK(crps_of_gaussian(y, 1, 2) ==
              doctest::Approx(testing::crps_by_definition(y, 12, f)).epsilon(1e-4));
    // At its own mean: deviation (sqrt 2 - 1) / sqrt pi.
    CHECK(crps_of_gaussian(1, 1, 2) ==
          doctest::Approx(2 * (std::numbers::sqrt2 - 1) * std::numbers::inv_sqrtpi).epsilon(1e-15));
    CHECK(crps_of_gaussian(4, 1, 0) == 3);

    // Quantiles of the uniform distribution on (0, 1) are the levels; its score at y is
    // y^2 - y + 1/3 (the integral of x^2 to y and of (1 - x)^2 from y on).
    std::vector<double> levels;
    for (int i = 0; i < 1000; ++i)
        levels.push_back((i + 0.5) / 1000);
    for (const double y : {0.0, 0.3, 0.9})
        CHECK(crps_of_quantiles(y, levels, levels) ==
              doctest::Approx(y * y - y + 1.0 / 3).epsilon(1e-5));
}

TEST_CASE("one quantile: twice the pinball loss, by hand") {
    const std::vector<double> level{0.9}, quantile{2};
    CHECK(crps_of_quantiles(5, level, quantile) == doctest::Approx(5.4).epsilon(1e-15));
    CHECK(crps_of_quantiles(1, level, quantile) == doctest::Approx(0.2).epsilon(1e-14));
}

TEST_CASE("bad forecasts are refused") {
    const std::vector<double> none, one{1}, bad{std::nan("")};
    check_refused<bad_argument>([&] { crps_of_samples(0, none); }, {"0 sample values"});
    check_refused<bad_argument>([&] { fair_crps_of_samples(0, one); }, {"not at least 2"});
    check_refused<non_finite>([&] { crps_of_samples(0, bad); }, {"nan"});
    check_refused<non_finite>([&] { crps_of_samples(HUGE_VAL, one); }, {"observed"});
    check_refused<bad_shape>([&] { crps_of_quantiles(0, none, one); }, {"0 levels"});
    check_refused<bad_argument>([&] { crps_of_quantiles(0, one, one); }, {"level 0 is 1"});
    check_refused<bad_argument>([&] { crps_of_gaussian(0, 0, -1); }, {"deviation is -1"});
}

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/metrics/interval_coverage.hpp>
#include <diffgen/metrics/interval_score.hpp>
#include <diffgen/metrics/rank_histogram.hpp>
#include <diffgen/metrics/ranked_probability_score.hpp>
#include <diffgen/noise/source.hpp>

#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

using namespace diffgen;
using namespace diffgen::metrics;

TEST_CASE("an interval's score is its width, and 2 / alpha for each unit that it misses by") {
    const interval stated{1, 3};
    CHECK(interval_score(2, stated, 0.8) == 2);
    CHECK(interval_score(3, stated, 0.8) == 2);
    CHECK(interval_score(3.5, stated, 0.8) == doctest::Approx(2 + 10 * 0.5).epsilon(1e-14));
    CHECK(interval_score(0, stated, 0.5) == doctest::Approx(2 + 4).epsilon(1e-14));
}

TEST_CASE("intervals of many levels: the weighted score is that of their quantiles") {
    // A median and K central intervals are 2 K + 1 quantiles, of levels (i + 1) / (2 K + 2); their
    // mean pinball loss, doubled, is the weighted score (Bracher et al. 2021, eq. 2).
    const std::vector<double> quantiles{-1.5, -0.25, 0.5, 2, 2.25},
        levels{1. / 6, 2. / 6, 3. / 6, 4. / 6, 5. / 6};
    const std::vector<interval> stated{{-1.5, 2.25}, {-0.25, 2}};
    const std::vector<double> of_intervals{4. / 6, 2. / 6};
    for (const double y : {-4.0, 0.0, 0.5, 2.1, 9.0})
        CHECK(weighted_interval_score(y, 0.5, stated, of_intervals) ==
              doctest::Approx(crps_of_quantiles(y, levels, quantiles)).epsilon(1e-13));
    CHECK(weighted_interval_score(3, 1, {}, {}) == 2);  // a median alone: the absolute error
}

TEST_CASE("a place among samples, and how ties are broken") {
    const std::vector<double> samples{3, 1, 2, 2, 5};
    const auto place = place_of(2, samples);
    CHECK(place.below == 1);
    CHECK(place.equal == 2);
    CHECK(place.rank(0) == 1);
    CHECK(place.rank(0.34) == 2);
    CHECK(place.rank(0.99) == 3);
    CHECK(place.integral_transform(0) == 0.2);
    CHECK(place.integral_transform(0.5) == doctest::Approx(0.4).epsilon(1e-15));
    CHECK(place_of(9, samples).rank(0.7) == 5);
    CHECK(place_of(0, samples).rank(0.7) == 0);
}

TEST_CASE("ranks of values that come from their forecast are even, of a narrow one they are not") {
    // 20,000 values with 9 samples each: the statistic has 9 degrees of freedom, and exceeds 80
    // with probability 2e-13; forecasts of two thirds of the deviation have it at about 2,000.
    const noise::philox random{7};
    rank_histogram right(9), narrow(9), half(9);
    const auto normal = [&](std::uint32_t draw, std::uint64_t i) {
        return random.normal<double>(noise::stream::metric, draw, i);
    };
    for (std::uint64_t i = 0; i < 20000; ++i) {
        std::vector<double> samples, few;
        for (std::uint64_t j = 0; j < 9; ++j) {
            samples.push_back(normal(1, 9 * i + j));
            few.push_back(samples.back() * 2 / 3);
        }
        (i < 10000 ? right : half).add(normal(0, i), samples, 0);
        narrow.add(normal(0, i), few, 0);
    }
    right.merge(half);
    CHECK(right.chi_squared() < 80);
    CHECK(narrow.chi_squared() > 1000);
    CHECK(narrow.counts().front() > 2 * narrow.counts()[4]);
    std::int64_t all = 0;
    for (const auto count : right.counts())
        all += count;
    CHECK(all == 20000);
}

TEST_CASE("quantiles are linear between neighbours") {
    const std::vector<double> samples{40, 10, 30, 20};
    CHECK(quantile(samples, 0) == 10);
    CHECK(quantile(samples, 1) == 40);
    CHECK(quantile(samples, 0.5) == 25);
    CHECK(quantile(samples, 0.1) == doctest::Approx(13).epsilon(1e-14));
    CHECK(quantile(std::vector<double>{7}, 0.3) == 7);
}

TEST_CASE("bad intervals and ranks are refused") {
    const std::vector<double> three{1, 2, 3}, none;
    const std::vector<interval> one{{0, 1}};
    check_refused<bad_argument>([&] { interval_score(0, {2, 1}, 0.5); }, {"from 2 to 1"});
    check_refused<bad_argument>([&] { interval_score(0, {1, 2}, 1); }, {"level is 1"});
    check_refused<bad_shape>([&] { weighted_interval_score(0, 0, one, none); },
                             {"0 levels, but 1 intervals"});
    check_refused<bad_argument>([&] { place_of(0, none); }, {"0 sample"});
    check_refused<bad_argument>([&] { (void)place_of(0, three).rank(1); }, {"u = 1"});
    check_refused<bad_argument>([&] { quantile(three, 1.5); }, {"at 1.5"});
    rank_histogram ranks(4);
    check_refused<bad_shape>([&] { ranks.add(0, three, 0); }, {"4 ranked samples, but 3"});
    check_refused<bad_shape>([&] { ranks.merge(rank_histogram(3)); }, {"but 3"});
    check_refused<bad_argument>([&] { (void)ranks.chi_squared(); }, {"without a value"});
    check_refused<bad_argument>([&] { rank_histogram(0); }, {"among 0 samples"});
}

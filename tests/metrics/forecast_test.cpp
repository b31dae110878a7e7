// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/metrics/energy_score.hpp>
#include <diffgen/metrics/interval_coverage.hpp>
#include <diffgen/metrics/ranked_probability_score.hpp>

#include "check_refused.hpp"

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace diffgen;
using namespace diffgen::metrics;

TEST_CASE("the energy score of one value is the ranked probability score") {
    const std::vector<double> samples{0.5, -1, 2, 0.5, 7};
    const Eigen::MatrixXd row = Eigen::Map<const Eigen::RowVectorXd>(samples.data(), 5);
    for (const double y : {-3.0, 0.25, 9.0})
        CHECK(energy_score(Eigen::VectorXd::Constant(1, y), row) ==
              doctest::Approx(crps_of_samples(y, samples)).epsilon(1e-14));
}

TEST_CASE("two values, worked out by hand, and the same when all is turned") {
    // Distances 5 and 0 to the value, 5 between the samples: 2.5 - 10 / 8.
    const Eigen::Vector2d y(0, 0);
    const Eigen::MatrixXd samples{{3, 0}, {4, 0}};
    CHECK(energy_score(y, samples) == doctest::Approx(1.25).epsilon(1e-15));
    const Eigen::Matrix2d turn{{0.6, -0.8}, {0.8, 0.6}};
    CHECK(energy_score(turn * y, turn * samples) == doctest::Approx(1.25).epsilon(1e-14));
    check_refused<bad_shape>([&] { energy_score(Eigen::Vector3d::Zero(), samples); },
                             {"2 elements, not 3"});
}

TEST_CASE("an interval holds one of m + 1 exchangeable values as often as it says") {
    // Each of 10 values in turn is the one to be held by the interval of the other nine: that of 80
    // % leaves out the least and the greatest, exactly.
    interval_coverage coverage;
    for (int held = 0; held < 10; ++held) {
        std::vector<double> others;
        for (int v = 0; v < 10; ++v)
            if (v != held) others.push_back(std::exp(v));
        coverage.add(std::exp(held), central_interval(others, 0.8));
    }
    CHECK(coverage.share() == 0.8);
}

TEST_CASE("the ends lie between samples, at place p (m + 1)") {
    const std::vector<double> samples{40, 10, 30, 20};
    const interval half = central_interval(samples, 0.5);  // places 1.25 and 3.75
    CHECK(half.lower == doctest::Approx(12.5));
    CHECK(half.upper == doctest::Approx(37.5));
    const interval all = central_interval(samples, 0.6);  // places 1 and 4
    CHECK(all.lower == doctest::Approx(10));
    CHECK(all.upper == doctest::Approx(40));
}

TEST_CASE("coverage and width, merged") {
    interval_coverage a, b;
    a.add(1, {1, 2});
    a.add(3, {1, 2});
    b.add(5, {0, 8});
    a.merge(b);
    CHECK(a.share() == 2.0 / 3);
    CHECK(a.mean_width() == 10.0 / 3);
}

TEST_CASE("bad intervals are refused") {
    const std::vector<double> four{1, 2, 3, 4};
    check_refused<bad_argument>([&] { central_interval(four, 0.9); }, {"needs 19 samples, not 4"});
    check_refused<bad_argument>([&] { central_interval(four, 1); }, {"level is 1"});
    interval_coverage none;
    check_refused<bad_argument>([&] { (void)none.share(); }, {"no intervals"});
    check_refused<bad_argument>([&] { none.add(0, {2, 1}); }, {"from 2 to 1"});
    check_refused<non_finite>([&] { none.add(std::nan(""), {1, 2}); }, {"interval value 0"});
}

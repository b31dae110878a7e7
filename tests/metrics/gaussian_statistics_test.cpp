// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/metrics/gaussian_statistics.hpp>

#include "check_refused.hpp"
#include "golden.hpp"

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <cmath>

using namespace diffgen;
using metrics::gaussian_accumulator;
using metrics::gaussian_statistics;

TEST_CASE("the covariance divides by one less than the number of samples") {
    const Eigen::MatrixXd x{{1, 3}, {0, 4}};
    const gaussian_statistics fit(x);
    CHECK(fit.mean() == Eigen::Vector2d(2, 2));
    CHECK(fit.covariance() == Eigen::Matrix2d{{2, 4}, {4, 8}});
}

TEST_CASE("chunks of any size, merged in any order, give the statistics of the whole") {
    const Eigen::MatrixXd x = golden::samples(golden::cases("frechet_distance").back(), "x");
    const gaussian_statistics whole(x);
    const auto check_equal = [&](const gaussian_accumulator& parts) {
        const gaussian_statistics merged = parts.statistics();
        CHECK((merged.mean() - whole.mean()).cwiseAbs().maxCoeff() < 1e-14);
        CHECK((merged.covariance() - whole.covariance()).cwiseAbs().maxCoeff() <
              1e-14 * whole.covariance().cwiseAbs().maxCoeff());
        CHECK(parts.count() == 64);
    };
    gaussian_accumulator singly, first, second, all;
    for (Eigen::Index i = 0; i < x.cols(); ++i)
        singly.add(x.col(i));
    check_equal(singly);
    first.add(x.leftCols(5));
    second.add(x.rightCols(59));
    second.add(Eigen::MatrixXd(16, 0));
    all.merge(second);
    all.merge(first);
    all.merge({});
    check_equal(all);
}

TEST_CASE("one sample has a mean, and a population covariance of zero") {
    gaussian_accumulator one;
    check_refused<bad_argument>([&] { (void)one.mean(); }, {"0 Gaussian samples, not at least 1"});
    one.add(Eigen::Vector2d(3, -1));
    CHECK(one.mean() == Eigen::Vector2d(3, -1));
    CHECK(one.population_covariance().isZero(0));
    one.add(Eigen::Vector2d(5, -1));
    CHECK(one.population_covariance()(0, 0) == 1);
    CHECK(one.statistics().covariance()(0, 0) == 2);
}

TEST_CASE("a mean far from zero costs the covariance no digits but those of the samples") {
    // Sums of squares would have lost all of it: 1e16 + 1 = 1e16.
    gaussian_accumulator all;
    for (const double value : {1e8 - 1, 1e8, 1e8 + 1})
        all.add(Eigen::MatrixXd{{value}});
    CHECK(all.statistics().mean()(0) == 1e8);
    CHECK(all.statistics().covariance()(0) == 1);
}

TEST_CASE("an accumulator merged with itself has every sample twice") {
    const Eigen::MatrixXd x{{1, 3}, {0, 4}};
    gaussian_accumulator twice;
    twice.add(x);
    twice.merge(twice);
    CHECK(twice.statistics().covariance() == gaussian_statistics(x.replicate(1, 2)).covariance());
}

TEST_CASE("bad samples are refused, and then nothing is added") {
    gaussian_accumulator all;
    check_refused<bad_argument>([&] { (void)all.statistics(); }, {"0 Gaussian samples"});
    all.add(Eigen::MatrixXd{{1, 3}, {0, 4}});
    check_refused<bad_shape>([&] { all.add(Eigen::MatrixXd::Zero(3, 1)); },
                             {"has 3 elements, not 2"});
    check_refused<non_finite>([&] { all.add(Eigen::Vector2d(0, HUGE_VAL)); },
                              {"sample 0 has the value"});
    CHECK(all.count() == 2);
}

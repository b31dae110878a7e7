// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/metrics/vendi_score.hpp>

#include "check_refused.hpp"

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace diffgen;
using namespace diffgen::metrics;

TEST_CASE("copies count once, samples that share nothing count each, at every order") {
    Eigen::MatrixXd samples = Eigen::MatrixXd::Zero(5, 12);
    for (Eigen::Index i = 0; i < 12; ++i)
        samples(i % 4, i) = 1 + static_cast<double>(i);  // four directions, three samples each
    for (const double order : {0.0, 0.1, 0.5, 1.0, 2.0, 7.0, HUGE_VAL}) {
        CHECK(vendi_score(samples, {order}) == doctest::Approx(4).epsilon(1e-12));
        CHECK(vendi_score(samples.leftCols(3), {order}) == doctest::Approx(3).epsilon(1e-12));
        CHECK(vendi_score(samples.col(0).replicate(1, 6), {order}) ==
              doctest::Approx(1).epsilon(1e-12));
    }
}

TEST_CASE("uneven shares: the entropy, by hand; weights are copies") {
    const Eigen::MatrixXd axes = Eigen::MatrixXd::Identity(3, 3);
    const std::vector<double> weights{2, 1, 1};
    CHECK(vendi_score(axes, {1, weights}) == doctest::Approx(std::pow(2, 1.5)).epsilon(1e-14));
    CHECK(vendi_score(axes, {2, weights}) == doctest::Approx(8.0 / 3).epsilon(1e-14));
    CHECK(vendi_score(axes, {HUGE_VAL, weights}) == doctest::Approx(2).epsilon(1e-14));
    const Eigen::MatrixXd copies{{1, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}};
    CHECK(vendi_score(copies) == doctest::Approx(vendi_score(axes, {1, weights})).epsilon(1e-14));
}

TEST_CASE("the matrix of samples, that of elements, and that of a kernel agree") {
    const Eigen::MatrixXd x{{1, -0.5, 2, 0.25, 1.5}, {0.5, 3, 1, -1, 0}};
    const double of_elements = vendi_score(x);
    const Eigen::MatrixXd directions = x.colwise().normalized();
    CHECK(vendi_score_of_similarities(directions.transpose() * directions) ==
          doctest::Approx(of_elements).epsilon(1e-13));
    CHECK(vendi_score_of_similarities(x.transpose() * x) ==
          doctest::Approx(of_elements).epsilon(1e-13));
    Eigen::MatrixXd tall = Eigen::MatrixXd::Zero(9, 5);
    tall.topRows(2) = x;
    CHECK(vendi_score(tall) == doctest::Approx(of_elements).epsilon(1e-13));
    // Far apart for a narrow kernel, all the same for a wide one.
    CHECK(vendi_score(x, gaussian_kernel{1e-3}) == doctest::Approx(5).epsilon(1e-12));
    CHECK(vendi_score(x, gaussian_kernel{1e6}) == doctest::Approx(1).epsilon(1e-9));
}

TEST_CASE("what has no diversity is refused") {
    const Eigen::MatrixXd x = Eigen::MatrixXd::Identity(3, 3);
    const std::vector<double> two{1, 1};
    check_refused<bad_argument>([&] { vendi_score(x, {-1}); }, {"order = -1"});
    check_refused<bad_shape>([&] { vendi_score(x, {1, two}); }, {"2 weights, but 3 samples"});
    check_refused<bad_argument>([&] { vendi_score(Eigen::MatrixXd::Zero(3, 2)); },
                                {"sample 0 is zero"});
    check_refused<bad_shape>([&] { vendi_score_of_similarities(x.leftCols(2)); },
                             {"2 columns, not 3"});
    Eigen::MatrixXd skew = x;
    skew(0, 1) = 0.5;
    check_refused<bad_argument>([&] { vendi_score_of_similarities(skew); }, {"differ by 0.5"});
    check_refused<bad_argument>([&] { vendi_score_of_similarities(x - 2 * x); }, {"itself is -1"});
    check_refused<bad_argument>([&] { vendi_score(x, gaussian_kernel{0}); }, {"bandwidth = 0"});
}

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/metrics/dependence_scores.hpp>
#include <diffgen/metrics/energy_score.hpp>

#include "check_refused.hpp"

#include <Eigen/Core>
#include <Eigen/LU>
#include <doctest/doctest.h>

#include <cmath>

using namespace diffgen;
using namespace diffgen::metrics;

namespace {

const Eigen::Vector2d y(0.5, 2);
const Eigen::MatrixXd samples{{1, 0, 2.5, -1}, {0, 3, 1, 0.25}};

}  // namespace

TEST_CASE("the variogram score of two values, by hand, and blind to a shift") {
    // |y_0 - y_1| = 1.5; the samples' gaps are 1, 3, 1.5 and 1.25, 1.6875 on average.
    CHECK(variogram_score(y, samples, 1) == doctest::Approx(2 * 0.1875 * 0.1875).epsilon(1e-14));
    const Eigen::MatrixXd moved = samples.array() + 4;
    CHECK(variogram_score(y, moved, 1) ==
          doctest::Approx(variogram_score(y, samples, 1)).epsilon(1e-13));
    const matrix weights{{0, 3}, {0.5, 0}};
    CHECK(variogram_score(y, samples, 1, weights) ==
          doctest::Approx(3.5 * 0.1875 * 0.1875).epsilon(1e-14));
    CHECK(variogram_score(Eigen::VectorXd::Zero(1), Eigen::MatrixXd::Ones(1, 3)) == 0);
}

TEST_CASE("the score of Dawid and Sebastiani is a Gaussian's log-density, whatever the unit") {
    const gaussian_statistics fit(samples);
    const Eigen::Vector2d gap = y - fit.mean();
    const double expected =
        std::log(fit.covariance().determinant()) + gap.dot(fit.covariance().inverse() * gap);
    CHECK(dawid_sebastiani_score(y, samples) == doctest::Approx(expected).epsilon(1e-13));
    CHECK(dawid_sebastiani_score(1e-3 * y, 1e-3 * samples) ==
          doctest::Approx(expected - 4 * std::log(1e3)).epsilon(1e-12));
}

TEST_CASE("the fair energy score leaves pairs of a sample with itself out") {
    const Eigen::MatrixXd two{{3, 0}, {4, 0}};  // distances 5 and 0, and 5 between them
    CHECK(fair_energy_score(Eigen::Vector2d(0, 0), two) == doctest::Approx(0).epsilon(1e-15));
}

TEST_CASE("bad forecasts of several values are refused") {
    check_refused<bad_shape>([&] { variogram_score(Eigen::Vector3d::Zero(), samples); },
                             {"2 elements, not 3"});
    check_refused<bad_argument>([&] { variogram_score(y, samples, 0); }, {"order 0"});
    check_refused<bad_shape>([&] { variogram_score(y, samples, 1, matrix::Ones(3, 2)); },
                             {"3 rows of weights, not 2"});
    check_refused<bad_argument>([&] { variogram_score(y, samples, 1, -matrix::Ones(2, 2)); },
                                {"weight of -1"});
    check_refused<bad_argument>([&] { dawid_sebastiani_score(y, samples.leftCols(2)); },
                                {"covariance of 2 samples of 2 values is singular"});
    check_refused<bad_argument>([&] { dawid_sebastiani_score(y, Eigen::MatrixXd::Ones(2, 5)); },
                                {"is singular"});
    check_refused<bad_argument>([&] { fair_energy_score(y, samples.leftCols(1)); },
                                {"not at least 2"});
}

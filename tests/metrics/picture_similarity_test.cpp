// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/compat/torchmetrics.hpp>
#include <diffgen/metrics/picture_similarity.hpp>

#include "check_refused.hpp"
#include "golden.hpp"

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace diffgen;
using metrics::multiscale_structural_similarity;
using metrics::peak_signal_to_noise_ratio;
using metrics::structural_similarity;

TEST_CASE("the ratio of equal pictures is infinite, of a known error known") {
    const Eigen::MatrixXd x{{0, 0.5}, {1, 0.25}};
    CHECK(peak_signal_to_noise_ratio(x, x, 1) == std::numeric_limits<double>::infinity());
    const Eigen::MatrixXd off = x.array() + 0.01;
    CHECK(peak_signal_to_noise_ratio(x, off, 1) == doctest::Approx(40).epsilon(1e-12));
    CHECK(peak_signal_to_noise_ratio(255 * x, 255 * off, 255) ==
          doctest::Approx(40).epsilon(1e-12));
}

TEST_CASE("constant pictures differ in luminance alone: a closed form") {
    const Eigen::MatrixXd x = Eigen::MatrixXd::Constant(13, 17, 0.25);
    const Eigen::MatrixXd y = Eigen::MatrixXd::Constant(13, 17, 0.75);
    const double expected = (2 * 0.25 * 0.75 + 1e-4) / (0.25 * 0.25 + 0.75 * 0.75 + 1e-4);
    CHECK(structural_similarity(x, y, 1) == doctest::Approx(expected).epsilon(1e-12));
}

TEST_CASE("one window of 11 x 11, by the definition of its moments") {
    const auto each = golden::cases("structural_similarity").front();
    const Eigen::ArrayXXd x = golden::samples(each, "x").topLeftCorner(11, 11).array();
    const Eigen::ArrayXXd y = golden::samples(each, "y").topLeftCorner(11, 11).array();
    Eigen::ArrayXXd w(11, 11);
    for (int i = 0; i < 11; ++i)
        for (int j = 0; j < 11; ++j)
            w(i, j) = std::exp(-((i - 5) * (i - 5) + (j - 5) * (j - 5)) / 4.5);
    w /= w.sum();
    const double mx = (w * x).sum(), my = (w * y).sum();
    const double vx = (w * (x - mx).square()).sum(), vy = (w * (y - my).square()).sum();
    const double covariance = (w * (x - mx) * (y - my)).sum();
    const double c1 = 1e-4, c2 = 9e-4;
    const double expected =
        (2 * mx * my + c1) * (2 * covariance + c2) / ((mx * mx + my * my + c1) * (vx + vy + c2));
    CHECK(structural_similarity(x.matrix(), y.matrix(), 1) ==
          doctest::Approx(expected).epsilon(1e-12));
}

TEST_CASE("equal pictures are alike, either way round, in any unit") {
    for (const auto& each : golden::cases("structural_similarity")) {
        const Eigen::MatrixXd x = golden::samples(each, "x"), y = golden::samples(each, "y");
        const double once = structural_similarity(x, y, 1);
        CHECK(structural_similarity(x, x, 1) == doctest::Approx(1).epsilon(1e-14));
        CHECK(structural_similarity(y, x, 1) == doctest::Approx(once).epsilon(1e-13));
        CHECK(structural_similarity(x.transpose(), y.transpose(), 1) ==
              doctest::Approx(once).epsilon(1e-13));
        CHECK(structural_similarity(255 * x, 255 * y, 255) == doctest::Approx(once).epsilon(1e-11));
    }
}

TEST_CASE("several scales: torchmetrics differs in the last one alone") {
    for (const auto& each : golden::cases("multiscale_structural_similarity")) {
        const Eigen::MatrixXd x = golden::samples(each, "x"), y = golden::samples(each, "y");
        const double ours = multiscale_structural_similarity(x, y, 1);
        const double theirs = compat::torchmetrics::multiscale_structural_similarity(x, y, 1);
        CHECK(theirs == doctest::Approx(each.at("expected").get<double>("value")).epsilon(1e-7));
        CHECK(std::abs(ours / theirs - 1) > 1e-5);
        CHECK(std::abs(ours / theirs - 1) < 0.02);
        CHECK(multiscale_structural_similarity(x, x, 1) == doctest::Approx(1).epsilon(1e-14));
        // Against its negative every structure is below zero, and the product is none.
        CHECK(multiscale_structural_similarity(x, -x, 1) == 0);
    }
    // Constant pictures have structure 1 at every scale: the luminance of the last one is left, to
    // the power of its weight; and an odd last column is left out.
    const Eigen::MatrixXd x = Eigen::MatrixXd::Constant(177, 191, 0.25), y = 3 * x;
    const double luminance = (2 * 0.25 * 0.75 + 1e-4) / (0.25 * 0.25 + 0.75 * 0.75 + 1e-4);
    CHECK(multiscale_structural_similarity(x, y, 1) ==
          doctest::Approx(std::pow(luminance, 0.1333)).epsilon(1e-11));
}

TEST_CASE("bad pictures are refused") {
    const Eigen::MatrixXd x = Eigen::MatrixXd::Zero(11, 12);
    check_refused<bad_shape>([&] { structural_similarity(x, x.transpose(), 1); },
                             {"11 x 12 and of 12 x 11 pixels"});
    check_refused<bad_shape>([&] { structural_similarity(x.topRows(10), x.topRows(10), 1); },
                             {"10 x 12 pixels, at least 11 x 11"});
    check_refused<bad_shape>([&] { multiscale_structural_similarity(x, x, 1); },
                             {"at least 176 x 176"});
    check_refused<bad_argument>([&] { peak_signal_to_noise_ratio(x, x, 0); }, {"range is 0"});
    Eigen::MatrixXd bad = x;
    bad(0, 3) = std::nan("");
    check_refused<non_finite>([&] { structural_similarity(x, bad, 1); }, {"second picture's"});
}

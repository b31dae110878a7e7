// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/metrics/energy_distance.hpp>

#include "bad_samples.hpp"
#include "check_refused.hpp"

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace diffgen;
using namespace diffgen::metrics;

namespace {

const Eigen::MatrixXd x{{1, -0.5, 2, 0.25, 1.5}, {0.5, 3, 1, -1, 0}};
const Eigen::MatrixXd y{{0, 2.5, 1}, {1, -0.5, 3}};

/// The mean of |a - b|^exponent, pair by pair.
double mean_power(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b, double exponent) {
    double sum = 0;
    for (Eigen::Index i = 0; i < a.cols(); ++i)
        for (Eigen::Index j = 0; j < b.cols(); ++j)
            sum += std::pow((a.col(i) - b.col(j)).norm(), exponent);
    return sum / static_cast<double>(a.cols() * b.cols());
}

}  // namespace

TEST_CASE("three means, pair by pair, for every exponent") {
    for (const double exponent : {0.3, 1.0, 1.7}) {
        const auto terms = energy_terms_of(x, y, {exponent});
        CHECK(terms.across == doctest::Approx(mean_power(x, y, exponent)).epsilon(1e-13));
        CHECK(terms.within_real == doctest::Approx(mean_power(x, x, exponent)).epsilon(1e-13));
        CHECK(terms.within_generated == doctest::Approx(mean_power(y, y, exponent)).epsilon(1e-13));
        CHECK(unbiased_squared_energy_distance(x, y, exponent) ==
              doctest::Approx(2 * terms.across - terms.within_real * 5 / 4 -
                              terms.within_generated * 3 / 2)
                  .epsilon(1e-12));
    }
    CHECK(energy_terms_of(x, y).distance() ==
          doctest::Approx(energy_distance(x, y)).epsilon(1e-13));
}

TEST_CASE("whole weights are copies, over several blocks") {
    Eigen::MatrixXd many(2, 700), copies(2, 1050);
    std::vector<double> weights;
    Eigen::Index at = 0;
    for (Eigen::Index i = 0; i < 700; ++i) {
        many.col(i) << std::sin(static_cast<double>(i)), std::cos(1.7 * static_cast<double>(i));
        weights.push_back(1 + static_cast<double>(i % 2));
        for (Eigen::Index c = 0; c < 1 + i % 2; ++c)
            copies.col(at++) = many.col(i);
    }
    CHECK(energy_terms_of(many, y, {1, weights, {}}).distance() ==
          doctest::Approx(energy_terms_of(copies, y).distance()).epsilon(1e-12));
}

TEST_CASE("samples that nearly coincide keep their digits, far from the origin too") {
    Eigen::MatrixXd far = x.array() + 1e6;
    Eigen::MatrixXd near = far;
    near(0, 0) += 0x1p-20;
    const auto terms = energy_terms_of(far.leftCols(1), near.leftCols(1));
    CHECK(terms.across == doctest::Approx(0x1p-20).epsilon(1e-12));
    // One of five is moved by h: all sums cancel but for 2 h / 25.
    CHECK(energy_terms_of(far, near).squared() ==
          doctest::Approx(2.0 / 25 * 0x1p-20).epsilon(1e-2));
}

TEST_CASE("bad samples, weights and exponents are refused") {
    check_refuses_bad_samples(
        [](const auto& a, const auto& b) { return energy_terms_of(a, b).distance(); }, 1);
    const std::vector<double> two{1, 2};
    check_refused<bad_argument>([&] { energy_terms_of(x, y, {2}); }, {"exponent = 2"});
    check_refused<bad_argument>([&] { unbiased_squared_energy_distance(x, y, 0); },
                                {"exponent = 0"});
    check_refused<bad_shape>(
        [&] {
            energy_terms_of(x, y, {1, two, {}});
        },
        {"2 weights, but 5 real samples"});
}

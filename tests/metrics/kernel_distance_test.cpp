// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/metrics/kernel_distance.hpp>

#include "bad_samples.hpp"
#include "golden.hpp"

#include <Eigen/Core>
#include <doctest/doctest.h>

using namespace diffgen;
using metrics::kernel_distance;

TEST_CASE("golden kernel distances") {
    const auto cases = golden::cases("kernel_distance");
    REQUIRE(cases.size() == 4);
    for (const auto& each : cases) {
        CHECK(kernel_distance(golden::samples(each, "x"), golden::samples(each, "y")) ==
              doctest::Approx(each.at("expected").get<double>("value")).epsilon(1e-12));
    }
}

TEST_CASE("two and three points on a line, worked out by hand") {
    // k(x, y) = (xy + 1)^3: k(0, 1) = 1; of 0, 2, -1: k = 1, 1, -1, mean 1/3;
    // across: 1, 1, 1 from 0 and 1, 27, 0 from 1: mean 31/6. So 1 + 1/3 - 31/3 = -9.
    const Eigen::MatrixXd x{{0, 1}};
    const Eigen::MatrixXd y{{0, 2, -1}};
    CHECK(kernel_distance(x, y) == doctest::Approx(-9).epsilon(1e-14));
    CHECK(kernel_distance(y, x) == doctest::Approx(-9).epsilon(1e-14));
}

TEST_CASE("blocks add up to the whole") {
    // Copies of n points m times: the mean over all pairs stays, and of the pairs of different ones
    // (mn)^2 M - mn D remain, with M the mean over all pairs and D over equal ones.
    const Eigen::MatrixXd x = golden::samples(golden::cases("kernel_distance").front(), "x");
    const Eigen::MatrixXd copies = x.replicate(1, 20);
    REQUIRE(copies.cols() == 600);
    double all = 0;
    double equal = 0;
    for (Eigen::Index i = 0; i < x.cols(); ++i) {
        for (Eigen::Index j = 0; j < x.cols(); ++j) {
            const double root = x.col(i).dot(x.col(j)) / double(x.rows()) + 1;
            all += root * root * root / double(x.cols() * x.cols());
            if (i == j) equal += root * root * root / double(x.cols());
        }
    }
    const auto of_others = [&](double n) { return (n * all - equal) / (n - 1); };
    CHECK(kernel_distance(x, copies) ==
          doctest::Approx(of_others(30) + of_others(600) - 2 * all).epsilon(1e-10));
}

TEST_CASE("bad samples are refused") {
    check_refuses_bad_samples(
        [](const Eigen::MatrixXd& x, const Eigen::MatrixXd& y) { return kernel_distance(x, y); },
        2);
}

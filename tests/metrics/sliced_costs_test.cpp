// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/metrics/sliced_costs.hpp>

#include "bad_samples.hpp"
#include "check_refused.hpp"

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace diffgen;
using namespace diffgen::metrics;

namespace {

const Eigen::MatrixXd x{{1, -0.5, 2, 0.25}, {0.5, 3, 1, -1}};
const Eigen::MatrixXd axes = Eigen::MatrixXd::Identity(2, 2);

}  // namespace

TEST_CASE("a shift costs its projection, in every direction and order") {
    const Eigen::Vector2d shift(3, -4);
    const Eigen::MatrixXd moved = x.colwise() + shift;
    for (const double order : {1.0, 2.0, 3.0}) {
        const auto slices = sliced_costs_of(x, moved, axes, order);
        CHECK(slices.costs[0] == doctest::Approx(std::pow(3, order)).epsilon(1e-13));
        CHECK(slices.costs[1] == doctest::Approx(std::pow(4, order)).epsilon(1e-13));
        CHECK(slices.largest_distance() == doctest::Approx(4).epsilon(1e-13));
        CHECK(slices.distance() ==
              doctest::Approx(std::pow((std::pow(3, order) + std::pow(4, order)) / 2, 1 / order))
                  .epsilon(1e-13));
    }
}

TEST_CASE("whole weights are copies; without weights, the distance of empirical distributions") {
    const std::vector<double> a{0.5, -1, 2}, b{3, 0, 0.25, 1}, weights{1, 2, 1}, none;
    const std::vector<double> copies{0.5, -1, -1, 2};
    for (const double order : {1.0, 1.5, 2.0}) {
        CHECK(transport_cost(a, b, order, weights) ==
              doctest::Approx(transport_cost(copies, b, order)).epsilon(1e-13));
        CHECK(std::pow(transport_cost(a, b, order), 1 / order) ==
              doctest::Approx(
                  wasserstein(empirical_distribution(a), empirical_distribution(b), order))
                  .epsilon(1e-13));
    }
    const std::vector<double> only_first{1, 0, 0};
    CHECK(transport_cost(a, std::vector<double>{1.5}, 2, only_first) == 1);
}

TEST_CASE("bad samples, directions and orders are refused") {
    check_refuses_bad_samples(
        [](const auto& a, const auto& b) {
            return sliced_costs_of(a, b, Eigen::MatrixXd::Identity(a.rows(), a.rows())).distance();
        },
        1);
    check_refused<bad_shape>([&] { sliced_costs_of(x, x, Eigen::MatrixXd::Ones(3, 1)); },
                             {"3 elements, not 2"});
    check_refused<bad_argument>([&] { sliced_costs_of(x, x, axes, 0.5); }, {"order is 0.5"});
    check_refused<bad_argument>([&] { sliced_costs_of(x, x, Eigen::MatrixXd(2, 0)); },
                                {"0 direction samples"});
    const std::vector<double> two{1, 2};
    check_refused<bad_shape>([&] { sliced_costs_of(x, x, axes, 2, two); }, {"2 weights"});
}

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/metrics/maximum_mean_discrepancy.hpp>

#include "bad_samples.hpp"
#include "golden.hpp"

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace diffgen;
using metrics::energy_distance;
using metrics::gaussian_kernel;
using metrics::kernel_mean;
using metrics::maximum_mean_discrepancy;

TEST_CASE("points on a line, worked out by hand") {
    const Eigen::MatrixXd x{{0, 1}}, y{{0, 2}};
    // Bandwidth 1/sqrt(2): k = exp(-(x - y)^2). Within: e^-1 and e^-4; across: 1, e^-4, e^-1, e^-1.
    const double expected =
        std::exp(-1.0) + std::exp(-4.0) - (1 + std::exp(-4.0) + 2 * std::exp(-1.0)) / 2;
    CHECK(maximum_mean_discrepancy(x, y, gaussian_kernel{std::sqrt(0.5)}) ==
          doctest::Approx(expected).epsilon(1e-14));
    // Polynomial of degree 2 and offset 0: within 0 and 0; across (0 + 0 + 0 + 4) / 4.
    CHECK(maximum_mean_discrepancy(x, y, metrics::polynomial_kernel{.degree = 2, .offset = 0}) ==
          doctest::Approx(-2).epsilon(1e-14));
}

TEST_CASE("a kernel of distances does not care where the origin is") {
    const auto each = golden::cases("kernel_distance").back();
    const Eigen::MatrixXd x = golden::samples(each, "x"), y = golden::samples(each, "y");
    const Eigen::MatrixXd far_x = x.array() + 1e6, far_y = y.array() + 1e6;
    CHECK(maximum_mean_discrepancy(far_x, far_y, gaussian_kernel{3}) ==
          doctest::Approx(maximum_mean_discrepancy(x, y, gaussian_kernel{3})).epsilon(1e-8));
}

TEST_CASE("means over more samples than a block, in parts and merged, are those of all pairs") {
    const Eigen::MatrixXd x =
        golden::samples(golden::cases("kernel_distance").front(), "x").replicate(1, 50);
    REQUIRE(x.cols() == 1500);
    const gaussian_kernel kernel{2};
    double all = 0;
    for (Eigen::Index i = 0; i < 30; ++i)
        for (Eigen::Index j = 0; j < 30; ++j)
            all += std::exp(-(x.col(i) - x.col(j)).squaredNorm() / 8);
    const double sum = all * 2500 - 1500;  // without the pairs of a sample with itself
    kernel_mean whole(kernel), parts(kernel), rest(kernel);
    whole.add_others(x);
    CHECK(whole.sum() == doctest::Approx(sum).epsilon(1e-12));
    CHECK(whole.mean() == doctest::Approx(sum / (1500.0 * 1499)).epsilon(1e-12));
    parts.add_others(x.leftCols(301));
    rest.add_others(x.rightCols(1199));
    rest.add(x.leftCols(301), x.rightCols(1199));
    rest.add(x.rightCols(1199), x.leftCols(301));
    parts.merge(rest);
    CHECK(parts.mean() == doctest::Approx(whole.mean()).epsilon(1e-13));
}

TEST_CASE("the energy distance on a line is that of distribution functions") {
    for (const auto& each : golden::cases("one_dimensional_distances")) {
        const auto x = each.at("inputs").at("x").get<std::vector<double>>("data");
        const auto y = each.at("inputs").at("y").get<std::vector<double>>("data");
        const auto row = [](const std::vector<double>& v) {
            return Eigen::MatrixXd(Eigen::Map<const Eigen::RowVectorXd>(
                v.data(), static_cast<Eigen::Index>(v.size())));
        };
        const double expected = each.at("expected").get<double>("energy_distance");
        CHECK(energy_distance(row(x), row(y)) == doctest::Approx(expected).epsilon(1e-7));
    }
}

TEST_CASE("two points in the plane have the root of twice their distance") {
    CHECK(energy_distance(Eigen::Vector2d(1, 2), Eigen::Vector2d(4, 6)) ==
          doctest::Approx(std::sqrt(10.0)).epsilon(1e-14));
}

TEST_CASE("bad samples and kernels are refused") {
    const auto measure = [](const Eigen::MatrixXd& x, const Eigen::MatrixXd& y) {
        return maximum_mean_discrepancy(x, y, gaussian_kernel{});
    };
    check_refuses_bad_samples(measure, 2);
    check_refuses_bad_samples(
        [](const Eigen::MatrixXd& x, const Eigen::MatrixXd& y) { return energy_distance(x, y); },
        1);
    check_refused<bad_argument>([] { kernel_mean(gaussian_kernel{0}); }, {"bandwidth = 0"});
    check_refused<bad_argument>([] { kernel_mean(metrics::polynomial_kernel{.degree = 0}); },
                                {"degree = 0"});
    check_refused<bad_argument>([] { (void)kernel_mean<>().mean(); }, {"no pairs"});
}

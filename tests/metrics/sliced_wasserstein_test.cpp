// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/metrics/sliced_wasserstein.hpp>

#include "bad_samples.hpp"
#include "golden.hpp"

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <cmath>
#include <numbers>
#include <vector>

using namespace diffgen;
using metrics::projections;
using metrics::sliced_wasserstein;

TEST_CASE("on a line every direction gives the exact distance") {
    for (const auto& each : golden::cases("one_dimensional_distances")) {
        const auto row = [&](const char* name) {
            const auto v = each.at("inputs").at(name).get<std::vector<double>>("data");
            return Eigen::MatrixXd(Eigen::Map<const Eigen::RowVectorXd>(
                v.data(), static_cast<Eigen::Index>(v.size())));
        };
        CHECK(sliced_wasserstein(row("x"), row("y"), {.directions = 3}) ==
              doctest::Approx(each.at("expected").get<double>("wasserstein_1")).epsilon(1e-13));
    }
}

TEST_CASE("a shift in the plane is projected to its mean over all directions") {
    // The mean of |cos| is 2/pi, that of cos^2 1/2. Over 4,096 directions the deviations of the
    // means are 0.0048 and 0.0055, so that 0.04 is beyond 7 of them: below 1e-11. One direction
    // alone, or directions that are not of length 1 (mean length 1.25), would be off by more.
    const Eigen::MatrixXd x = golden::samples(golden::cases("precision_recall").front(), "real");
    Eigen::MatrixXd y = x;
    y.row(1).array() += 1;
    CHECK(std::abs(sliced_wasserstein(x, y, {.directions = 4096}) - 2 * std::numbers::inv_pi) <
          0.04);
    const double second = sliced_wasserstein(x, y, {.directions = 4096, .order = 2});
    CHECK(std::abs(second * second - 0.5) < 0.04);
    CHECK(sliced_wasserstein(x, x) == 0);
}

TEST_CASE("chunks, merged in another order, give the same bits; other directions do not fit") {
    const Eigen::MatrixXd x = golden::samples(golden::cases("precision_recall").front(), "real");
    projections a(2), b(2), c(2), d(2), y(2);
    y.add(x.array().square().matrix());
    a.add(x.leftCols(7));
    b.add(x.rightCols(53));
    d.add(x.rightCols(53));
    c.add(x.leftCols(7));
    a.merge(b);
    d.merge(c);
    CHECK(a.distance(y) == d.distance(y));
    CHECK(a.distance(d) == 0);
    CHECK(a.distance(y) > 0.1);
    check_refused<bad_shape>([&] { (void)a.distance(projections(2, {.seed = 1})); },
                             {"other directions"});
    check_refused<bad_shape>([&] { a.merge(projections(2, {.order = 2})); }, {"another order"});
}

TEST_CASE("bad samples and options are refused") {
    check_refuses_bad_samples(
        [](const Eigen::MatrixXd& x, const Eigen::MatrixXd& y) { return sliced_wasserstein(x, y); },
        1);
    check_refused<bad_argument>([] { projections(2, {.directions = 0}); }, {"directions = 0"});
    check_refused<bad_argument>([] { projections(2, {.order = 0}); }, {"order = 0"});
}

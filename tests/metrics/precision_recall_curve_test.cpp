// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/metrics/precision_recall_curve.hpp>

#include "bad_samples.hpp"

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

using namespace diffgen;
using namespace diffgen::metrics;

namespace {

/// Three clusters of four points each around (0, 0), (100, 0) and (0, 100).
Eigen::MatrixXd clusters(const std::vector<int>& which) {
    Eigen::MatrixXd x(2, 4 * static_cast<Eigen::Index>(which.size()));
    for (std::size_t i = 0; i < which.size(); ++i) {
        const Eigen::Vector2d centre(which[i] == 1 ? 100 : 0, which[i] == 2 ? 100 : 0);
        for (int corner = 0; corner < 4; ++corner)
            x.col(4 * static_cast<Eigen::Index>(i) + corner) =
                centre + Eigen::Vector2d(corner % 2, corner / 2);
    }
    return x;
}

}  // namespace

TEST_CASE("shares, worked out by hand at slope 1, and at both ends") {
    // At slope 1 both are the sum of the lesser shares; at the ends, the part of the generated
    // shares where there is real data, and of the real where there is generated.
    const std::vector<double> real{0.5, 0.5, 0}, generated{0.2, 0.5, 0.3};
    const auto curve = precision_recall_curve(real, generated, 1001);
    CHECK(curve[500].precision == doctest::Approx(0.7).epsilon(1e-12));
    CHECK(curve[500].recall == doctest::Approx(0.7).epsilon(1e-12));
    CHECK(curve.back().precision == doctest::Approx(0.7).epsilon(1e-12));
    CHECK(curve.front().recall == doctest::Approx(1).epsilon(1e-12));
    const auto turned = precision_recall_curve(generated, real, 1001);
    for (std::size_t i = 0; i < curve.size(); ++i)
        CHECK(std::abs(turned[1000 - i].precision - curve[i].recall) < 1e-12);
}

TEST_CASE("the largest F score of a curve") {
    const std::vector<precision_and_recall> curve{{0.2, 1}, {0.8, 0.4}};
    CHECK(largest_f_score(curve, 1) == doctest::Approx(2 * 0.32 / 1.2).epsilon(1e-14));
    CHECK(largest_f_score(curve, 8) == doctest::Approx(65 * 0.2 / 13.8).epsilon(1e-14));
    CHECK(largest_f_score(curve, 0.125) > 0.75);
    check_refused<bad_argument>([&] { largest_f_score(curve, 0); }, {"beta is 0"});
}

TEST_CASE("samples in clusters give the curve of the clusters' shares") {
    const Eigen::MatrixXd real = clusters({0, 0, 1, 1}), generated = clusters({0, 1, 2, 2});
    const curve_options o{.clusters = 3, .runs = 4, .angles = 101};
    const auto found = precision_recall_curve(real, generated, o);
    const auto known = precision_recall_curve(std::vector<double>{0.5, 0.5, 0},
                                              std::vector<double>{0.25, 0.25, 0.5}, 101);
    for (std::size_t i = 0; i < known.size(); ++i) {
        CHECK(found[i].precision == doctest::Approx(known[i].precision).epsilon(1e-12));
        CHECK(found[i].recall == doctest::Approx(known[i].recall).epsilon(1e-12));
    }
    const auto same = precision_recall_curve(real, real, o);
    CHECK(same[50].precision == doctest::Approx(1).epsilon(1e-12));
}

TEST_CASE("bad shares, options and samples are refused, and false cancels") {
    const std::vector<double> half{0.5, 0.5}, odd{0.5, 0.6}, negative{1.5, -0.5};
    check_refused<bad_argument>([&] { precision_recall_curve(half, odd); }, {"sum to 1.1"});
    check_refused<bad_argument>([&] { precision_recall_curve(negative, half); }, {"-0.5"});
    check_refused<bad_shape>([&] { precision_recall_curve(half, std::vector<double>{1}); },
                             {"2 real shares, but 1"});
    check_refuses_bad_samples(
        [](const Eigen::MatrixXd& x, const Eigen::MatrixXd& y) {
            return precision_recall_curve(x, y, curve_options{.clusters = 4});
        },
        4);
    const Eigen::MatrixXd x = clusters({0, 1, 2});
    check_refused<bad_argument>([&] { precision_recall_curve(x, x, {.clusters = 0}); },
                                {"clusters = 0"});
    check_refused<metrics::cancelled>(
        [&] {
            precision_recall_curve(x, x, {.clusters = 3},
                                   [](const progress& p) { return p.done < 2; });
        },
        {"after 2 of 10"});
}

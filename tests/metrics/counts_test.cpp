// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/metrics/class_counts.hpp>
#include <diffgen/metrics/mode_counts.hpp>

#include "check_refused.hpp"

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <vector>

using namespace diffgen;
using metrics::class_counts;
using metrics::mode_counts;

TEST_CASE("shares, entropy and coverage of classes") {
    class_counts a(4), b(4);
    a.add(std::vector<int>{0, 1, 1});
    b.add(std::vector<int>{3});
    a.merge(b);
    CHECK(a.counts() == std::vector<std::int64_t>{1, 2, 0, 1});
    CHECK(a.shares() == std::vector<double>{0.25, 0.5, 0, 0.25});
    CHECK(a.entropy() == doctest::Approx(1.5 * std::log(2.0)).epsilon(1e-15));
    CHECK(a.covered() == 3);
    CHECK(a.covered(2) == 1);
    CHECK(metrics::total_variation(a.shares(), std::vector<double>(4, 0.25)) == 0.25);
}

TEST_CASE("bad labels are refused, and then none is counted") {
    class_counts a(2);
    check_refused<bad_argument>([&] { (void)a.shares(); }, {"no labels"});
    check_refused<bad_argument>([&] { a.add(std::vector<int>{0, 2}); }, {"label 1 is 2"});
    check_refused<bad_argument>([&] { a.add(std::vector<int>{-1}); }, {"label 0 is -1"});
    CHECK(a.counts() == std::vector<std::int64_t>{0, 0});
    check_refused<bad_argument>([] { class_counts(0); }, {"classes is 0"});
    check_refused<bad_shape>([&] { a.merge(class_counts(3)); }, {"2 classes, but 3"});
}

TEST_CASE("samples belong to the nearest mode within the radius") {
    const Eigen::MatrixXd centres{{0, 3, 10}, {0, 0, 0}};
    mode_counts a(centres, 2), b(centres, 2);
    a.add(Eigen::MatrixXd{{0, 1, 2, 6}, {2, 0, 0, 0}});  // 2 is nearer to 3, 6 to none
    b.add(Eigen::MatrixXd{{0.5}, {0}});
    a.merge(b);
    CHECK(a.counts() == std::vector<std::int64_t>{3, 1, 0});
    CHECK(a.covered() == 2);
    CHECK(a.covered(3) == 1);
    CHECK(a.share_within() == 0.8);
}

TEST_CASE("bad modes are refused") {
    check_refused<bad_argument>([] { mode_counts(Eigen::MatrixXd(2, 0), 1); }, {"0 centre"});
    check_refused<bad_argument>([] { mode_counts(Eigen::MatrixXd::Zero(2, 1), 0); },
                                {"radius is 0"});
    mode_counts one(Eigen::MatrixXd::Zero(2, 1), 1);
    check_refused<bad_argument>([&] { (void)one.share_within(); }, {"no samples"});
    check_refused<bad_shape>([&] { one.add(Eigen::MatrixXd::Zero(3, 1)); }, {"3 elements, not 2"});
    check_refused<bad_shape>([&] { one.merge(mode_counts(Eigen::MatrixXd::Zero(2, 2), 1)); },
                             {"1 centres, but 2"});
}

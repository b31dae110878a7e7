// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/metrics/copying.hpp>
#include <diffgen/noise/source.hpp>

#include "check_refused.hpp"

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>

using namespace diffgen;
using metrics::copying;
using metrics::copying_counts;

namespace {

Eigen::MatrixXd normals(Eigen::Index rows, Eigen::Index cols, std::uint32_t draw) {
    std::uint64_t i = 0;
    return Eigen::MatrixXd::NullaryExpr(rows, cols, [&] {
        return noise::philox{11}.normal<double>(noise::stream::data, draw, i++);
    });
}

}  // namespace

TEST_CASE("points on a line, worked out by hand; equal distances are one half") {
    const Eigen::MatrixXd training{{0, 10}}, test{{4, 20}};
    copying_counts counts(training, test);
    counts.add(Eigen::MatrixXd{{0, 1, 2, 3}});  // nearer, nearer, as near, farther
    CHECK(counts.share() == 2.5 / 4);
    CHECK(counts.exact_share() == 0.25);
    copying_counts more(training, test);
    more.add(Eigen::MatrixXd{{19}});
    more.add(Eigen::MatrixXd(1, 0));
    counts.merge(more);
    CHECK(counts.share() == 2.5 / 5);
}

TEST_CASE("copies are told from samples of the same distribution") {
    const Eigen::MatrixXd training = normals(3, 1000, 0), test = normals(3, 1000, 1);
    const Eigen::MatrixXd held_out = normals(3, 1000, 2);
    const Eigen::MatrixXd copies = training + 1e-3 * normals(3, 1000, 3);
    const auto scores = copying(copies, held_out, training, test);
    CHECK(scores.share > 0.99);
    // The share of real samples has the mean 1/2; that of its deviation is below 0.016 from the
    // samples, and as much again from the sets: 0.15 is beyond 6.5 of them, 1e-10.
    CHECK(std::abs(scores.real_share - 0.5) < 0.15);
}

TEST_CASE("bad sets are refused, and false cancels") {
    const Eigen::MatrixXd x = normals(2, 5, 0);
    check_refused<bad_argument>([&] { copying_counts(x, x.leftCols(4)); },
                                {"5 training and 4 test samples"});
    check_refused<bad_shape>([&] { copying_counts(x, x.topRows(1)); }, {"1 elements, not 2"});
    copying_counts counts(x, x);
    check_refused<bad_argument>([&] { (void)counts.share(); }, {"no samples"});
    check_refused<bad_shape>([&] { counts.add(Eigen::MatrixXd::Zero(3, 1)); },
                             {"2 elements, not 3"});
    check_refused<metrics::cancelled>(
        [&] { copying(x, x, x, x, [](const metrics::progress&) { return false; }); },
        {"after 1 of 2"});
}

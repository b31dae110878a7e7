// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/metrics/nearest_neighbours.hpp>
#include <diffgen/noise/source.hpp>

#include "check_refused.hpp"

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

using namespace diffgen;
using metrics::nearest_neighbours;

namespace {

Eigen::MatrixXd normals(Eigen::Index rows, Eigen::Index cols, std::uint32_t draw) {
    std::uint64_t i = 0;
    return Eigen::MatrixXd::NullaryExpr(rows, cols, [&] {
        return noise::philox{9}.normal<double>(noise::stream::data, draw, i++);
    });
}

}  // namespace

TEST_CASE("the nearest are those of all pairs, to the bit") {
    // Clusters of deviation 1e-4, so that float decides few of the pairs.
    for (const double spread : {1.0, 1e-4}) {
        Eigen::MatrixXd x = spread * normals(17, 2100, 0), y = spread * normals(17, 301, 1);
        for (Eigen::Index i = 0; i < y.cols(); ++i)
            y(0, i) += static_cast<double>(i % 3);
        for (Eigen::Index i = 0; i < x.cols(); ++i)
            x(0, i) += static_cast<double>(i % 3);
        nearest_neighbours found(x, 4);
        found.add(y);
        bool equal = true;
        for (Eigen::Index i = 0; i < x.cols(); i += 13) {
            std::vector<double> squares;
            for (Eigen::Index j = 0; j < y.cols(); ++j)
                squares.push_back((x.col(i) - y.col(j)).squaredNorm());
            std::sort(squares.begin(), squares.end());
            for (Eigen::Index n = 0; n < 4; ++n)
                equal = equal &&
                        found.squared_distances()(n, i) == squares[static_cast<std::size_t>(n)];
        }
        CHECK(equal);
    }
}

TEST_CASE("queries among themselves are references like any other, to the bit") {
    // Over several blocks and strips, with copies and with near pairs.
    for (const double spread : {1.0, 1e-4}) {
        Eigen::MatrixXd x = spread * normals(17, 700, 3);
        x.row(0).tail(350).array() += 1;
        x.col(600) = x.col(2);
        nearest_neighbours given(x, 4), among(x, 4);
        given.add(x);
        int blocks = 0;
        among.add_queries([&] { ++blocks; });
        CHECK(among.squared_distances() == given.squared_distances());
        CHECK(among.squared_distances().row(0).maxCoeff() == 0);
        CHECK(blocks == 3);
    }
}

TEST_CASE("references in parts, merged in any order, give the same bits") {
    const Eigen::MatrixXd x = normals(5, 70, 0), y = normals(5, 600, 1);
    nearest_neighbours whole(x, 3), first(x, 3), second(x, 3);
    whole.add(y);
    first.add(y.leftCols(2));
    CHECK(first.squared_distances().row(2).minCoeff() == std::numeric_limits<double>::infinity());
    second.add(y.rightCols(598));
    first.merge(second);
    CHECK(first.squared_distances() == whole.squared_distances());
}

TEST_CASE("bad queries and references are refused") {
    const Eigen::MatrixXd x = normals(2, 3, 0);
    check_refused<bad_argument>([&] { nearest_neighbours(x, 0); }, {"k is 0"});
    nearest_neighbours two(x, 2);
    check_refused<bad_shape>([&] { two.add(Eigen::MatrixXd::Zero(3, 1)); },
                             {"has 3 elements, not 2"});
    check_refused<bad_shape>([&] { two.merge(nearest_neighbours(x, 1)); },
                             {"has 1 neighbours, not 2"});
    check_refused<non_finite>([&] { two.add(Eigen::Vector2d(0, HUGE_VAL)); }, {"reference"});
}

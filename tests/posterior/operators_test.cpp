// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Every operator: its adjoint, its solutions and its singular values, against its own matrix.

#include <diffgen/posterior/operators/dense.hpp>
#include <diffgen/posterior/operators/fourier.hpp>
#include <diffgen/posterior/operators/grey.hpp>
#include <diffgen/posterior/operators/selection.hpp>
#include <diffgen/posterior/operators/separable.hpp>

#include "check_refused.hpp"
#include "mixtures.hpp"

#include <Eigen/LU>
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace diffgen;
using namespace diffgen::posterior;

namespace {

template <linear_operator A>
void check_operator(const A& a) {
    CAPTURE(a.rows());
    CAPTURE(a.cols());
    const matrix x = mixtures::normals(a.cols(), 5, 1), y = mixtures::normals(a.rows(), 5, 2);
    for (Index i = 0; i < x.cols(); ++i) {
        const double left = a.apply(x.col(i)).dot(y.col(i));
        const double right = x.col(i).dot(a.adjoint(y.col(i)));
        CHECK(std::abs(left - right) < 1e-12 * (1 + std::abs(left)));
    }
    const matrix m = matrix_of(a);
    const singular_values svd = svd_of(a);
    CHECK((svd.U * svd.values.asDiagonal() * svd.V.transpose() - m).norm() < 1e-12);
    CHECK((svd.V.transpose() * svd.V - matrix::Identity(svd.values.size(), svd.values.size()))
              .norm() < 1e-12);
    const vector shortest = pseudo_inverse(svd, y.col(0));
    CHECK((m.transpose() * (m * shortest - y.col(0))).norm() < 1e-11);
    if constexpr (solves<A>) {
        const matrix gram = 0.7 * m * m.transpose() + 0.2 * matrix::Identity(a.rows(), a.rows());
        CHECK((gram * a.solve(0.7, 0.2, y.col(0)) - y.col(0)).norm() < 1e-12);
        // without noise: on what A reaches
        const vector q = a.solve(0.7, 0, m * x.col(0));
        CHECK((0.7 * m * m.transpose() * q - m * x.col(0)).norm() < 1e-11);
    }
}

}  // namespace

TEST_CASE("operators on single elements") {
    check_operator(identity(7));
    check_operator(mask(7, {5, 0, 3}));
    check_operator(mask::all(4));
    check_operator(posterior::diagonal(vector{{1, 0, 0.5, -2}}));
}

TEST_CASE("operators on pictures") {
    check_operator(block_mean({2, 4, 6}, 2, 3));
    check_operator(crop({2, 4, 6}, 1, 2, 2, 3));
    check_operator(grey(5, vector{{0.3, 0.6, 0.1}}));
    check_operator(grey::mean(5, 3));
    const std::vector<double> taps{0.25, 0.5, 0.25}, lopsided{0.7, 0.2, 0.1, 0.05};
    for (const border b : {border::periodic, border::zero, border::replicate, border::reflect}) {
        check_operator(blur({1, 5, 4}, taps, b));
        check_operator(blur({2, 5, 4}, lopsided, b));
    }
}

TEST_CASE("frequencies, and all of them turn a picture") {
    check_operator(fourier(4, 6, {{0, 0}, {1, 2}, {2, 3}, {3, 1}}));
    std::vector<frequency> all;
    for (Index i = 0; i < 3; ++i)
        for (Index j = 0; j < 3; ++j)
            if (i * 3 + j <= (3 - i) % 3 * 3 + (3 - j) % 3) all.push_back({i, j});
    const fourier f(3, 3, all);
    CHECK(f.rows() == 9);
    const vector x = mixtures::normals(9, 1, 4);
    CHECK((f.adjoint(f.apply(x)) - x).norm() < 1e-14);
}

TEST_CASE("dense matrices, also without full rank, and a user's two functions") {
    check_operator(dense(mixtures::normals(3, 5, 7)));
    check_operator(dense(mixtures::normals(5, 3, 7)));
    check_operator(dense(mixtures::normals(4, 2, 7) * mixtures::normals(2, 5, 8)));
    const matrix m = mixtures::normals(3, 5, 9);
    const functions_operator own(
        3, 5, [m](const vector_ref& x) -> vector { return m * x; },
        [m](const vector_ref& y) -> vector { return m.transpose() * y; });
    check_operator(own);
    static_assert(!solves<decltype(own)>);
}

TEST_CASE("what the borders of a blur see") {
    const std::vector<double> before{1, 0, 0};  // the pixel before, down and across
    const auto corner = [&](border b) {
        return blur({1, 2, 2}, before, b).apply(vector{{1, 2, 3, 4}});
    };
    CHECK(corner(border::periodic) == vector{{4, 3, 2, 1}});
    CHECK(corner(border::zero) == vector{{0, 0, 0, 1}});
    CHECK(corner(border::replicate) == vector{{1, 1, 1, 1}});
    CHECK(corner(border::reflect) == vector{{4, 3, 2, 1}});
}

TEST_CASE("operators that make no sense are refused") {
    check_refused<bad_argument>([] { mask(3, {0, 3}); }, {"element 3", "of 3"});
    check_refused<bad_argument>([] { mask(3, {1, 1}); }, {"element 1 twice"});
    check_refused<bad_argument>(
        [] {
            (void)block_mean({1, 4, 6}, 3, 3);
        },
        {"blocks of 3", "height 4"});
    check_refused<bad_argument>([] { (void)crop({1, 4, 6}, 0, 4, 4, 3); }, {"from 4", "width 6"});
    check_refused<bad_argument>([] { fourier(4, 4, {{1, 2}, {3, 2}}); }, {"3, 2", "opposite"});
    check_refused<bad_argument>([] { identity(0); }, {"identity of 0"});
    check_refused<bad_shape>([] { (void)identity(2).apply(vector::Ones(3)); },
                             {"3 elements, not 2"});
    check_refused<bad_shape>([] { dense(matrix(0, 3)); }, {"empty"});
}

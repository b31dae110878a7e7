// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Linear systems by a fixed number of products with their matrix, many right-hand sides at once:
// conjugate gradients (Hestenes and Stiefel 1952) and GMRES (Saad and Schultz 1986).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/posterior/matrices.hpp>

#include <Eigen/QR>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::posterior {

namespace detail {

/// a_i' b_i of the columns.
inline vector column_products(const matrix& a, const matrix& b) {
    vector d(a.cols());
    for (Index i = 0; i < a.cols(); ++i)
        d[i] = a.col(i).dot(b.col(i));
    return d;
}

}  // namespace detail

/// The iterate of number `iterations`, from zero. product(X) applies a symmetric positive matrix to
/// every column, which may be another for each. A column that has converged stays.
template <class Product>
[[nodiscard]] matrix conjugate_gradients(Product product, const matrix& right, int iterations) {
    constexpr double least = std::numeric_limits<double>::epsilon();
    matrix x = matrix::Zero(right.rows(), right.cols()), r = right, p = right;
    vector rr = detail::column_products(r, r);
    for (int turn = 0; turn < iterations; ++turn) {
        const matrix ap = product(p);
        const vector pap = detail::column_products(p, ap);
        for (Index i = 0; i < right.cols(); ++i) {
            const double step = rr[i] / std::max(pap[i], least);
            x.col(i) += step * p.col(i);
            r.col(i) -= step * ap.col(i);
            const double before = rr[i];
            rr[i] = r.col(i).squaredNorm();
            p.col(i) = r.col(i) + (rr[i] / std::max(before, least)) * p.col(i);
        }
    }
    return x;
}

/// The vector with the least residual of the Krylov space of dimension `iterations`, from zero.
/// product(X) applies a matrix to every column.
template <class Product>
[[nodiscard]] matrix gmres(Product product, const matrix& right, int iterations) {
    const Index n = right.cols(), steps = std::min<Index>(iterations, right.rows());
    const vector length = right.colwise().norm().transpose();
    std::vector<matrix> basis{right};
    for (Index i = 0; i < n; ++i)
        if (length[i] > 0) basis[0].col(i) /= length[i];
    std::vector<matrix> h(static_cast<std::size_t>(n), matrix::Zero(steps + 1, steps));
    for (Index k = 0; k < steps; ++k) {
        matrix next = product(basis.back());
        for (Index i = 0; i < n; ++i) {
            matrix& of_column = h[static_cast<std::size_t>(i)];
            const double before = next.col(i).norm();
            // twice, so that the basis stays orthogonal to rounding
            for (int again = 0; again < 2; ++again)
                for (Index j = 0; j <= k; ++j) {
                    const auto& q = basis[static_cast<std::size_t>(j)];
                    const double along = q.col(i).dot(next.col(i));
                    of_column(j, k) += along;
                    next.col(i) -= along * q.col(i);
                }
            const double left = next.col(i).norm();
            // A space that is exhausted holds the solution; what is left is rounding.
            if (left > 1e-13 * before) {
                of_column(k + 1, k) = left;
                next.col(i) /= left;
            } else {
                next.col(i).setZero();
            }
        }
        basis.push_back(next);
    }
    matrix x = matrix::Zero(right.rows(), n);
    for (Index i = 0; i < n; ++i) {
        const vector target = length[i] * vector::Unit(steps + 1, 0);
        const vector weights =
            Eigen::CompleteOrthogonalDecomposition<matrix>(h[static_cast<std::size_t>(i)])
                .solve(target);
        for (Index j = 0; j < steps; ++j)
            x.col(i) += weights[j] * basis[static_cast<std::size_t>(j)].col(i);
    }
    return x;
}

/// Which of them, and how many products.
struct krylov {
    enum class method { conjugate_gradients, gmres };
    method by = method::conjugate_gradients;
    int iterations = 5;

    void check() const {
        require(iterations >= 1, "a linear solver of ", iterations,
                " iterations; must be 1 or more");
    }
    template <class Product>
    [[nodiscard]] matrix solve(Product product, const matrix& right) const {
        return by == method::gmres ? posterior::gmres(product, right, iterations)
                                   : conjugate_gradients(product, right, iterations);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::posterior

#include <diffgen/core/with_macros.hpp>

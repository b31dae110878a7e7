// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Singular values of an operator, and what can be computed with them.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/posterior/linear_operator.hpp>

#include <Eigen/SVD>

#include <algorithm>
#include <cmath>
#include <limits>

namespace diffgen::inline DIFFGEN_ABI::posterior {

namespace detail {

/// Those of a matrix that are above rounding, largest first.
inline singular_values singular_values_of(const matrix& m) {
    const Eigen::JacobiSVD<matrix> svd(m, Eigen::ComputeThinU | Eigen::ComputeThinV);
    const vector& s = svd.singularValues();
    const double least = std::numeric_limits<double>::epsilon() *
                         static_cast<double>(std::max(m.rows(), m.cols())) * s[0];
    Index rank = 0;
    while (rank < s.size() && s[rank] > least)
        ++rank;
    return {svd.matrixU().leftCols(rank), s.head(rank), svd.matrixV().leftCols(rank)};
}

/// Of an operator whose rows are orthogonal and of the same length.
template <class A>
singular_values of_equal_rows(const A& a, double squared_length) {
    const double s = std::sqrt(squared_length);
    return {matrix::Identity(a.rows(), a.rows()), vector::Constant(a.rows(), s),
            matrix_of(a).transpose() / s};
}

}  // namespace detail

/// Those of any operator: its own, where it has svd(), or found from its matrix.
template <linear_operator A>
[[nodiscard]] singular_values svd_of(const A& a) {
    if constexpr (requires { a.svd(); })
        return a.svd();
    else
        return detail::singular_values_of(matrix_of(a));
}

/// The pseudo-inverse applied to y: the shortest x of those with the least |A x - y|.
[[nodiscard]] inline vector pseudo_inverse(const singular_values& svd, const vector_ref& y) {
    return svd.V * (svd.U.transpose() * y).cwiseQuotient(svd.values);
}

}  // namespace diffgen::inline DIFFGEN_ABI::posterior

#include <diffgen/core/with_macros.hpp>

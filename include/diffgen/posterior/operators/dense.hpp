// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Any matrix as the operator of a measurement. Its singular values are found when it is made, so
// that (s A A' + r I)^-1 costs two products with a vector.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/posterior/operators/singular_values.hpp>

#include <utility>

namespace diffgen::inline DIFFGEN_ABI::posterior {

namespace detail {

/// (s A A' + r I)^-1 y; r = 0 leaves out what A does not reach.
inline vector solve_by(const singular_values& svd, double s, double r, const vector_ref& y) {
    const vector along = svd.U.transpose() * y;
    const vector scaled = (along.array() / (s * svd.values.array().square() + r)).matrix();
    // Where A reaches all of y, what is left of it is rounding.
    if (r == 0 || svd.U.rows() == svd.U.cols()) return svd.U * scaled;
    return svd.U * scaled + (y - svd.U * along) / r;
}

}  // namespace detail

class dense {
  public:
    /// Throws bad_shape on a matrix without elements, non_finite on NaN or infinity.
    explicit dense(matrix m) : matrix_(std::move(m)) {
        if (matrix_.size() == 0) throw bad_shape("diffgen: the matrix of an operator is empty");
        if (!matrix_.allFinite())
            throw non_finite("diffgen: the matrix of an operator is not finite");
        svd_ = detail::singular_values_of(matrix_);
    }
    [[nodiscard]] Index rows() const { return matrix_.rows(); }
    [[nodiscard]] Index cols() const { return matrix_.cols(); }
    [[nodiscard]] vector apply(const vector_ref& x) const {
        detail::check_size("what an operator is applied to", x.size(), cols());
        return matrix_ * x;
    }
    [[nodiscard]] vector adjoint(const vector_ref& y) const {
        detail::check_size("what an adjoint is applied to", y.size(), rows());
        return matrix_.transpose() * y;
    }
    [[nodiscard]] vector solve(double s, double r, const vector_ref& y) const {
        return detail::solve_by(svd_, s, r, y);
    }
    [[nodiscard]] const singular_values& svd() const { return svd_; }

  private:
    matrix matrix_;
    singular_values svd_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::posterior

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a measurement does to a sample: a linear operator A, given by what it and its adjoint do to
// a vector. Operators are policies; two functions make one.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/posterior/matrices.hpp>

#include <concepts>
#include <utility>

namespace diffgen::inline DIFFGEN_ABI::posterior {

/// rows() numbers are measured of cols() elements. apply(x) is A x and adjoint(y) is A'y. Where it
/// is cheap: solve(s, r, y) is (s A A' + r I)^-1 y, and svd() a singular_values. That it can be
/// copied is asked last: a class with a constructor from any operator is none itself, and asking
/// whether it can be copied would ask the constructor whether it is one.
template <class A>
concept linear_operator = requires(const A& a, const vector& v) {
    { a.rows() } -> std::convertible_to<Index>;
    { a.cols() } -> std::convertible_to<Index>;
    { a.apply(v) } -> std::convertible_to<vector>;
    { a.adjoint(v) } -> std::convertible_to<vector>;
}
&&std::copy_constructible<A>;

/// Whether an operator solves (s A A' + r I) q = y by itself.
template <class A>
concept solves = linear_operator<A> && requires(const A& a, const vector& y) {
    { a.solve(1., 1., y) } -> std::convertible_to<vector>;
};

/// A = U diag(values) V', with as many columns of U and V as A has singular values above rounding.
struct singular_values {
    matrix U;
    vector values;
    matrix V;
};

/// The operator as a matrix.
template <linear_operator A>
[[nodiscard]] matrix matrix_of(const A& a) {
    matrix m(a.rows(), a.cols());
    vector unit = vector::Zero(a.cols());
    for (Index i = 0; i < a.cols(); ++i) {
        unit[i] = 1;
        m.col(i) = a.apply(unit);
        unit[i] = 0;
    }
    return m;
}

/// A user's operator by two functions of a vector.
template <class Apply, class Adjoint>
class functions_operator {
  public:
    /// Throws bad_argument unless both numbers are above 0.
    functions_operator(Index rows, Index cols, Apply apply, Adjoint adjoint)
        : rows_(rows), cols_(cols), apply_(std::move(apply)), adjoint_(std::move(adjoint)) {
        require(rows > 0 && cols > 0, "an operator of ", rows, " rows and ", cols,
                " columns; both must be above 0");
    }
    [[nodiscard]] Index rows() const { return rows_; }
    [[nodiscard]] Index cols() const { return cols_; }
    [[nodiscard]] vector apply(const vector_ref& x) const {
        detail::check_size("what an operator is applied to", x.size(), cols_);
        return apply_(x);
    }
    [[nodiscard]] vector adjoint(const vector_ref& y) const {
        detail::check_size("what an adjoint is applied to", y.size(), rows_);
        return adjoint_(y);
    }

  private:
    Index rows_, cols_;
    Apply apply_;
    Adjoint adjoint_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::posterior

#include <diffgen/core/with_macros.hpp>

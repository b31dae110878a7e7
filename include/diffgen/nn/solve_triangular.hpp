// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Solves with a triangular matrix, and its gradients (Giles 2008, "An extended collection of matrix
// derivative results", section 2.3.1).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/arithmetic.hpp>
#include <diffgen/nn/matmul.hpp>
#include <diffgen/nn/tape.hpp>

#include <Eigen/Dense>

namespace diffgen::inline DIFFGEN_ABI::nn {

/// Which entries of a square matrix count; of the unit kinds the diagonal is one, whatever stands
/// there.
enum class triangle { lower, upper, unit_lower, unit_upper };

namespace detail {

inline bool is_lower(triangle t) {
    return t == triangle::lower || t == triangle::unit_lower;
}
inline bool is_unit(triangle t) {
    return t == triangle::unit_lower || t == triangle::unit_upper;
}

/// Ones where the triangle's own entries are.
template <class T>
matrix<T> ones_of(triangle t, extent size) {
    matrix<T> m(size, size);
    for (extent j = 0; j < size; ++j)
        for (extent i = 0; i < size; ++i)
            m(i, j) = i == j ? T(is_unit(t) ? 0 : 1) : T((is_lower(t) ? i > j : i < j) ? 1 : 0);
    return m;
}

template <class A, class B>
auto triangular_solution(const A& a, triangle t, form f, const B& b) {
    using T = typename B::Scalar;
    const auto solve = [&]<unsigned int Mode>() -> matrix<T> {
        if (f == form::plain) return a.template triangularView<Mode>().solve(b);
        return a.template triangularView<Mode>().transpose().solve(b);
    };
    if (t == triangle::lower) return solve.template operator()<Eigen::Lower>();
    if (t == triangle::upper) return solve.template operator()<Eigen::Upper>();
    if (t == triangle::unit_lower) return solve.template operator()<Eigen::UnitLower>();
    return solve.template operator()<Eigen::UnitUpper>();
}

}  // namespace detail

/// The entries of a that the triangle has, the rest zero; with a unit kind the diagonal is one.
template <class T>
variable<T> triangular(const variable<T>& a, triangle t) {
    const auto kept = a * a.owner().constant(detail::ones_of<T>(t, a.rows()));
    if (!detail::is_unit(t)) return kept;
    return kept + a.owner().constant(matrix<T>::Identity(a.rows(), a.rows()));
}

/// y with op(A) y = b, A the triangle of a. Throws bad_shape.
template <class T>
variable<T> solve_triangular(const variable<T>& a, triangle t, const variable<T>& b,
                             form f = form::plain) {
    if (a.rows() != a.cols() || b.rows() != a.rows())
        throw bad_shape(diffgen::detail::text("diffgen: solve_triangular of ",
                                              detail::shape_text(a.rows(), a.cols()), " and ",
                                              detail::shape_text(b.rows(), b.cols())));
    const auto y = a.owner().emit(
        b.rows(), b.cols(), {a, b},
        [](const variable<T>& self, int k, const variable<T>& g) {
            const auto [form_a, unused] = self.kept().forms;
            const auto kind = static_cast<triangle>(self.kept().offset);
            const bool plain = form_a == form::plain;
            const auto back =
                solve_triangular(self.parent(0), kind, g, plain ? form::transposed : form::plain);
            if (k == 1) return back;
            const auto outer = plain ? matmul(back, self, form::plain, form::transposed)
                                     : matmul(self, back, form::plain, form::transposed);
            return -(outer * self.owner().constant(detail::ones_of<T>(kind, outer.rows())));
        },
        {.offset = static_cast<extent>(t), .forms = {f, form::plain}});
    y.result() = detail::triangular_solution(a.value(), t, f, b.value());
    return y;
}

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>

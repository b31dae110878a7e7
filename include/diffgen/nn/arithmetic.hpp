// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// + - * / by element, with columns, rows and scalars broadcast, and the same with constants.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/broadcast.hpp>
#include <diffgen/nn/tape.hpp>

#include <algorithm>
#include <type_traits>

namespace diffgen::inline DIFFGEN_ABI::nn {

namespace detail {

/// A node op(a, b) by element; sizes of 1 are spread.
template <class T, class Operation>
variable<T> combine(const variable<T>& a, const variable<T>& b, Operation op,
                    std::type_identity_t<rule<T>> vjp) {
    const auto fits = [](extent p, extent q) { return p == q || p == 1 || q == 1; };
    if (!fits(a.rows(), b.rows()) || !fits(a.cols(), b.cols()))
        throw bad_shape(diffgen::detail::text(
            "diffgen: an operation by element on ", shape_text(a.rows(), a.cols()), " and ",
            shape_text(b.rows(), b.cols()), "; sizes must be equal or 1"));
    const extent rows = std::max(a.rows(), b.rows()), cols = std::max(a.cols(), b.cols());
    const auto y = a.owner().emit(rows, cols, {a, b}, vjp);
    auto out = y.result().array();
    const auto u = a.value().array(), v = b.value().array();
    if (a.rows() == b.rows() && a.cols() == b.cols()) {
        out = u.binaryExpr(v, op);
        return y;
    }
    for (extent j = 0; j < cols; ++j) {
        const auto p = u.col(a.cols() == 1 ? 0 : j), q = v.col(b.cols() == 1 ? 0 : j);
        const auto spread = [rows](T value) {
            return Eigen::Array<T, Eigen::Dynamic, 1>::Constant(rows, value);
        };
        if (a.rows() == b.rows())
            out.col(j) = p.binaryExpr(q, op);
        else if (a.rows() == 1)
            out.col(j) = spread(p(0)).binaryExpr(q, op);
        else
            out.col(j) = p.binaryExpr(spread(q(0)), op);
    }
    return y;
}

/// g summed to the shape of the k-th parent of y.
template <class T>
variable<T> fold(const variable<T>& g, const variable<T>& y, int k) {
    return reduce_to(g, y.parent(k).rows(), y.parent(k).cols());
}

}  // namespace detail

template <class T>
variable<T> operator*(const variable<T>& x, std::type_identity_t<T> factor) {
    const auto y = x.owner().emit(
        x.rows(), x.cols(), {x},
        [](const variable<T>& self, int, const variable<T>& g) { return g * self.kept().factor; },
        {.factor = factor});
    y.result() = x.value() * factor;
    return y;
}

template <class T>
variable<T> operator+(const variable<T>& x, std::type_identity_t<T> term) {
    const auto y = x.owner().emit(x.rows(), x.cols(), {x},
                                  [](const variable<T>&, int, const variable<T>& g) { return g; });
    y.result().array() = x.value().array() + term;
    return y;
}

template <class T>
variable<T> operator-(const variable<T>& x) {
    return x * T(-1);
}

template <class T>
variable<T> operator+(const variable<T>& a, const variable<T>& b) {
    return detail::combine(
        a, b, Eigen::internal::scalar_sum_op<T, T>{},
        [](const variable<T>& y, int k, const variable<T>& g) { return detail::fold(g, y, k); });
}

template <class T>
variable<T> operator-(const variable<T>& a, const variable<T>& b) {
    return detail::combine(a, b, Eigen::internal::scalar_difference_op<T, T>{},
                           [](const variable<T>& y, int k, const variable<T>& g) {
                               return detail::fold(k == 0 ? g : -g, y, k);
                           });
}

/// By element (Hadamard); for the product of matrices see matmul.
template <class T>
variable<T> operator*(const variable<T>& a, const variable<T>& b) {
    return detail::combine(a, b, Eigen::internal::scalar_product_op<T, T>{},
                           [](const variable<T>& y, int k, const variable<T>& g) {
                               return detail::fold(g * y.parent(1 - k), y, k);
                           });
}

template <class T>
variable<T> operator/(const variable<T>& a, const variable<T>& b) {
    return detail::combine(a, b, Eigen::internal::scalar_quotient_op<T, T>{},
                           [](const variable<T>& y, int k, const variable<T>& g) {
                               const auto part = g / y.parent(1);
                               return detail::fold(k == 0 ? part : -(part * y), y, k);
                           });
}

template <class T>
variable<T> operator*(std::type_identity_t<T> factor, const variable<T>& x) {
    return x * factor;
}

template <class T>
variable<T> operator/(const variable<T>& x, std::type_identity_t<T> divisor) {
    return x * (T(1) / divisor);
}

template <class T>
variable<T> operator+(std::type_identity_t<T> term, const variable<T>& x) {
    return x + term;
}

template <class T>
variable<T> operator-(const variable<T>& x, std::type_identity_t<T> term) {
    return x + (-term);
}

template <class T>
variable<T> operator-(std::type_identity_t<T> term, const variable<T>& x) {
    return -x + term;
}

/// a b + c.
template <class T>
variable<T> fma(const variable<T>& a, const variable<T>& b, const variable<T>& c) {
    return a * b + c;
}

/// The mean of all entries: 1 x 1.
template <class T>
variable<T> mean(const variable<T>& x) {
    return sum(x) / static_cast<T>(x.size());
}

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>

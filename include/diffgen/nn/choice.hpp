// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Comparisons and what follows them: select, min, max, abs, clamp. A gradient goes to the branch
// that was taken, and the other's is exactly zero. (Zero times an infinite slope is NaN all the
// same: where a branch has a pole, its argument must be moved away from it before.)

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/arithmetic.hpp>
#include <diffgen/nn/tape.hpp>

#include <algorithm>
#include <initializer_list>
#include <type_traits>

namespace diffgen::inline DIFFGEN_ABI::nn {

/// Where a comparison holds: a variable of ones and zeros, through which no gradient goes.
template <class T>
struct mask {
    variable<T> ones;

    friend mask operator&(const mask& a, const mask& b) { return {a.ones * b.ones}; }
    friend mask operator|(const mask& a, const mask& b) { return !((!a) & (!b)); }
    friend mask operator!(const mask& a) { return {T(1) - a.ones}; }
};

template <class T>
bool any(const mask<T>& where) {
    return (where.ones.value().array() > T(0)).any();
}

namespace detail {

template <class T, class Comparison>
mask<T> compare(const variable<T>& a, const variable<T>& b, Comparison holds) {
    return {combine(
        a, b, [holds](T p, T q) { return holds(p, q) ? T(1) : T(0); }, nullptr)};
}

/// How far apart the neighbours of a matrix lie, none along a size of 1, which is spread.
template <class T>
struct spread_matrix {
    const T* data;
    extent row, column;

    explicit spread_matrix(const variable<T>& x)
        : data(x.value().data()),
          row(x.rows() == 1 ? 0 : 1),
          column(x.cols() == 1 ? 0 : x.rows()) {}
    T operator()(extent i, extent j) const { return data[i * row + j * column]; }
};

/// The size that all share or have as 1; throws bad_shape where there is none.
[[gnu::noinline]] inline extent common_size(std::initializer_list<extent> sizes) {
    const extent all = std::max(sizes);
    for (const extent each : sizes)
        if (each != all && each != 1)
            throw bad_shape(diffgen::detail::text("diffgen: select of sizes ", each, " and ", all,
                                                  "; must be equal or 1"));
    return all;
}

}  // namespace detail

template <class T>
mask<T> operator<(const variable<T>& a, const variable<T>& b) {
    return detail::compare(a, b, [](T p, T q) { return p < q; });
}
template <class T>
mask<T> operator<=(const variable<T>& a, const variable<T>& b) {
    return detail::compare(a, b, [](T p, T q) { return p <= q; });
}
template <class T>
mask<T> operator>(const variable<T>& a, const variable<T>& b) {
    return b < a;
}
template <class T>
mask<T> operator>=(const variable<T>& a, const variable<T>& b) {
    return b <= a;
}
template <class T>
mask<T> operator<(const variable<T>& a, std::type_identity_t<T> b) {
    return a < a.owner().scalar(b);
}
template <class T>
mask<T> operator<=(const variable<T>& a, std::type_identity_t<T> b) {
    return a <= a.owner().scalar(b);
}
template <class T>
mask<T> operator>(const variable<T>& a, std::type_identity_t<T> b) {
    return a.owner().scalar(b) < a;
}
template <class T>
mask<T> operator>=(const variable<T>& a, std::type_identity_t<T> b) {
    return a.owner().scalar(b) <= a;
}

/// a where the mask holds, b elsewhere; sizes of 1 are spread. Throws bad_shape.
template <class T>
variable<T> select(const mask<T>& where, const variable<T>& a, const variable<T>& b) {
    const variable<T>& w = where.ones;
    const extent rows = detail::common_size({w.rows(), a.rows(), b.rows()});
    const extent cols = detail::common_size({w.cols(), a.cols(), b.cols()});
    const auto y = a.owner().emit(
        rows, cols, {a, b},
        [](const variable<T>& self, int k, const variable<T>& g) {
            const mask<T> held{{self.owner(), self.kept().operand}};
            const auto zero = self.owner().scalar(T(0));
            return detail::fold(k == 0 ? select(held, g, zero) : select(held, zero, g), self, k);
        },
        {.operand = w.id()});
    const detail::spread_matrix<T> holds(w), p(a), q(b);
    auto out = y.result();
    for (extent j = 0; j < cols; ++j)
        for (extent i = 0; i < rows; ++i)
            out(i, j) = holds(i, j) > T(0) ? p(i, j) : q(i, j);
    return y;
}
template <class T>
variable<T> select(const mask<T>& where, const variable<T>& a, std::type_identity_t<T> b) {
    return select(where, a, a.owner().scalar(b));
}
template <class T>
variable<T> select(const mask<T>& where, std::type_identity_t<T> a, const variable<T>& b) {
    return select(where, b.owner().scalar(a), b);
}

template <class T>
variable<T> min(const variable<T>& a, const variable<T>& b) {
    return select(a < b, a, b);
}
template <class T>
variable<T> max(const variable<T>& a, const variable<T>& b) {
    return select(a > b, a, b);
}
template <class T>
variable<T> min(const variable<T>& a, std::type_identity_t<T> b) {
    return select(a < b, a, b);
}
template <class T>
variable<T> max(const variable<T>& a, std::type_identity_t<T> b) {
    return select(a > b, a, b);
}
/// |x|; the derivative at 0 is taken as 1.
template <class T>
variable<T> abs(const variable<T>& x) {
    return select(x < T(0), -x, x);
}
/// The nearest number of [low, high]; outside no gradient goes through.
template <class T>
variable<T> clamp(const variable<T>& x, std::type_identity_t<T> low, std::type_identity_t<T> high) {
    return select(x < low, low, select(x > high, high, x));
}

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>

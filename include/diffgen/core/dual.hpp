// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Forward-mode differentiation: a number beside its derivatives in N directions (Griewank and
// Walther 2008, chapter 3.1). A dual is a value (core/lanes.hpp), so that a functor that is a
// template on its value also gives the products of its Jacobian, on lanes too. The elementary
// functions of duals are in core/dual_functions.hpp.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/lanes.hpp>

#include <array>
#include <cstddef>
#include <type_traits>

namespace diffgen::inline DIFFGEN_ABI {

/// primal + sum over n of tangents[n] e_n, e_n e_m = 0. V is a float, a double or a pack of them.
template <class V, int N = 1>
struct dual {
    V primal;
    std::array<V, static_cast<std::size_t>(N)> tangents;
};

template <class V, int N>
struct value_traits<dual<V, N>> {
    using scalar = typename value_traits<V>::scalar;
    using mask = typename value_traits<V>::mask;
    using bits = typename value_traits<V>::bits;
    static constexpr int width = value_traits<V>::width;
};

namespace detail {

template <class V, int N>
struct is_value<dual<V, N>> : std::true_type {};

template <class V>
inline constexpr bool is_dual = false;
template <class V, int N>
inline constexpr bool is_dual<dual<V, N>> = true;

template <class V>
concept dual_number = is_dual<V>;

/// The dual whose value is given, and whose tangents are derivative * those of x.
template <class V, int N>
DIFFGEN_VALUE dual<V, N> chain(const V& value, const V& derivative, const dual<V, N>& x) {
    dual<V, N> y{value, {}};
    for (std::size_t n = 0; n < std::size_t{N}; ++n)
        y.tangents[n] = product(derivative, x.tangents[n]);
    return y;
}

}  // namespace detail

/// V with every lane equal to s, and no derivative.
template <detail::dual_number D>
DIFFGEN_VALUE D broadcast(typename value_traits<D>::scalar s) {
    using V = decltype(D::primal);
    D x{broadcast<V>(s), {}};
    for (V& t : x.tangents)
        t = broadcast<V>(0);
    return x;
}

template <class V, int N>
DIFFGEN_VALUE dual<V, N> operator-(const dual<V, N>& a) {
    dual<V, N> y{-a.primal, {}};
    for (std::size_t n = 0; n < std::size_t{N}; ++n)
        y.tangents[n] = -a.tangents[n];
    return y;
}
template <class V, int N>
DIFFGEN_VALUE dual<V, N> operator+(const dual<V, N>& a, const dual<V, N>& b) {
    dual<V, N> y{a.primal + b.primal, {}};
    for (std::size_t n = 0; n < std::size_t{N}; ++n)
        y.tangents[n] = a.tangents[n] + b.tangents[n];
    return y;
}
template <class V, int N>
DIFFGEN_VALUE dual<V, N> operator-(const dual<V, N>& a, const dual<V, N>& b) {
    dual<V, N> y{a.primal - b.primal, {}};
    for (std::size_t n = 0; n < std::size_t{N}; ++n)
        y.tangents[n] = a.tangents[n] - b.tangents[n];
    return y;
}
template <class V, int N>
DIFFGEN_VALUE dual<V, N> operator*(const dual<V, N>& a, const dual<V, N>& b) {
    dual<V, N> y{a.primal * b.primal, {}};
    for (std::size_t n = 0; n < std::size_t{N}; ++n)
        y.tangents[n] = fma(a.primal, b.tangents[n], product(a.tangents[n], b.primal));
    return y;
}
template <class V, int N>
DIFFGEN_VALUE dual<V, N> operator/(const dual<V, N>& a, const dual<V, N>& b) {
    const V quotient = a.primal / b.primal, reciprocal = broadcast<V>(1) / b.primal;
    dual<V, N> y{quotient, {}};
    for (std::size_t n = 0; n < std::size_t{N}; ++n)
        y.tangents[n] = product(fma(-quotient, b.tangents[n], a.tangents[n]), reciprocal);
    return y;
}

template <class V, int N>
DIFFGEN_VALUE dual<V, N> operator+(const dual<V, N>& a, typename value_traits<V>::scalar b) {
    return {a.primal + b, a.tangents};
}
template <class V, int N>
DIFFGEN_VALUE dual<V, N> operator+(typename value_traits<V>::scalar a, const dual<V, N>& b) {
    return {a + b.primal, b.tangents};
}
template <class V, int N>
DIFFGEN_VALUE dual<V, N> operator-(const dual<V, N>& a, typename value_traits<V>::scalar b) {
    return {a.primal - b, a.tangents};
}
template <class V, int N>
DIFFGEN_VALUE dual<V, N> operator-(typename value_traits<V>::scalar a, const dual<V, N>& b) {
    return broadcast<dual<V, N>>(a) - b;
}
template <class V, int N>
DIFFGEN_VALUE dual<V, N> operator*(const dual<V, N>& a, typename value_traits<V>::scalar b) {
    return detail::chain(V(a.primal * b), broadcast<V>(b), a);
}
template <class V, int N>
DIFFGEN_VALUE dual<V, N> operator*(typename value_traits<V>::scalar a, const dual<V, N>& b) {
    return b * a;
}
template <class V, int N>
DIFFGEN_VALUE dual<V, N> operator/(const dual<V, N>& a, typename value_traits<V>::scalar b) {
    return detail::chain(V(a.primal / b), broadcast<V>(1 / b), a);
}
template <class V, int N>
DIFFGEN_VALUE dual<V, N> operator/(typename value_traits<V>::scalar a, const dual<V, N>& b) {
    return broadcast<dual<V, N>>(a) / b;
}
template <class V, int N, class B>
DIFFGEN_VALUE dual<V, N>& operator+=(dual<V, N>& a, const B& b) {
    return a = a + b;
}
template <class V, int N, class B>
DIFFGEN_VALUE dual<V, N>& operator-=(dual<V, N>& a, const B& b) {
    return a = a - b;
}

// Comparisons are those of the values.
template <class V, int N>
DIFFGEN_VALUE auto operator<(const dual<V, N>& a, const dual<V, N>& b) {
    return a.primal < b.primal;
}
template <class V, int N>
DIFFGEN_VALUE auto operator>(const dual<V, N>& a, const dual<V, N>& b) {
    return a.primal > b.primal;
}
template <class V, int N>
DIFFGEN_VALUE auto operator<=(const dual<V, N>& a, const dual<V, N>& b) {
    return a.primal <= b.primal;
}
template <class V, int N>
DIFFGEN_VALUE auto operator>=(const dual<V, N>& a, const dual<V, N>& b) {
    return a.primal >= b.primal;
}
template <class V, int N>
DIFFGEN_VALUE auto operator<(const dual<V, N>& a, typename value_traits<V>::scalar b) {
    return a.primal < broadcast<V>(b);
}
template <class V, int N>
DIFFGEN_VALUE auto operator>(const dual<V, N>& a, typename value_traits<V>::scalar b) {
    return a.primal > broadcast<V>(b);
}
template <class V, int N>
DIFFGEN_VALUE auto operator<=(const dual<V, N>& a, typename value_traits<V>::scalar b) {
    return a.primal <= broadcast<V>(b);
}
template <class V, int N>
DIFFGEN_VALUE auto operator>=(const dual<V, N>& a, typename value_traits<V>::scalar b) {
    return a.primal >= broadcast<V>(b);
}

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>

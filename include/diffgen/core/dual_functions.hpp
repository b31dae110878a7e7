// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The functions of values (core/lanes.hpp, core/math.hpp) on duals, by the chain rule.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/dual.hpp>
#include <diffgen/core/math.hpp>

#include <cmath>
#include <cstddef>

namespace diffgen::inline DIFFGEN_ABI {

template <class V, int N>
DIFFGEN_VALUE dual<V, N> fma(const dual<V, N>& a, const dual<V, N>& b, const dual<V, N>& c) {
    dual<V, N> y{fma(a.primal, b.primal, c.primal), {}};
    for (std::size_t n = 0; n < std::size_t{N}; ++n)
        y.tangents[n] = fma(a.primal, b.tangents[n], fma(a.tangents[n], b.primal, c.tangents[n]));
    return y;
}
template <class V, int N>
DIFFGEN_VALUE dual<V, N> product(const dual<V, N>& a, const dual<V, N>& b) {
    dual<V, N> y = a * b;
    y.primal = product(a.primal, b.primal);
    return y;
}

/// mask ? a : b, with the derivatives of the one that is taken.
template <class Mask, class V, int N>
DIFFGEN_VALUE dual<V, N> select(const Mask& mask, const dual<V, N>& a, const dual<V, N>& b) {
    dual<V, N> y{select(mask, a.primal, b.primal), {}};
    for (std::size_t n = 0; n < std::size_t{N}; ++n)
        y.tangents[n] = select(mask, a.tangents[n], b.tangents[n]);
    return y;
}
/// The smaller, with its derivatives; where both are equal, those of b.
template <class V, int N>
DIFFGEN_VALUE dual<V, N> min(const dual<V, N>& a, const dual<V, N>& b) {
    return select(a.primal < b.primal, a, b);
}
template <class V, int N>
DIFFGEN_VALUE dual<V, N> max(const dual<V, N>& a, const dual<V, N>& b) {
    return select(a.primal > b.primal, a, b);
}
/// The absolute value; its derivative at 0 is that of x.
template <class V, int N>
DIFFGEN_VALUE dual<V, N> abs(const dual<V, N>& x) {
    dual<V, N> y = select(x.primal < broadcast<V>(0), -x, x);
    y.primal = abs(x.primal);
    return y;
}

template <class V, int N>
DIFFGEN_VALUE dual<V, N> sqrt(const dual<V, N>& x) {
    const V root = sqrt(x.primal);
    return detail::chain(root, broadcast<V>(typename value_traits<V>::scalar(0.5)) / root, x);
}
template <class V, int N>
DIFFGEN_VALUE dual<V, N> exp(const dual<V, N>& x) {
    const V e = exp(x.primal);
    return detail::chain(e, e, x);
}
template <class V, int N>
DIFFGEN_VALUE dual<V, N> expm1(const dual<V, N>& x) {
    return detail::chain(expm1(x.primal), exp(x.primal), x);
}
template <class V, int N>
DIFFGEN_VALUE dual<V, N> log(const dual<V, N>& x) {
    return detail::chain(log(x.primal), V(broadcast<V>(1) / x.primal), x);
}
template <class V, int N>
DIFFGEN_VALUE dual<V, N> sin(const dual<V, N>& x) {
    return detail::chain(sin(x.primal), cos(x.primal), x);
}
template <class V, int N>
DIFFGEN_VALUE dual<V, N> cos(const dual<V, N>& x) {
    return detail::chain(cos(x.primal), V(-sin(x.primal)), x);
}
template <class V, int N>
DIFFGEN_VALUE dual<V, N> tanh(const dual<V, N>& x) {
    const V t = tanh(x.primal);
    return detail::chain(t, V(fma(-t, t, broadcast<V>(1))), x);
}

/// The value without its derivatives: where a gradient is to stop.
template <value V>
[[nodiscard]] DIFFGEN_VALUE V stopped(const V& x) {
    return x;
}
template <class V, int N>
[[nodiscard]] DIFFGEN_VALUE dual<V, N> stopped(const dual<V, N>& x) {
    dual<V, N> y = broadcast<dual<V, N>>(0);
    y.primal = x.primal;
    return y;
}

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Functions by element: powers, exponentials, circular and hyperbolic functions.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/arithmetic.hpp>
#include <diffgen/nn/tape.hpp>

#include <cmath>
#include <type_traits>

namespace diffgen::inline DIFFGEN_ABI::nn {

namespace detail {

/// A node of x's shape; the caller writes its result.
template <class T>
variable<T> by_element(const variable<T>& x, std::type_identity_t<rule<T>> vjp,
                       const attributes<T>& kept = {}) {
    return x.owner().emit(x.rows(), x.cols(), {x}, vjp, kept);
}

}  // namespace detail

template <class T>
variable<T> square(const variable<T>& x) {
    const auto y = detail::by_element(x, [](const variable<T>& self, int, const variable<T>& g) {
        return (g * self.parent(0)) * T(2);
    });
    y.result().array() = x.value().array().square();
    return y;
}

/// Numbers are taken one by one, here and in rsqrt: in packets Eigen rounds square roots otherwise
/// than in what is left over at the end, so that the bits would depend on the place of a number.
template <class T>
variable<T> sqrt(const variable<T>& x) {
    const auto y = detail::by_element(
        x, [](const variable<T>& self, int, const variable<T>& g) { return g / (self * T(2)); });
    y.result() = x.value().unaryExpr([](T v) { return std::sqrt(v); });
    return y;
}

/// 1 / sqrt(x).
template <class T>
variable<T> rsqrt(const variable<T>& x) {
    const auto y = detail::by_element(x, [](const variable<T>& self, int, const variable<T>& g) {
        return (g * (self * square(self))) * T(-0.5);
    });
    y.result() = x.value().unaryExpr([](T v) { return T(1) / std::sqrt(v); });
    return y;
}

template <class T>
variable<T> exp(const variable<T>& x) {
    const auto y = detail::by_element(
        x, [](const variable<T>& self, int, const variable<T>& g) { return g * self; });
    y.result().array() = x.value().array().exp();
    return y;
}

template <class T>
variable<T> log(const variable<T>& x) {
    const auto y = detail::by_element(
        x, [](const variable<T>& self, int, const variable<T>& g) { return g / self.parent(0); });
    y.result().array() = x.value().array().log();
    return y;
}

/// log(1 + x), right for small x.
template <class T>
variable<T> log1p(const variable<T>& x) {
    const auto y = detail::by_element(x, [](const variable<T>& self, int, const variable<T>& g) {
        return g / (self.parent(0) + T(1));
    });
    y.result().array() = x.value().array().log1p();
    return y;
}

/// exp(x) - 1, right for small x.
template <class T>
variable<T> expm1(const variable<T>& x) {
    const auto y = detail::by_element(
        x, [](const variable<T>& self, int, const variable<T>& g) { return g * (self + T(1)); });
    y.result().array() = x.value().array().unaryExpr([](T v) { return std::expm1(v); });
    return y;
}

template <class T>
variable<T> erf(const variable<T>& x) {
    const auto y = detail::by_element(x, [](const variable<T>& self, int, const variable<T>& g) {
        const T slope = T(1.1283791670955125738961589031215452);  // 2 / sqrt(pi)
        return g * (exp(-square(self.parent(0))) * slope);
    });
    y.result().array() = x.value().array().unaryExpr([](T v) { return std::erf(v); });
    return y;
}

template <class T>
variable<T> cos(const variable<T>& x);

template <class T>
variable<T> sin(const variable<T>& x) {
    const auto y = detail::by_element(x, [](const variable<T>& self, int, const variable<T>& g) {
        return g * cos(self.parent(0));
    });
    y.result().array() = x.value().array().sin();
    return y;
}

template <class T>
variable<T> cos(const variable<T>& x) {
    const auto y = detail::by_element(x, [](const variable<T>& self, int, const variable<T>& g) {
        return -(g * sin(self.parent(0)));
    });
    y.result().array() = x.value().array().cos();
    return y;
}

template <class T>
variable<T> tanh(const variable<T>& x) {
    const auto y = detail::by_element(x, [](const variable<T>& self, int, const variable<T>& g) {
        return g * (T(1) - square(self));
    });
    y.result().array() = x.value().array().tanh();
    return y;
}

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>

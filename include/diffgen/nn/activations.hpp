// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The nonlinearities of networks: sigmoid, softplus, SiLU (Elfwing 2018), ReLU and its leaky kin.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/arithmetic.hpp>
#include <diffgen/nn/functions.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::nn {

namespace detail {

/// 1 / (1 + exp(-x)) as an Eigen array expression; exp's overflow gives the right 0.
template <class Array>
auto sigmoid_of(const Array& x) {
    using T = typename Array::Scalar;
    return ((-x).exp() + T(1)).inverse();
}

}  // namespace detail

/// 1 / (1 + exp(-x)).
template <class T>
variable<T> sigmoid(const variable<T>& x) {
    const auto y = detail::by_element(x, [](const variable<T>& self, int, const variable<T>& g) {
        return g * (self - square(self));
    });
    const auto in = x.value();
    y.result().array() = detail::sigmoid_of(in.array());
    return y;
}

/// log(1 + exp(x)), without overflow.
template <class T>
variable<T> softplus(const variable<T>& x) {
    const auto y = detail::by_element(x, [](const variable<T>& self, int, const variable<T>& g) {
        return g * sigmoid(self.parent(0));
    });
    const auto in = x.value();
    y.result().array() = in.array().max(T(0)) + (-in.array().abs()).exp().log1p();
    return y;
}

/// log(1 / (1 + exp(-x))), without overflow.
template <class T>
variable<T> log_sigmoid(const variable<T>& x) {
    return -softplus(-x);
}

namespace detail {

/// The derivative of SiLU, s (1 + x (1 - s)) with s = sigmoid(x), in one pass; its own derivative
/// is s (1 - s) (2 + x (1 - 2 s)).
template <class T>
variable<T> silu_slope(const variable<T>& x) {
    const auto y = by_element(x, [](const variable<T>& self, int, const variable<T>& g) {
        const auto u = self.parent(0);
        const auto s = sigmoid(u);
        return g * ((s - square(s)) * (u * (T(1) - s * T(2)) + T(2)));
    });
    const auto in = x.value();
    y.result().array() = sigmoid_of(in.array());
    auto s = y.result().array();
    s = s * (in.array() * (T(1) - s) + T(1));
    return y;
}

}  // namespace detail

/// x sigmoid(x).
template <class T>
variable<T> silu(const variable<T>& x) {
    const auto y = detail::by_element(x, [](const variable<T>& self, int, const variable<T>& g) {
        return g * detail::silu_slope(self.parent(0));
    });
    const auto in = x.value();
    y.result().array() = in.array() * detail::sigmoid_of(in.array());
    return y;
}

namespace detail {

/// 1 where x > 0, `slope` elsewhere; constant almost everywhere, so that no gradient passes.
template <class T>
variable<T> rectifier_mask(const variable<T>& x, T slope) {
    const auto y = by_element(x, nullptr);
    y.result() = (x.value().array() > T(0))
                     .select(matrix<T>::Ones(x.rows(), x.cols()),
                             matrix<T>::Constant(x.rows(), x.cols(), slope));
    return y;
}

}  // namespace detail

/// x where positive, slope x elsewhere; the derivative at 0 is taken as `slope`.
template <class T>
variable<T> relu(const variable<T>& x, std::type_identity_t<T> slope = T(0)) {
    return x * detail::rectifier_mask(x, slope);
}

/// The value of x as a constant: no gradient passes.
template <class T>
variable<T> detach(const variable<T>& x) {
    return x.owner().refer(x.value().data(), x.rows(), x.cols());
}

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Functions by element, comparisons and choices on matrices of values.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/elementary.hpp>
#include <diffgen/nn/values.hpp>

#include <cstddef>
#include <type_traits>

namespace diffgen::inline DIFFGEN_ABI::nn {

template <value V>
values<V> exp(const values<V>& x) {
    return detail::mapped(x, [](const V& v) { return diffgen::exp(v); });
}
template <value V>
values<V> log(const values<V>& x) {
    return detail::mapped(x, [](const V& v) { return diffgen::log(v); });
}
template <value V>
values<V> log1p(const values<V>& x) {
    return detail::mapped(x, [](const V& v) { return diffgen::log1p(v); });
}
template <value V>
values<V> expm1(const values<V>& x) {
    return detail::mapped(x, [](const V& v) { return diffgen::expm1(v); });
}
template <value V>
values<V> sqrt(const values<V>& x) {
    return detail::mapped(x, [](const V& v) { return diffgen::sqrt(v); });
}
template <value V>
values<V> rsqrt(const values<V>& x) {
    return detail::mapped(x, [](const V& v) { return diffgen::rsqrt(v); });
}
template <value V>
values<V> square(const values<V>& x) {
    return detail::mapped(x, [](const V& v) { return diffgen::square(v); });
}
template <value V>
values<V> tanh(const values<V>& x) {
    return detail::mapped(x, [](const V& v) { return diffgen::tanh(v); });
}
template <value V>
values<V> sigmoid(const values<V>& x) {
    return detail::mapped(x, [](const V& v) { return diffgen::sigmoid(v); });
}
template <value V>
values<V> softplus(const values<V>& x) {
    return detail::mapped(x, [](const V& v) { return diffgen::softplus(v); });
}
template <value V>
values<V> log_sigmoid(const values<V>& x) {
    return detail::mapped(x, [](const V& v) { return diffgen::log_sigmoid(v); });
}
template <value V>
values<V> silu(const values<V>& x) {
    return detail::mapped(x, [](const V& v) { return diffgen::silu(v); });
}
template <value V>
values<V> abs(const values<V>& x) {
    return detail::mapped(x, [](const V& v) { return diffgen::abs(v); });
}
template <value V>
values<V> relu(const values<V>& x, std::type_identity_t<scalar_of<V>> slope = scalar_of<V>(0)) {
    return detail::mapped(x, [slope](const V& v) { return diffgen::relu(v, slope); });
}
/// A value is a constant already.
template <value V>
values<V> detach(const values<V>& x) {
    return x;
}

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>

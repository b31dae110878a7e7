// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The functions of networks and likelihoods on values (core/lanes.hpp): what nn/functions.hpp and
// nn/activations.hpp are on the tape, under the same names, for a number or a pack of lanes.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/lanes.hpp>
#include <diffgen/core/math.hpp>

#include <limits>

namespace diffgen::inline DIFFGEN_ABI {

/// log(1 + x) for x above -1. What 1 + x rounds away is put back (Kahan): below 2 ulp for x >= 0.
template <value V>
DIFFGEN_VALUE V log1p(const V& x) {
    using T = scalar_of<V>;
    const V one = broadcast<V>(T(1)), sum = one + x;
    const V lost = x - (sum - one);
    return select(sum < broadcast<V>(std::numeric_limits<T>::infinity()), log(sum) + lost / sum,
                  sum);
}

template <value V>
DIFFGEN_VALUE V square(const V& x) {
    return product(x, x);
}

template <value V>
DIFFGEN_VALUE V rsqrt(const V& x) {
    return broadcast<V>(scalar_of<V>(1)) / diffgen::sqrt(x);
}

/// 1 / (1 + exp(-x)); where exp overflows the result is the right 0.
template <value V>
DIFFGEN_VALUE V sigmoid(const V& x) {
    const V one = broadcast<V>(scalar_of<V>(1));
    return one / (one + exp(-x));
}

/// log(1 + exp(x)), without overflow.
template <value V>
DIFFGEN_VALUE V softplus(const V& x) {
    return diffgen::max(x, broadcast<V>(scalar_of<V>(0))) + log1p(exp(-diffgen::abs(x)));
}

/// log(1 / (1 + exp(-x))), without overflow.
template <value V>
DIFFGEN_VALUE V log_sigmoid(const V& x) {
    return -softplus(-x);
}

template <value V>
DIFFGEN_VALUE V silu(const V& x) {
    const V one = broadcast<V>(scalar_of<V>(1));
    return x / (one + exp(-x));
}

/// x where positive, slope x elsewhere.
template <value V>
DIFFGEN_VALUE V relu(const V& x, scalar_of<V> slope = scalar_of<V>(0)) {
    return select(x > broadcast<V>(scalar_of<V>(0)), x, product(x, broadcast<V>(slope)));
}

template <value V>
DIFFGEN_VALUE V clamp(const V& x, scalar_of<V> low, scalar_of<V> high) {
    return diffgen::max(broadcast<V>(low), diffgen::min(broadcast<V>(high), x));
}

/// A value is a constant already.
template <value V>
DIFFGEN_VALUE V detach(const V& x) {
    return x;
}

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>

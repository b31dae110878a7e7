// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Layer normalisation (Ba, Kiros and Hinton 2016): every column to mean 0 and variance 1.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/arithmetic.hpp>
#include <diffgen/nn/derived.hpp>
#include <diffgen/nn/functions.hpp>

#include <type_traits>

namespace diffgen::inline DIFFGEN_ABI::nn {

/// (x - mean) / sqrt(variance + epsilon), mean and variance over the rows of each column.
template <operand M>
M layer_norm(const M& x,
             std::type_identity_t<typename M::scalar> epsilon = typename M::scalar(1e-5)) {
    const M centred = x - mean_over_rows(x);
    return centred * rsqrt(mean_over_rows(square(centred)) + epsilon);
}

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>

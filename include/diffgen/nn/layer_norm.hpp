// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Layer normalisation (Ba, Kiros and Hinton 2016): every column to mean 0 and variance 1.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/arithmetic.hpp>
#include <diffgen/nn/functions.hpp>

namespace diffgen::inline DIFFGEN_ABI::nn {

/// (x - mean) / sqrt(variance + epsilon), mean and variance over the rows of each column.
template <class T>
variable<T> layer_norm(const variable<T>& x, std::type_identity_t<T> epsilon = T(1e-5)) {
    const auto centred = x - mean_over_rows(x);
    return centred * rsqrt(mean_over_rows(square(centred)) + epsilon);
}

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>

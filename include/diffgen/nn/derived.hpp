// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What follows from other operations: one formula for variables of a tape and for values without
// one.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/matrix.hpp>

#include <concepts>

namespace diffgen::inline DIFFGEN_ABI::nn {

/// A matrix of the operations: a variable of a tape, or values.
template <class M>
concept operand = requires(const M& x, extent n) {
    { reduce_to(x, n, n) } -> std::same_as<M>;
};

/// The sum of all entries: 1 x 1.
template <operand M>
M sum(const M& x) {
    return reduce_to(x, 1, 1);
}

/// The sum of every column (one number a sample): 1 x c.
template <operand M>
M sum_over_rows(const M& x) {
    return reduce_to(x, 1, x.cols());
}

/// The mean of every column: 1 x c.
template <operand M>
M mean_over_rows(const M& x) {
    return sum_over_rows(x) / static_cast<typename M::scalar>(x.rows());
}

/// The sum of every row (one number a feature): r x 1.
template <operand M>
M sum_over_cols(const M& x) {
    return reduce_to(x, x.rows(), 1);
}

/// The logarithms of the probabilities of every column's logits.
template <operand M>
M log_softmax(const M& x) {
    return x - logsumexp(x);
}

template <operand M>
M softmax(const M& x) {
    return exp(log_softmax(x));
}

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>

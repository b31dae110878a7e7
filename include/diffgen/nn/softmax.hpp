// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Log-sum-exp, softmax and cross-entropy over the rows: one distribution a column.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/arithmetic.hpp>
#include <diffgen/nn/derived.hpp>
#include <diffgen/nn/functions.hpp>

#include <cmath>
#include <span>

namespace diffgen::inline DIFFGEN_ABI::nn {

/// log sum_i exp(x_ij), shifted by each column's largest entry: 1 x c.
template <class T>
variable<T> logsumexp(const variable<T>& x) {
    const auto y =
        x.owner().emit(1, x.cols(), {x}, [](const variable<T>& self, int, const variable<T>& g) {
            return g * exp(self.parent(0) - self);
        });
    for (extent j = 0; j < x.cols(); ++j) {
        const T top = x.value().col(j).maxCoeff();
        y.result()(0, j) = top + std::log((x.value().col(j).array() - top).exp().sum());
    }
    return y;
}

/// -log softmax(logits)[label] of every column: 1 x c. Throws bad_argument and bad_shape.
template <class T>
variable<T> cross_entropy(const variable<T>& logits, std::span<const int> labels) {
    if (static_cast<extent>(labels.size()) != logits.cols())
        throw bad_shape(diffgen::detail::text("diffgen: ", labels.size(), " labels for ",
                                              logits.cols(), " columns of logits"));
    const auto chosen = logits.owner().constant(matrix<T>::Zero(logits.rows(), logits.cols()));
    for (extent j = 0; j < logits.cols(); ++j) {
        const int label = labels[static_cast<std::size_t>(j)];
        if (label < 0 || label >= logits.rows())
            throw bad_argument(
                diffgen::detail::text("diffgen: label ", label, " of ", logits.rows(), " classes"));
        chosen.result()(label, j) = T(1);
    }
    return logsumexp(logits) - sum_over_rows(chosen * logits);
}

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>

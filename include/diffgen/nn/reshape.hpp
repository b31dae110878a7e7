// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The same numbers in another shape, and the transpose.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/tape.hpp>

namespace diffgen::inline DIFFGEN_ABI::nn {

/// The numbers of x, column after column, as columns of `rows` numbers. Throws bad_shape.
template <class T>
variable<T> reshape(const variable<T>& x, extent rows, extent cols) {
    if (rows < 0 || cols < 0 || rows * cols != x.size())
        throw bad_shape(diffgen::detail::text("diffgen: reshape of ",
                                              detail::shape_text(x.rows(), x.cols()), " to ",
                                              detail::shape_text(rows, cols)));
    return x.owner().emit_of_same(
        x, rows, cols, [](const variable<T>& self, int, const variable<T>& g) {
            return reshape(g, self.parent(0).rows(), self.parent(0).cols());
        });
}

template <class T>
variable<T> transpose(const variable<T>& x) {
    const auto y =
        x.owner().emit(x.cols(), x.rows(), {x},
                       [](const variable<T>&, int, const variable<T>& g) { return transpose(g); });
    y.result() = x.value().transpose();
    return y;
}

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>

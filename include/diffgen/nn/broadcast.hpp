// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Sums over rows, columns or everything, and their transposes: columns, rows and scalars spread
// out.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/derived.hpp>
#include <diffgen/nn/tape.hpp>

namespace diffgen::inline DIFFGEN_ABI::nn {

namespace detail {

/// The sum of x[0 .. n) in 16 lanes from the first number on: unlike Eigen's, the same bits
/// wherever a column lies in memory.
template <class T>
T column_sum(const T* x, extent n) {
    using lanes = Eigen::Array<T, 16, 1>;
    lanes total = lanes::Zero();
    extent i = 0;
    for (; i + 16 <= n; i += 16)
        total += Eigen::Map<const lanes>(x + i);
    for (extent k = 0; i + k < n; ++k)
        total(k) += x[i + k];
    return total.sum();
}

}  // namespace detail

template <class T>
variable<T> reduce_to(const variable<T>& x, extent rows, extent cols);

/// x (r x c, r x 1, 1 x c or 1 x 1) repeated to rows x cols.
template <class T>
variable<T> broadcast_to(const variable<T>& x, extent rows, extent cols) {
    if (x.rows() == rows && x.cols() == cols) return x;
    if ((x.rows() != rows && x.rows() != 1) || (x.cols() != cols && x.cols() != 1))
        throw bad_shape(diffgen::detail::text("diffgen: ", detail::shape_text(x.rows(), x.cols()),
                                              " does not broadcast to ",
                                              detail::shape_text(rows, cols)));
    const auto y =
        x.owner().emit(rows, cols, {x}, [](const variable<T>& self, int, const variable<T>& g) {
            return reduce_to(g, self.parent(0).rows(), self.parent(0).cols());
        });
    auto out = y.result();
    const auto in = x.value();
    for (extent j = 0; j < cols; ++j) {
        const extent from = in.cols() == 1 ? 0 : j;
        if (in.rows() == 1)
            out.col(j).setConstant(in(0, from));
        else
            out.col(j) = in.col(from);
    }
    return y;
}

/// x (r x c) summed to rows x cols, each of which is x's own or 1.
template <class T>
variable<T> reduce_to(const variable<T>& x, extent rows, extent cols) {
    if (x.rows() == rows && x.cols() == cols) return x;
    if ((rows != x.rows() && rows != 1) || (cols != x.cols() && cols != 1))
        throw bad_shape(diffgen::detail::text("diffgen: ", detail::shape_text(x.rows(), x.cols()),
                                              " does not reduce to ",
                                              detail::shape_text(rows, cols)));
    const auto y =
        x.owner().emit(rows, cols, {x}, [](const variable<T>& self, int, const variable<T>& g) {
            return broadcast_to(g, self.parent(0).rows(), self.parent(0).cols());
        });
    auto out = y.result();
    const auto in = x.value();
    if (cols == x.cols())
        for (extent j = 0; j < cols; ++j)
            out(0, j) = detail::column_sum(in.col(j).data(), in.rows());
    else if (rows == x.rows())
        out = in.rowwise().sum();
    else
        out(0, 0) = in.sum();
    return y;
}

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>

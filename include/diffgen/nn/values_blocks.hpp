// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Products and the softmax of blocks of matrices of values: what attention on values needs.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/attention.hpp>
#include <diffgen/nn/blocks.hpp>
#include <diffgen/nn/values_shapes.hpp>

namespace diffgen::inline DIFFGEN_ABI::nn {

/// Block (i, j) of the result is op(block (i, j) of a) op(block (i, j) of b).
template <value A, value B>
auto batched_matmul(const values<A>& a, const values<B>& b, block_grid grid, form fa = form::plain,
                    form fb = form::plain) {
    using V = detail::wider<A, B>;
    const detail::block_product size(a, fa, b, fb, grid);
    const bool ta = fa == form::transposed, tb = fb == form::transposed;
    values<V> y(size.rows * grid.rows, size.cols * grid.cols, scalar_of<V>(0));
    for (extent n = 0; n < grid.cols; ++n)
        for (extent h = 0; h < grid.rows; ++h) {
            const auto entry = [&](const auto& m, bool transposed, extent rows, extent cols,
                                   extent i, extent j) {
                return detail::widened<V>(transposed ? m(h * cols + j, n * rows + i)
                                                     : m(h * rows + i, n * cols + j));
            };
            for (extent j = 0; j < size.cols; ++j)
                for (extent k = 0; k < size.inner; ++k) {
                    const V factor = entry(b, tb, size.inner, size.cols, k, j);
                    for (extent i = 0; i < size.rows; ++i) {
                        V& sum = y(h * size.rows + i, n * size.cols + j);
                        sum = diffgen::fma(entry(a, ta, size.rows, size.inner, i, k), factor, sum);
                    }
                }
        }
    return y;
}

template <value V>
values<V> block_softmax(const values<V>& x, block_grid grid, sight seen = sight::all) {
    const detail::block_size size("block_softmax", x.rows(), x.cols(), grid);
    values<V> y(x.rows(), x.cols(), scalar_of<V>(0));
    for (extent j = 0; j < x.cols(); ++j)
        for (extent first = 0; first < x.rows(); first += size.rows) {
            const extent end = first + detail::seen_rows(seen, size.rows, j % size.cols);
            V top = x(first, j);
            for (extent i = first + 1; i < end; ++i)
                top = diffgen::max(x(i, j), top);
            V total = broadcast<V>(scalar_of<V>(0));
            for (extent i = first; i < end; ++i) {
                y(i, j) = diffgen::exp(x(i, j) - top);
                total = total + y(i, j);
            }
            for (extent i = first; i < end; ++i)
                y(i, j) = y(i, j) / total;
        }
    return y;
}

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>

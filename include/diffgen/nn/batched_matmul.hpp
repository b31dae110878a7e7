// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The products of many small matrices at once, which lie as blocks in two large ones.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/blocks.hpp>
#include <diffgen/nn/matmul.hpp>

namespace diffgen::inline DIFFGEN_ABI::nn {

namespace detail {

/// Block (i, j) of a matrix.
template <class T>
block_view<T> block_of(const view<T>& m, block_grid grid, extent i, extent j) {
    const extent rows = m.rows() / grid.rows, cols = m.cols() / grid.cols;
    return {m.data() + i * rows + j * cols * m.rows(), rows, cols, Eigen::OuterStride<>(m.rows())};
}
template <class T>
span_block<T> block_of(span_matrix<T> m, block_grid grid, extent i, extent j) {
    const extent rows = m.rows() / grid.rows, cols = m.cols() / grid.cols;
    return {m.data() + i * rows + j * cols * m.rows(), rows, cols, Eigen::OuterStride<>(m.rows())};
}

}  // namespace detail

/// Block (i, j) of the result is op(block (i, j) of a) op(block (i, j) of b); a, b and the result
/// are cut by the same grid. N matrices side by side, which are the columns of a reshaped matrix of
/// samples, are a grid of {1, N}. The bits of a block do not depend on the others. Throws
/// bad_argument, bad_shape.
template <class T>
variable<T> batched_matmul(const variable<T>& a, const variable<T>& b, block_grid grid,
                           form fa = form::plain, form fb = form::plain) {
    const detail::block_product size(a, fa, b, fb, grid);
    const auto y = a.owner().emit(
        size.rows * grid.rows, size.cols * grid.cols, {a, b},
        [](const variable<T>& self, int k, const variable<T>& g) {
            const auto u = self.parent(0), v = self.parent(1);
            const auto [fu, fv] = self.kept().forms;
            const auto cut = self.kept().grid;
            const auto other = [](form f) {
                return f == form::plain ? form::transposed : form::plain;
            };
            // As in matmul.
            if (k == 0)
                return fu == form::plain ? batched_matmul(g, v, cut, form::plain, other(fv))
                                         : batched_matmul(v, g, cut, fv, form::transposed);
            return fv == form::plain ? batched_matmul(u, g, cut, other(fu), form::plain)
                                     : batched_matmul(g, u, cut, form::transposed, fu);
        },
        {.forms = {fa, fb}, .grid = grid});
    auto out = y.result();
    out.setZero();
    auto& products = a.owner().products();
    for (extent j = 0; j < grid.cols; ++j)
        for (extent i = 0; i < grid.rows; ++i)
            products.accumulate(detail::block_of(a.value(), grid, i, j), fa,
                                detail::block_of(b.value(), grid, i, j), fb,
                                detail::block_of(out, grid, i, j));
    return y;
}

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>

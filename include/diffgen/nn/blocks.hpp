// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Matrices that are cut into blocks of one size, as a batch of small matrices lies in one.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/error.hpp>
#include <diffgen/nn/matrix.hpp>

namespace diffgen::inline DIFFGEN_ABI::nn {

/// How a matrix is cut: `rows` blocks one above the other and `cols` side by side. Where a column
/// is a token, the tokens of a sample stand side by side and those of the next after them: then the
/// blocks below each other are the heads of attention, and those beside each other the samples.
struct block_grid {
    extent rows = 1, cols = 1;
};

namespace detail {

/// The sizes of a block; throws bad_argument for a grid without blocks, and bad_shape for a matrix
/// that it does not divide.
struct block_size {
    extent rows, cols;

    block_size(const char* of, extent r, extent c, block_grid grid) {
        if (grid.rows < 1 || grid.cols < 1)
            throw bad_argument(diffgen::detail::text("diffgen: ", of, " with a grid of ",
                                                     shape_text(grid.rows, grid.cols), " blocks"));
        if (r % grid.rows != 0 || c % grid.cols != 0)
            throw bad_shape(diffgen::detail::text("diffgen: ", of, ": a ", shape_text(r, c),
                                                  " matrix is not a grid of ",
                                                  shape_text(grid.rows, grid.cols), " blocks"));
        rows = r / grid.rows;
        cols = c / grid.cols;
    }
};

/// The sizes of the product of two blocks; throws bad_shape where they do not fit.
struct block_product {
    extent rows, inner, cols;

    template <class A, class B>
    block_product(const A& a, form fa, const B& b, form fb, block_grid grid) {
        const block_size p("batched_matmul", a.rows(), a.cols(), grid),
            q("batched_matmul", b.rows(), b.cols(), grid);
        const bool ta = fa == form::transposed, tb = fb == form::transposed;
        rows = ta ? p.cols : p.rows;
        inner = ta ? p.rows : p.cols;
        cols = tb ? q.rows : q.cols;
        if (inner != (tb ? q.cols : q.rows))
            throw bad_shape(diffgen::detail::text(
                "diffgen: batched_matmul of blocks of ", shape_text(p.rows, p.cols),
                ta ? " transposed and " : " and ", shape_text(q.rows, q.cols),
                tb ? " transposed" : "", ": the inner sizes differ"));
    }
};

}  // namespace detail
}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Attention by scaled dot products, with several heads (Vaswani et al. 2017,
// sections 3.2.1, 3.2.2).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/nn/arithmetic.hpp>
#include <diffgen/nn/batched_matmul.hpp>
#include <diffgen/nn/derived.hpp>
#include <diffgen/nn/reshape.hpp>

#include <algorithm>
#include <cmath>
#include <type_traits>

namespace diffgen::inline DIFFGEN_ABI::nn {

/// Which numbers a query sees: those of all keys, or those of the keys up to its own place.
enum class sight { all, causal };

namespace detail {

/// The softmax of x[0 .. seen), zeros up to `rows`. Sums run in 16 lanes from the first number on,
/// so that the bits do not depend on where the column lies in memory.
template <class T>
void softmax_column(const T* x, T* y, extent rows, extent seen) {
    using lanes = Eigen::Array<T, 16, 1>;
    using column = Eigen::Array<T, Eigen::Dynamic, 1>;
    const T top = Eigen::Map<const column>(x, seen).maxCoeff();
    lanes total = lanes::Zero();
    const extent whole = seen / 16 * 16, rest = seen - whole;
    for (extent i = 0; i < whole; i += 16) {
        const lanes e = (Eigen::Map<const lanes>(x + i) - top).exp();
        Eigen::Map<lanes>(y + i) = e;
        total += e;
    }
    if (rest > 0) {
        lanes e = lanes::Constant(top);
        std::copy_n(x + whole, rest, e.data());
        e = (e - top).exp();
        std::fill(e.data() + rest, e.data() + 16, T(0));
        std::copy_n(e.data(), rest, y + whole);
        total += e;
    }
    Eigen::Map<column>(y, seen) *= T(1) / total.sum();
    std::fill(y + seen, y + rows, T(0));
}

inline extent seen_rows(sight seen, extent rows, extent col) {
    return seen == sight::all ? rows : std::min(rows, col + 1);
}

/// p (g - sum p g) for the columns of `rows` numbers that lie in p and g: what the softmax p makes
/// of the gradient g. Where p is 0 for being out of sight, so is this.
template <class T>
variable<T> softmax_pullback(const variable<T>& p, const variable<T>& g, extent rows) {
    const auto y = p.owner().emit(
        p.rows(), p.cols(), {p, g},
        [](const variable<T>& self, int k, const variable<T>& u) {
            const extent n = self.kept().offset;
            if (k == 1) return softmax_pullback(self.parent(0), u, n);
            const auto columns = [n](const variable<T>& x) { return reshape(x, n, x.size() / n); };
            const auto a = columns(self.parent(0)), b = columns(self.parent(1)), c = columns(u);
            const auto part = c * (b - sum_over_rows(a * b)) - b * sum_over_rows(a * c);
            return reshape(part, self.rows(), self.cols());
        },
        {.offset = rows});
    using column = Eigen::Array<T, Eigen::Dynamic, 1>;
    for (extent i = 0; i < p.size(); i += rows) {
        const Eigen::Map<const column> a(p.value().data() + i, rows), b(g.value().data() + i, rows);
        Eigen::Map<column>(y.result().data() + i, rows) = a * (b - a.matrix().dot(b.matrix()));
    }
    return y;
}

}  // namespace detail

/// The softmax of every column of every block. Under sight::causal it is that of the rows 0 .. j of
/// column j, and the rows below are exactly 0. Throws bad_argument, bad_shape.
template <class T>
variable<T> block_softmax(const variable<T>& x, block_grid grid, sight seen = sight::all) {
    const detail::block_size size("block_softmax", x.rows(), x.cols(), grid);
    const auto y = x.owner().emit(x.rows(), x.cols(), {x},
                                  [](const variable<T>& self, int, const variable<T>& g) {
                                      return detail::softmax_pullback(
                                          self, g, self.rows() / self.kept().grid.rows);
                                  },
                                  {.grid = grid});
    const T* from = x.value().data();
    T* to = y.result().data();
    for (extent j = 0; j < x.cols() && x.rows() > 0; ++j)
        for (extent i = 0; i < grid.rows; ++i, from += size.rows, to += size.rows)
            detail::softmax_column(from, to, size.rows,
                                   detail::seen_rows(seen, size.rows, j % size.cols));
    return y;
}

struct attention_options {
    extent samples;           ///< whose tokens stand side by side
    extent heads = 1;         ///< each has rows of its own of queries, keys and values
    sight seen = sight::all;  ///< causal: token i is told of the tokens 0 .. i
};

/// values softmax(keys' queries / sqrt(d)) for every sample and head, d = rows of a head's keys.
/// A column is a token, and the tokens of a sample stand side by side: queries (d heads) x (m
/// samples), keys (d heads) x (n samples), values (e heads) x (n samples) give (e heads) x (m
/// samples). Self-attention has m = n tokens of one source; cross-attention takes keys and values
/// from another. On variables of a tape or on values. The bits of a sample do not depend on those
/// beside it. Throws bad_shape; bad_argument below one sample or head.
template <operand M>
M attention(const M& queries, const M& keys, const M& values, const attention_options& options) {
    const auto [samples, heads, seen] = options;
    require(samples >= 1 && heads >= 1, "attention of ", heads, " heads over ", samples,
            " samples; must be at least 1");
    const bool fits = queries.rows() == keys.rows() && queries.rows() >= heads &&
                      queries.rows() % heads == 0 && values.rows() % heads == 0 &&
                      keys.cols() == values.cols() && keys.cols() >= samples &&
                      keys.cols() % samples == 0 && queries.cols() % samples == 0;
    if (!fits || (seen == sight::causal && queries.cols() != keys.cols()))
        throw bad_shape(diffgen::detail::text(
            "diffgen: ", seen == sight::causal ? "causal " : "", "attention of ", heads,
            " heads over ", samples, " samples: queries of ",
            detail::shape_text(queries.rows(), queries.cols()), ", keys of ",
            detail::shape_text(keys.rows(), keys.cols()), ", values of ",
            detail::shape_text(values.rows(), values.cols())));
    using T = typename M::scalar;
    const block_grid grid{heads, samples};
    const T scale = T(1) / std::sqrt(static_cast<T>(keys.rows() / heads));
    const M scores = batched_matmul(keys, M(queries * scale), grid, form::transposed);
    return batched_matmul(values, M(block_softmax(scores, grid, seen)), grid);
}

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>

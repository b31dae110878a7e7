// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Rows gathered and scattered by number. A permutation, a squeeze, an unfolded picture (the columns
// of a convolution) and their inverses are lists of row numbers.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/tape.hpp>

#include <algorithm>
#include <span>

namespace diffgen::inline DIFFGEN_ABI::nn {

namespace detail {

/// Throws bad_argument where a number is not of a row; -1 is none, where zeros stand.
[[gnu::noinline]] inline void check_rows(std::span<const int> numbers, extent rows) {
    int least = 0, most = -1;  // a loop without an exit goes over many numbers at once
    for (const int i : numbers) {
        least = std::min(least, i);
        most = std::max(most, i);
    }
    if (least >= -1 && most < rows) return;
    for (const int i : numbers)
        if (i < -1 || i >= rows)
            throw bad_argument(diffgen::detail::text("diffgen: row ", i, " of ", rows, " rows"));
}

}  // namespace detail

template <class T>
variable<T> scatter_rows(const variable<T>& x, std::span<const int> numbers, extent rows);

/// Row i of the result is row numbers[i] of x, or zeros where that is -1. Throws bad_argument.
template <class T>
variable<T> gather_rows(const variable<T>& x, std::span<const int> numbers) {
    detail::check_rows(numbers, x.rows());
    const auto y =
        x.owner().emit(static_cast<extent>(numbers.size()), x.cols(), {x},
                       [](const variable<T>& self, int, const variable<T>& g) {
                           return scatter_rows(g, self.kept().columns, self.parent(0).rows());
                       },
                       {.columns = x.owner().keep(numbers)});
    const auto in = x.value();
    auto out = y.result();
    for (extent j = 0; j < y.cols(); ++j)
        for (extent i = 0; i < y.rows(); ++i) {
            const int from = numbers[static_cast<std::size_t>(i)];
            out(i, j) = from < 0 ? T(0) : in(from, j);
        }
    return y;
}

/// Row i of x is added to row numbers[i] of a result of `rows` rows, and to none where that is -1.
template <class T>
variable<T> scatter_rows(const variable<T>& x, std::span<const int> numbers, extent rows) {
    if (static_cast<extent>(numbers.size()) != x.rows())
        throw bad_shape(diffgen::detail::text("diffgen: scatter_rows of ", x.rows(), " rows to ",
                                              numbers.size(), " places"));
    detail::check_rows(numbers, rows);
    const auto y = x.owner().emit(rows, x.cols(), {x},
                                  [](const variable<T>& self, int, const variable<T>& g) {
                                      return gather_rows(g, self.kept().columns);
                                  },
                                  {.columns = x.owner().keep(numbers)});
    const auto in = x.value();
    auto out = y.result();
    out.setZero();
    for (extent j = 0; j < x.cols(); ++j)
        for (extent i = 0; i < x.rows(); ++i) {
            const int to = numbers[static_cast<std::size_t>(i)];
            if (to >= 0) out(to, j) += in(i, j);
        }
    return y;
}

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>

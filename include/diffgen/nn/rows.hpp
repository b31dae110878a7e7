// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Rows cut out and put together, and columns gathered from a table.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/tape.hpp>

#include <span>

namespace diffgen::inline DIFFGEN_ABI::nn {

template <class T>
variable<T> pad_rows(const variable<T>& x, extent first, extent rows);

/// Rows first .. first + rows - 1 of x.
template <class T>
variable<T> slice_rows(const variable<T>& x, extent first, extent rows) {
    if (first < 0 || rows < 0 || first + rows > x.rows())
        throw bad_shape(diffgen::detail::text("diffgen: rows ", first, " to ", first + rows - 1,
                                              " of a ", detail::shape_text(x.rows(), x.cols()),
                                              " variable"));
    const auto y = x.owner().emit(rows, x.cols(), {x},
                                  [](const variable<T>& self, int, const variable<T>& g) {
                                      return pad_rows(g, self.kept().offset, self.parent(0).rows());
                                  },
                                  {.offset = first});
    y.result() = x.value().middleRows(first, rows);
    return y;
}

/// x as rows first .. of a taller variable that is zero elsewhere.
template <class T>
variable<T> pad_rows(const variable<T>& x, extent first, extent rows) {
    if (first < 0 || first + x.rows() > rows)
        throw bad_shape(diffgen::detail::text("diffgen: ", x.rows(), " rows from row ", first,
                                              " on do not fit ", rows, " rows"));
    const auto y =
        x.owner().emit(rows, x.cols(), {x},
                       [](const variable<T>& self, int, const variable<T>& g) {
                           return slice_rows(g, self.kept().offset, self.parent(0).rows());
                       },
                       {.offset = first});
    y.result().setZero();
    y.result().middleRows(first, x.rows()) = x.value();
    return y;
}

/// a above b.
template <class T>
variable<T> concat_rows(const variable<T>& a, const variable<T>& b) {
    if (a.cols() != b.cols())
        throw bad_shape(diffgen::detail::text("diffgen: concat_rows of ",
                                              detail::shape_text(a.rows(), a.cols()), " and ",
                                              detail::shape_text(b.rows(), b.cols())));
    const auto y = a.owner().emit(a.rows() + b.rows(), a.cols(), {a, b},
                                  [](const variable<T>& self, int k, const variable<T>& g) {
                                      return slice_rows(g, k == 0 ? 0 : self.parent(0).rows(),
                                                        self.parent(k).rows());
                                  });
    y.result().topRows(a.rows()) = a.value();
    y.result().bottomRows(b.rows()) = b.value();
    return y;
}

template <class T>
variable<T> scatter_add(const variable<T>& x, std::span<const int> columns, extent cols);

/// Column j of the result is column columns[j] of the table. Throws bad_argument.
template <class T>
variable<T> gather(const variable<T>& table, std::span<const int> columns) {
    for (const int j : columns)
        if (j < 0 || j >= table.cols())
            throw bad_argument(diffgen::detail::text("diffgen: column ", j, " of a table of ",
                                                     table.cols(), " columns"));
    const auto y =
        table.owner().emit(table.rows(), static_cast<extent>(columns.size()), {table},
                           [](const variable<T>& self, int, const variable<T>& g) {
                               return scatter_add(g, self.kept().columns, self.parent(0).cols());
                           },
                           {.columns = table.owner().keep(columns)});
    for (extent j = 0; j < y.cols(); ++j)
        y.result().col(j) = table.value().col(columns[static_cast<std::size_t>(j)]);
    return y;
}

/// Column j of x is added to column columns[j] of a result of `cols` columns.
template <class T>
variable<T> scatter_add(const variable<T>& x, std::span<const int> columns, extent cols) {
    if (static_cast<extent>(columns.size()) != x.cols())
        throw bad_shape(diffgen::detail::text("diffgen: scatter_add of ", x.cols(), " columns to ",
                                              columns.size(), " places"));
    for (const int j : columns)
        if (j < 0 || j >= cols)
            throw bad_argument(
                diffgen::detail::text("diffgen: column ", j, " of ", cols, " columns"));
    const auto y = x.owner().emit(x.rows(), cols, {x},
                                  [](const variable<T>& self, int, const variable<T>& g) {
                                      return gather(g, self.kept().columns);
                                  },
                                  {.columns = x.owner().keep(columns)});
    y.result().setZero();
    for (extent j = 0; j < x.cols(); ++j)
        y.result().col(columns[static_cast<std::size_t>(j)]) += x.value().col(j);
    return y;
}

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Products, sums, rows and shapes of matrices of values, and what follows from them.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/derived.hpp>
#include <diffgen/nn/row_choice.hpp>
#include <diffgen/nn/solve_triangular.hpp>
#include <diffgen/nn/values.hpp>
#include <diffgen/nn/values_choice.hpp>
#include <diffgen/nn/values_functions.hpp>

#include <algorithm>
#include <cstddef>
#include <span>

namespace diffgen::inline DIFFGEN_ABI::nn {

/// op(a) op(b); sums run over ascending inner numbers by fused multiply-adds.
template <value A, value B>
auto matmul(const values<A>& a, const values<B>& b, form fa = form::plain, form fb = form::plain) {
    using V = detail::wider<A, B>;
    const bool ta = fa == form::transposed, tb = fb == form::transposed;
    const extent rows = ta ? a.cols() : a.rows(), inner = ta ? a.rows() : a.cols();
    const extent cols = tb ? b.rows() : b.cols();
    if (inner != (tb ? b.cols() : b.rows()))
        detail::refuse_shapes("matmul of", a.rows(), a.cols(), b.rows(), b.cols());
    values<V> y(rows, cols, scalar_of<V>(0));
    for (extent j = 0; j < cols; ++j)
        for (extent k = 0; k < inner; ++k) {
            const V factor = detail::widened<V>(tb ? b(j, k) : b(k, j));
            for (extent i = 0; i < rows; ++i)
                y(i, j) = diffgen::fma(detail::widened<V>(ta ? a(k, i) : a(i, k)), factor, y(i, j));
        }
    return y;
}

/// x summed to rows x cols, each of which is x's own or 1.
template <value V>
values<V> reduce_to(const values<V>& x, extent rows, extent cols) {
    if ((rows != x.rows() && rows != 1) || (cols != x.cols() && cols != 1))
        detail::refuse_shapes("a sum of", x.rows(), x.cols(), rows, cols);
    values<V> y(rows, cols, scalar_of<V>(0));
    for (extent j = 0; j < x.cols(); ++j)
        for (extent i = 0; i < x.rows(); ++i) {
            V& sum = y(rows == 1 ? 0 : i, cols == 1 ? 0 : j);
            sum = sum + x(i, j);
        }
    return y;
}
template <value V>
values<V> mean(const values<V>& x) {
    return sum(x) / static_cast<scalar_of<V>>(x.size());
}
template <value V>
values<V> broadcast_to(const values<V>& x, extent rows, extent cols) {
    values<V> y(rows, cols);
    for (extent j = 0; j < cols; ++j)
        for (extent i = 0; i < rows; ++i)
            y(i, j) = x(x.rows() == 1 ? 0 : i, x.cols() == 1 ? 0 : j);
    return y;
}

template <value V>
values<V> gather_rows(const values<V>& x, std::span<const int> numbers) {
    detail::check_rows(numbers, x.rows());
    values<V> y(static_cast<extent>(numbers.size()), x.cols(), scalar_of<V>(0));
    for (extent j = 0; j < y.cols(); ++j)
        for (extent i = 0; i < y.rows(); ++i)
            if (const int from = numbers[static_cast<std::size_t>(i)]; from >= 0)
                y(i, j) = x(from, j);
    return y;
}
template <value V>
values<V> scatter_rows(const values<V>& x, std::span<const int> numbers, extent rows) {
    detail::check_rows(numbers, rows);
    values<V> y(rows, x.cols(), scalar_of<V>(0));
    for (extent j = 0; j < x.cols(); ++j)
        for (extent i = 0; i < x.rows(); ++i)
            if (const int to = numbers[static_cast<std::size_t>(i)]; to >= 0)
                y(to, j) = y(to, j) + x(i, j);
    return y;
}
template <value V>
values<V> slice_rows(const values<V>& x, extent first, extent rows) {
    if (first < 0 || rows < 0 || first + rows > x.rows())
        detail::refuse_shapes("rows from, and number, of", first, rows, x.rows(), x.cols());
    values<V> y(rows, x.cols());
    for (extent j = 0; j < x.cols(); ++j)
        std::copy_n(x.data() + first + j * x.rows(), rows, y.data() + j * rows);
    return y;
}
template <value V>
values<V> concat_rows(const values<V>& a, const values<V>& b) {
    values<V> y(a.rows() + b.rows(), detail::spread_size(a.cols(), b.cols()));
    for (extent j = 0; j < y.cols(); ++j) {
        V* const to = y.data() + j * y.rows();
        std::copy_n(a.data() + j * a.rows(), a.rows(), to);
        std::copy_n(b.data() + j * b.rows(), b.rows(), to + a.rows());
    }
    return y;
}
template <value V>
values<V> reshape(const values<V>& x, extent rows, extent cols) {
    if (rows * cols != x.size())
        detail::refuse_shapes("reshape of", x.rows(), x.cols(), rows, cols);
    values<V> y(rows, cols);
    std::copy_n(x.data(), x.size(), y.data());
    return y;
}

template <value V>
values<V> logsumexp(const values<V>& x) {
    values<V> top = slice_rows(x, 0, 1);
    for (extent i = 1; i < x.rows(); ++i)
        top = max(slice_rows(x, i, 1), top);
    return top + log(sum_over_rows(exp(x - top)));
}
template <value V>
values<V> triangular(const values<V>& a, triangle t) {
    const auto kept = a * values<scalar_of<V>>(detail::ones_of<scalar_of<V>>(t, a.rows()));
    if (!detail::is_unit(t)) return kept;
    return kept + values<scalar_of<V>>(matrix<scalar_of<V>>::Identity(a.rows(), a.rows()));
}
/// Substitution, forwards where op(A) is lower and backwards where it is upper.
template <value A, value B>
auto solve_triangular(const values<A>& a, triangle t, const values<B>& b, form f = form::plain) {
    using V = detail::wider<A, B>;
    if (a.rows() != a.cols() || b.rows() != a.rows())
        detail::refuse_shapes("solve_triangular of", a.rows(), a.cols(), b.rows(), b.cols());
    const bool plain = f == form::plain, forwards = detail::is_lower(t) == plain;
    const extent n = a.rows();
    values<V> y(n, b.cols());
    for (extent j = 0; j < b.cols(); ++j)
        for (extent s = 0; s < n; ++s) {
            const extent i = forwards ? s : n - 1 - s;
            V rest = detail::widened<V>(b(i, j));
            for (extent k = forwards ? 0 : i + 1; k < (forwards ? i : n); ++k)
                rest = diffgen::fma(-detail::widened<V>(plain ? a(i, k) : a(k, i)), y(k, j), rest);
            y(i, j) = detail::is_unit(t) ? rest : rest / detail::widened<V>(a(i, i));
        }
    return y;
}

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>

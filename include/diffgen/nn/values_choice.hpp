// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Comparisons and choices on matrices of values: nn/choice.hpp without a tape.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/elementary.hpp>
#include <diffgen/nn/values.hpp>

#include <cstddef>
#include <type_traits>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::nn {

/// Where a comparison of values holds.
template <value V>
struct values_mask {
    struct held {
        typename value_traits<V>::mask where;
    };
    std::vector<held> data;
    extent rows = 0, cols = 0;
};

namespace detail {

template <class A, class B, class F>
auto compared(const values<A>& a, const values<B>& b, F f) {
    using V = wider<A, B>;
    values_mask<V> y;
    y.rows = spread_size(a.rows(), b.rows());
    y.cols = spread_size(a.cols(), b.cols());
    y.data.resize(static_cast<std::size_t>(y.rows * y.cols));
    zip<V>(a, b, y.rows, y.cols, y.data.data(),
           [f](const V& p, const V& q) { return typename values_mask<V>::held{f(p, q)}; });
    return y;
}

}  // namespace detail

template <value A, value B>
auto operator<(const values<A>& a, const values<B>& b) {
    return detail::compared(a, b, [](const auto& p, const auto& q) { return p < q; });
}
template <value V>
values_mask<V> operator<(const values<V>& a, std::type_identity_t<scalar_of<V>> b) {
    return a < values<scalar_of<V>>(1, 1, b);
}
template <value A, value B>
auto operator<=(const values<A>& a, const values<B>& b) {
    return detail::compared(a, b, [](const auto& p, const auto& q) { return p <= q; });
}
template <value V>
values_mask<V> operator<=(const values<V>& a, std::type_identity_t<scalar_of<V>> b) {
    return a <= values<scalar_of<V>>(1, 1, b);
}
template <value A, value B>
auto operator>(const values<A>& a, const values<B>& b) {
    return detail::compared(a, b, [](const auto& p, const auto& q) { return p > q; });
}
template <value V>
values_mask<V> operator>(const values<V>& a, std::type_identity_t<scalar_of<V>> b) {
    return a > values<scalar_of<V>>(1, 1, b);
}
template <value A, value B>
auto operator>=(const values<A>& a, const values<B>& b) {
    return detail::compared(a, b, [](const auto& p, const auto& q) { return p >= q; });
}
template <value V>
values_mask<V> operator>=(const values<V>& a, std::type_identity_t<scalar_of<V>> b) {
    return a >= values<scalar_of<V>>(1, 1, b);
}

/// a where the mask holds, b elsewhere; sizes of 1 are spread.
template <value M, value A, value B>
auto select(const values_mask<M>& where, const values<A>& a, const values<B>& b) {
    using V = detail::wider<M, detail::wider<A, B>>;
    static_assert(std::is_same_v<V, M>,
                  "diffgen: a mask of single numbers cannot choose between packs");
    const extent rows = detail::common_size({where.rows, a.rows(), b.rows()});
    const extent cols = detail::common_size({where.cols, a.cols(), b.cols()});
    values<V> y(rows, cols);
    const auto at = [](const auto& m, extent r, extent c, extent i, extent j) -> const auto& {
        return m[static_cast<std::size_t>((r == 1 ? 0 : i) + (c == 1 ? 0 : j * r))];
    };
    for (extent j = 0; j < cols; ++j)
        for (extent i = 0; i < rows; ++i) {
            const V p = detail::widened<V>(a(a.rows() == 1 ? 0 : i, a.cols() == 1 ? 0 : j));
            const V q = detail::widened<V>(b(b.rows() == 1 ? 0 : i, b.cols() == 1 ? 0 : j));
            y(i, j) = diffgen::select(at(where.data, where.rows, where.cols, i, j).where, p, q);
        }
    return y;
}
template <value M, value A>
auto select(const values_mask<M>& where, const values<A>& a, std::type_identity_t<scalar_of<A>> b) {
    return select(where, a, values<scalar_of<A>>(1, 1, b));
}
template <value M, value B>
auto select(const values_mask<M>& where, std::type_identity_t<scalar_of<B>> a, const values<B>& b) {
    return select(where, values<scalar_of<B>>(1, 1, a), b);
}

template <value V>
bool any(const values_mask<V>& where) {
    for (const auto& each : where.data)
        if (diffgen::any(each.where)) return true;
    return false;
}
template <value V>
values_mask<V> operator&(const values_mask<V>& a, const values_mask<V>& b) {
    values_mask<V> y = a;
    if (a.rows != b.rows || a.cols != b.cols)
        detail::refuse_shapes("masks of", a.rows, a.cols, b.rows, b.cols);
    for (std::size_t i = 0; i < y.data.size(); ++i) {
        if constexpr (value_traits<V>::width == 1)
            y.data[i].where = a.data[i].where && b.data[i].where;
        else
            y.data[i].where = a.data[i].where & b.data[i].where;
    }
    return y;
}

template <value A, value B>
auto min(const values<A>& a, const values<B>& b) {
    return detail::combined(a, b, [](const auto& p, const auto& q) { return diffgen::min(p, q); });
}
template <value A, value B>
auto max(const values<A>& a, const values<B>& b) {
    return detail::combined(a, b, [](const auto& p, const auto& q) { return diffgen::max(p, q); });
}
template <value V>
values<V> min(const values<V>& a, std::type_identity_t<scalar_of<V>> b) {
    return detail::mapped(a, [b](const V& v) { return diffgen::min(v, broadcast<V>(b)); });
}
template <value V>
values<V> max(const values<V>& a, std::type_identity_t<scalar_of<V>> b) {
    return detail::mapped(a, [b](const V& v) { return diffgen::max(v, broadcast<V>(b)); });
}
template <value V>
values<V> clamp(const values<V>& x, std::type_identity_t<scalar_of<V>> low,
                std::type_identity_t<scalar_of<V>> high) {
    return detail::mapped(x, [low, high](const V& v) { return diffgen::clamp(v, low, high); });
}
template <value A, value B, value C>
auto fma(const values<A>& a, const values<B>& b, const values<C>& c) {
    return a * b + c;
}

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The operations of the tape, done at once and not recorded: matrices of values (core/lanes.hpp).
// A formula or a network that is a template on its argument runs on variables of a tape in training
// and on these in sampling, where a value is a pack with a sample in each lane and a matrix is one
// column, or in tests, where it is a double. Weights are values of single numbers, which combine
// with packs.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/error.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/nn/choice.hpp>
#include <diffgen/nn/matrix.hpp>
#include <diffgen/nn/parameters.hpp>

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::nn {

namespace detail {

/// Throws bad_shape. Apart, so that it is not compiled into every pass that may call it.
[[noreturn, gnu::noinline]] inline void refuse_shapes(const char* of, extent r, extent c, extent s,
                                                      extent d) {
    throw bad_shape(diffgen::detail::text("diffgen: ", of, ' ', shape_text(r, c), " and ",
                                          shape_text(s, d), " values"));
}

}  // namespace detail

/// A matrix of values, column after column.
template <value V>
class values {
  public:
    using scalar = scalar_of<V>;
    using element = V;

    values() = default;
    values(extent rows, extent cols)
        : data_(static_cast<std::size_t>(rows * cols)), rows_(rows), cols_(cols) {}
    values(extent rows, extent cols, scalar filling) : values(rows, cols) {
        for (auto& v : data_)
            v = broadcast<V>(filling);
    }
    /// The numbers of a matrix, the same in every lane.
    template <class Derived>
    explicit values(const Eigen::MatrixBase<Derived>& m) : values(m.rows(), m.cols()) {
        for (extent j = 0; j < cols_; ++j)
            for (extent i = 0; i < rows_; ++i)
                (*this)(i, j) = broadcast<V>(static_cast<scalar>(m(i, j)));
    }

    extent rows() const { return rows_; }
    extent cols() const { return cols_; }
    extent size() const { return rows_ * cols_; }
    V* data() { return data_.data(); }
    const V* data() const { return data_.data(); }
    V& operator()(extent i, extent j) { return data_[static_cast<std::size_t>(i + j * rows_)]; }
    const V& operator()(extent i, extent j) const {
        return data_[static_cast<std::size_t>(i + j * rows_)];
    }
    /// The value of a 1 x 1 matrix; throws bad_shape for others.
    V item() const {
        if (size() != 1) detail::refuse_shapes("item() of", rows_, cols_, 1, 1);
        return data_[0];
    }

  private:
    std::vector<V> data_;
    extent rows_ = 0, cols_ = 0;
};

/// Parameters as matrices of single numbers, in the place of the leaves of a tape.
template <class T>
std::vector<values<T>> constants(const parameters<T>& list) {
    std::vector<values<T>> all;
    for (std::size_t i = 0; i < list.entries().size(); ++i)
        all.emplace_back(list[i]);
    return all;
}

/// A matrix as a constant beside x: a leaf of x's tape, or values of single numbers.
template <class T, class Derived>
variable<T> constant_beside(const variable<T>& x, const Eigen::MatrixBase<Derived>& m) {
    return x.owner().constant(m.template cast<T>());
}
template <value V, class Derived>
values<scalar_of<V>> constant_beside(const values<V>&, const Eigen::MatrixBase<Derived>& m) {
    return values<scalar_of<V>>(m);
}

namespace detail {

/// The wider of two values: a pack beside a number is a pack.
template <class A, class B>
using wider = std::conditional_t<(value_traits<A>::width > value_traits<B>::width), A, B>;

template <class V, class A>
DIFFGEN_VALUE V widened(const A& a) {
    if constexpr (std::is_same_v<V, A>)
        return a;
    else
        return broadcast<V>(a);
}

inline extent spread_size(extent a, extent b) {
    if (a != b && a != 1 && b != 1) refuse_shapes("an operation by element on sizes", a, 1, b, 1);
    return a == 1 ? b : a;
}

/// f(a, b) by element into `out`, sizes of 1 spread.
template <class V, class A, class B, class Out, class F>
void zip(const values<A>& a, const values<B>& b, extent rows, extent cols, Out* out, F f) {
    const extent ra = a.rows() == 1 ? 0 : 1, ca = a.cols() == 1 ? 0 : a.rows();
    const extent rb = b.rows() == 1 ? 0 : 1, cb = b.cols() == 1 ? 0 : b.rows();
    for (extent j = 0; j < cols; ++j)
        for (extent i = 0; i < rows; ++i)
            *out++ =
                f(widened<V>(a.data()[i * ra + j * ca]), widened<V>(b.data()[i * rb + j * cb]));
}

template <class A, class B, class F>
auto combined(const values<A>& a, const values<B>& b, F f) {
    using V = wider<A, B>;
    values<V> y(spread_size(a.rows(), b.rows()), spread_size(a.cols(), b.cols()));
    zip<V>(a, b, y.rows(), y.cols(), y.data(), f);
    return y;
}

template <class V, class F>
values<V> mapped(const values<V>& x, F f) {
    values<V> y(x.rows(), x.cols());
    for (extent i = 0; i < x.size(); ++i)
        y.data()[i] = f(x.data()[i]);
    return y;
}

}  // namespace detail

template <value A, value B>
auto operator+(const values<A>& a, const values<B>& b) {
    return detail::combined(a, b, [](const auto& p, const auto& q) { return p + q; });
}
template <value A, value B>
auto operator-(const values<A>& a, const values<B>& b) {
    return detail::combined(a, b, [](const auto& p, const auto& q) { return p - q; });
}
template <value A, value B>
auto operator*(const values<A>& a, const values<B>& b) {
    return detail::combined(a, b, [](const auto& p, const auto& q) { return product(p, q); });
}
template <value A, value B>
auto operator/(const values<A>& a, const values<B>& b) {
    return detail::combined(a, b, [](const auto& p, const auto& q) { return p / q; });
}
template <value V>
values<V> operator-(const values<V>& x) {
    return detail::mapped(x, [](const V& v) { return -v; });
}
template <value V>
values<V> operator+(const values<V>& x, std::type_identity_t<scalar_of<V>> c) {
    return detail::mapped(x, [c](const V& v) { return v + broadcast<V>(c); });
}
template <value V>
values<V> operator+(std::type_identity_t<scalar_of<V>> c, const values<V>& x) {
    return x + c;
}
template <value V>
values<V> operator-(const values<V>& x, std::type_identity_t<scalar_of<V>> c) {
    return x + (-c);
}
template <value V>
values<V> operator-(std::type_identity_t<scalar_of<V>> c, const values<V>& x) {
    return -x + c;
}
template <value V>
values<V> operator*(const values<V>& x, std::type_identity_t<scalar_of<V>> c) {
    return detail::mapped(x, [c](const V& v) { return product(v, broadcast<V>(c)); });
}
template <value V>
values<V> operator*(std::type_identity_t<scalar_of<V>> c, const values<V>& x) {
    return x * c;
}
template <value V>
values<V> operator/(const values<V>& x, std::type_identity_t<scalar_of<V>> c) {
    return x * (scalar_of<V>(1) / c);
}

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What maps are made of. A point is a column of features; X is nn::variable<T> in training (a
// column a sample), nn::values<V> in sampling (V a pack, with a sample in each lane) and in tests
// (double). Weights are a list W of such matrices: the leaves of a tape or nn::constants. The
// functions that a formula calls, exp or gather_rows, are found beside its arguments.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/error.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/nn/elementary.hpp>
#include <diffgen/nn/operations.hpp>
#include <diffgen/nn/values_shapes.hpp>

#include <type_traits>

namespace diffgen::inline DIFFGEN_ABI::family {

using nn::extent;

/// The image of points and log |det| of the map's Jacobian there: by element from a function of one
/// feature, one number a column (1 x N) from a map of points.
template <class X>
struct mapped {
    X value;
    X log_det;
};

namespace detail {

template <class X>
struct number_under {
    using type = typename X::scalar;
};
template <value V>
struct number_under<V> {
    using type = scalar_of<V>;
};

/// Throws bad_shape. Apart, so that it is not compiled into every pass that may call it.
[[noreturn, gnu::noinline]] inline void refuse_features(const char* of, extent wanted,
                                                        extent rows) {
    throw bad_shape(
        diffgen::detail::text("diffgen: ", of, " of ", wanted, " features on ", rows, " rows"));
}

}  // namespace detail

/// The single numbers that X is made of.
template <class X>
using number_of = typename detail::number_under<X>::type;

/// c in every place, in the shape of x.
template <class T>
nn::variable<T> filled_like(const nn::variable<T>& x, std::type_identity_t<T> c) {
    return x.owner().constant(nn::matrix<T>::Constant(x.rows(), x.cols(), c));
}
template <value V>
nn::values<V> filled_like(const nn::values<V>& x, std::type_identity_t<scalar_of<V>> c) {
    return nn::values<V>(x.rows(), x.cols(), c);
}
template <value V>
V filled_like(const V&, std::type_identity_t<scalar_of<V>> c) {
    return broadcast<V>(c);
}

/// p, a parameter, as one of the type of x.
template <class T>
nn::variable<T> as_beside(const nn::variable<T>&, const nn::variable<T>& p) {
    return p;
}
template <value V, value P>
nn::values<V> as_beside(const nn::values<V>&, const nn::values<P>& p) {
    nn::values<V> y(p.rows(), p.cols());
    for (extent i = 0; i < p.size(); ++i)
        y.data()[i] = nn::detail::widened<V>(p.data()[i]);
    return y;
}
template <value V, value P>
V as_beside(const V&, const P& p) {
    return nn::detail::widened<V>(p);
}

/// A log-determinant that is the same everywhere (1 x 1), once for each column of x.
template <class X, class P>
X for_every_column(const X& x, const P& log_det) {
    return broadcast_to(as_beside(x, log_det), 1, x.cols());
}

/// Throws bad_shape unless x has this many features.
template <class X>
void check_features(const X& x, extent features, const char* of) {
    if (x.rows() != features) detail::refuse_features(of, features, x.rows());
}

}  // namespace diffgen::inline DIFFGEN_ABI::family

#include <diffgen/core/with_macros.hpp>

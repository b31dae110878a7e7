// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Eigen matrices, arrays, maps, references and blocks as states: a column is a sample.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/strided_batch.hpp>

#include <Eigen/Core>

#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace diffgen::inline DIFFGEN_ABI {

namespace detail {

// By deduction, since a VectorBlock is dense by way of the Block that it derives from.
template <class Derived>
std::true_type is_dense(const Eigen::DenseBase<Derived>*);
std::false_type is_dense(const void*);

template <class X>
concept eigen_dense = std::is_class_v<X> && decltype(is_dense(std::declval<X*>()))::value;

}  // namespace detail

/// Memory of any storage order and stride, as long as one column follows the other without gaps: a
/// column vector is one sample, a row vector a sample a number. Throws bad_shape where that is not
/// so, and does not compile where the type knows.
template <detail::eigen_dense X>
struct state_traits<X> {
    static auto view(X& x) {
        static_assert((X::Flags & Eigen::DirectAccessBit) != 0,
                      "diffgen: an Eigen state is memory (a Matrix, Array, Map, Ref or Block), not "
                      "an expression");
        static_assert(X::IsVectorAtCompileTime || !X::IsRowMajor,
                      "diffgen: a column of an Eigen state is a sample, so its storage must be "
                      "column-major");
        constexpr int inner = X::InnerStrideAtCompileTime;
        static_assert(inner == 1 || inner == Eigen::Dynamic,
                      "diffgen: an Eigen state needs unit inner stride");
        const std::ptrdiff_t between_columns = X::IsRowMajor ? x.innerStride() : x.outerStride();
        const std::ptrdiff_t between_rows = X::IsRowMajor ? x.outerStride() : x.innerStride();
        return strided_batch(x.data(), std::array<std::ptrdiff_t, 2>{x.cols(), x.rows()},
                             std::array{between_columns, between_rows});
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>

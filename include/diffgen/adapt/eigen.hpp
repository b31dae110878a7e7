// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Eigen matrices, arrays, maps and blocks as states: a column is a sample.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>

#include <Eigen/Core>

#include <cstddef>
#include <type_traits>

namespace diffgen::inline DIFFGEN_ABI {

/// Dense, writable, with unit inner stride; throws bad_shape where columns are not adjacent.
template <class X>
requires std::is_base_of_v<Eigen::DenseBase<X>, X>
struct state_traits<X> {
    static auto view(X& x) {
        static_assert(X::IsVectorAtCompileTime || !X::IsRowMajor,
                      "diffgen: a column of an Eigen state is a sample, so its storage must be "
                      "column-major");
        static_assert(X::InnerStrideAtCompileTime == 1,
                      "diffgen: an Eigen state needs unit inner stride");
        if (x.cols() > 1 && x.outerStride() != x.rows())
            throw bad_shape(
                detail::text("diffgen: the columns of an Eigen state must be adjacent; "
                             "the outer stride is ",
                             x.outerStride(), " for ", x.rows(), " rows"));
        return batch(x.data(), static_cast<std::size_t>(x.size()),
                     static_cast<std::size_t>(x.cols()));
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>

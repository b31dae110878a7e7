// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Eigen's Tensor, TensorFixedSize and TensorMap as states: the slowest index is the sample, which
// is the last of a column-major tensor and the first of a row-major one. Their memory has no gaps.
// No header of Eigen is needed.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/error.hpp>

#include <concepts>
#include <cstddef>

namespace diffgen::inline DIFFGEN_ABI {

namespace detail {

template <class X>
concept eigen_tensor = requires(X& x) {
    typename X::Scalar;
    { X::NumIndices + 0 } -> std::convertible_to<int>;
    { X::Layout + 0 } -> std::convertible_to<int>;
    { x.dimensions()[0] } -> std::convertible_to<std::ptrdiff_t>;
    { *x.data() } -> std::convertible_to<typename X::Scalar>;
    { x.size() } -> std::convertible_to<std::ptrdiff_t>;
};

}  // namespace detail

/// Throws bad_shape where it is empty.
template <detail::eigen_tensor X>
struct state_traits<X> {
    static auto view(X& x) {
        static_assert(X::NumIndices > 0, "diffgen: a tensor of rank 0 has no samples");
        constexpr int row_major = 1;  // Eigen::RowMajor
        const auto slowest = X::Layout == row_major ? 0 : X::NumIndices - 1;
        return batch(x.data(), static_cast<std::size_t>(x.size()),
                     static_cast<std::size_t>(x.dimensions()[slowest]));
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>

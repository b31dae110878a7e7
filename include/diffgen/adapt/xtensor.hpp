// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// xtensor's xarray, xtensor, adapted memory and strided views as states: the first index is the
// sample.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/strided_batch.hpp>

#include <xtensor/xarray.hpp>
#include <xtensor/xexpression.hpp>
#include <xtensor/xtensor.hpp>

#include <cstddef>
#include <type_traits>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI {

/// Everything of xtensor that has memory and strides, row-major and without gaps. Throws bad_shape
/// on other layouts and strides, and where there is no first index.
template <class X>
requires(xt::is_xexpression<X>::value&& xt::has_data_interface<X>::value&&
             xt::has_strides<X>::value) struct state_traits<X> {
    static auto view(X& x) {
        const std::vector<std::ptrdiff_t> extents(x.shape().begin(), x.shape().end());
        const std::vector<std::ptrdiff_t> strides(x.strides().begin(), x.strides().end());
        return strided_batch(x.data() + x.data_offset(), extents, strides);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>

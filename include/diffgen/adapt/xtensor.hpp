// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// xtensor's xarray, xtensor and adapted memory as states: row-major, the first index is the sample.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>

#include <xtensor/xarray.hpp>
#include <xtensor/xcontainer.hpp>
#include <xtensor/xtensor.hpp>

#include <cstddef>
#include <type_traits>

namespace diffgen::inline DIFFGEN_ABI {

/// Throws bad_shape where the layout is not row-major or there is no first index.
template <class X>
requires std::is_base_of_v<xt::xcontainer<X>, X>
struct state_traits<X> {
    static auto view(X& x) {
        if (x.dimension() == 0)
            throw bad_shape("diffgen: an xtensor state of dimension 0 has no samples");
        if (x.layout() != xt::layout_type::row_major && x.dimension() > 1)
            throw bad_shape(detail::text(
                "diffgen: an xtensor state must be row-major, its first index the sample; this one "
                "of dimension ",
                x.dimension(), " is not"));
        return batch(x.data(), static_cast<std::size_t>(x.size()),
                     static_cast<std::size_t>(x.shape()[0]));
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>

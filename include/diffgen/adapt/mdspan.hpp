// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// std::mdspan (C++23, P0009) and the views made after it, such as Kokkos' reference implementation,
// as states: the first index is the sample. And a batch as such a view. No header of theirs is
// needed.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/core/strided_batch.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI {

namespace detail {

/// A view with an extent for each index.
template <class X>
concept multidimensional_view = requires(const X& x, typename X::rank_type i) {
    typename X::element_type;
    typename X::reference;
    typename X::mapping_type;
    { X::rank() } -> std::convertible_to<std::size_t>;
    { x.extent(i) } -> std::convertible_to<std::size_t>;
    x.data_handle();
    { x.is_strided() } -> std::same_as<bool>;
};

}  // namespace detail

/// Row-major and without gaps, read as memory. Throws bad_shape on other layouts and strides. Does
/// not compile where elements are not what lies in memory, as in a scaled view.
template <detail::multidimensional_view X>
struct state_traits<X> {
    static auto view(const X& x) {
        using element = typename X::element_type;
        static_assert(X::rank() > 0, "diffgen: an mdspan of rank 0 has no samples");
        static_assert(std::is_convertible_v<decltype(x.data_handle()), element*> &&
                          std::is_same_v<typename X::reference, element&>,
                      "diffgen: an mdspan state is plain memory; this one has an accessor that "
                      "changes its elements");
        if (!x.is_strided())
            throw bad_shape("diffgen: the layout of an mdspan state must have strides");
        std::vector<std::ptrdiff_t> extents, strides;
        for (typename X::rank_type i = 0; i < X::rank(); ++i) {
            extents.push_back(static_cast<std::ptrdiff_t>(x.extent(i)));
            strides.push_back(static_cast<std::ptrdiff_t>(x.stride(i)));
        }
        return strided_batch(static_cast<element*>(x.data_handle()), extents, strides);
    }
};

/// The memory of a batch as a view of samples x elements: to_mdspan<std::mdspan<float,
/// std::dextents<std::size_t, 2>>>(x). Throws bad_shape where the batch is empty, where an extent
/// that X fixes is another, and where the layout of X is not row-major.
template <detail::multidimensional_view X>
[[nodiscard]] X to_mdspan(batch_view<typename X::element_type> x) {
    static_assert(X::rank() == 2, "diffgen: a batch has the two indices sample and element");
    x = batch(x.data, x.size(), x.samples);
    const std::size_t extents[] = {x.samples, x.elements};
    for (typename X::rank_type i = 0; i < 2; ++i)
        if (const std::size_t fixed = X::static_extent(i);
            fixed != static_cast<std::size_t>(-1) && fixed != extents[i])
            throw bad_shape(detail::text("diffgen: a batch of ", x.samples, " samples of ",
                                         x.elements, " numbers as an mdspan whose extent ", i,
                                         " is ", fixed));
    const X made(x.data, static_cast<typename X::index_type>(x.samples),
                 static_cast<typename X::index_type>(x.elements));
    static_cast<void>(state_traits<X>::view(made));
    return made;
}

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>

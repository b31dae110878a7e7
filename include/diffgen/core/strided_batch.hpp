// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Memory that is described by an extent and a stride for each index, as a batch: where it has no
// gaps, and is refused where it has.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/error.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI {

namespace detail {

/// "(6, 2)"
inline std::string list_text(std::span<const std::ptrdiff_t> numbers) {
    std::string list = "(";
    for (std::size_t i = 0; i < numbers.size(); ++i)
        list += (i > 0 ? ", " : "") + std::to_string(numbers[i]);
    return list + ")";
}

/// The strides of memory without gaps whose last index runs fastest.
inline std::vector<std::ptrdiff_t> adjacent_strides(std::span<const std::ptrdiff_t> extents) {
    std::vector<std::ptrdiff_t> strides(extents.size(), 1);
    for (std::size_t i = extents.size(); i-- > 1;)
        strides[i - 1] = strides[i] * extents[i];
    return strides;
}

}  // namespace detail

/// The elements at `data`, the first index the sample; `strides` counts elements between neighbours
/// along an index. Throws bad_shape where there is no index, no element, or where the elements are
/// not one after the other with the last index fastest. The stride of an index of extent 1 does
/// not matter.
template <class Space = space::host, class T>
[[nodiscard]] batch_view<T, Space> strided_batch(T* data, std::span<const std::ptrdiff_t> extents,
                                                 std::span<const std::ptrdiff_t> strides) {
    if (extents.empty() || extents.size() != strides.size())
        throw bad_shape(detail::text(
            "diffgen: a state has samples along its first index; this one "
            "has the extents ",
            detail::list_text(extents), " and the strides ", detail::list_text(strides)));
    std::ptrdiff_t size = 1;
    for (const std::ptrdiff_t extent : extents)
        size *= extent;
    const auto adjacent = detail::adjacent_strides(extents);
    for (std::size_t i = 0; size > 0 && i < extents.size(); ++i)
        if (extents[i] > 1 && strides[i] != adjacent[i])
            throw bad_shape(detail::text(
                "diffgen: a state is one sample after the other without gaps; of the extents ",
                detail::list_text(extents), ", samples first, the strides must be ",
                detail::list_text(adjacent), ", not ", detail::list_text(strides)));
    return batch<Space>(data, static_cast<std::size_t>(size),
                        static_cast<std::size_t>(extents.front()));
}

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>

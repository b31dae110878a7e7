// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What is left of a batch when the rest of it no longer fills a pack: it is filled up with copies
// of its last sample, so that lanes which nobody reads compute with numbers that somebody meant.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#if DIFFGEN_HAS_LANES
#include <diffgen/core/lanes/pack.hpp>
#endif

#include <cstddef>

namespace diffgen::inline DIFFGEN_ABI::lanes {

/// Writes the `valid` samples of D numbers at `from`, then copies of the last, `size` in all.
template <int D, scalar_value T>
DIFFGEN_APART void fill_up(const T* from, int valid, T* to, int size) {
    for (int i = 0; i < size; ++i)
        for (int d = 0; d < D; ++d)
            to[i * D + d] = from[(i < valid ? i : valid - 1) * D + d];
}

/// Writes the first `count` of the numbers at `from`, and nothing after them.
template <scalar_value T>
DIFFGEN_APART void copy_first(const T* from, int count, T* to) {
    for (int i = 0; i < count; ++i)
        to[i] = from[i];
}

/// A pack of numbers `stride` apart of which the first `valid` exist: the others are the last.
template <class V, scalar_value T>
DIFFGEN_VALUE V load_first(const T* from, std::ptrdiff_t stride, int valid) {
    constexpr int width = value_traits<V>::width;
    if (valid >= width) return load_strided<V>(from, stride);
    T lanes[std::size_t{width}];
    for (int i = 0; i < width; ++i)
        lanes[i] = from[(i < valid ? i : valid - 1) * stride];
    return load<V>(lanes);
}

}  // namespace diffgen::inline DIFFGEN_ABI::lanes

#include <diffgen/core/with_macros.hpp>

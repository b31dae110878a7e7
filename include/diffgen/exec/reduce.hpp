// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Sums of squares over one sample, with a fixed chunk and a fixed tree, so that they have the same
// bits for any back end, thread count, number of lanes and batch.

#include <diffgen/core/config.hpp>
#include <diffgen/core/lanes.hpp>

namespace diffgen::exec {

inline constexpr int chunk = 256;        ///< elements that one partial sum covers
inline constexpr int accumulators = 16;  ///< element i goes to accumulator i mod 16

/// Sum of squares of up to `chunk` numbers; `values` has room for a multiple of 16 and is padded
/// with zeros here.
template <class V, class T>
DIFFGEN_VALUE T chunk_sum_of_squares(T* values, int count) {
    constexpr int width = value_traits<V>::width;
    static_assert(accumulators % width == 0);
    for (; count % accumulators != 0; ++count)
        values[count] = T(0);
    V sums[accumulators / width];
    for (int j = 0; j < accumulators / width; ++j)
        sums[j] = broadcast<V>(T(0));
    for (int i = 0; i < count; i += accumulators)
        for (int j = 0; j < accumulators / width; ++j) {
            const V v = load<V>(values + i + j * width);
            sums[j] = fma(v, v, sums[j]);
        }
    T lanes[accumulators];
    for (int j = 0; j < accumulators / width; ++j)
        store(lanes + j * width, sums[j]);
    for (int half = accumulators / 2; half > 0; half /= 2)
        for (int j = 0; j < half; ++j)
            lanes[j] = lanes[j] + lanes[j + half];
    return lanes[0];
}

}  // namespace diffgen::exec

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Sums of squares over one sample, with a fixed chunk and a fixed tree, so that they have the same
// bits for any back end, thread count, number of lanes and batch.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>
#include <diffgen/core/lanes.hpp>

namespace diffgen::inline DIFFGEN_ABI::exec {

inline constexpr int chunk = 256;        ///< elements that one partial sum covers
inline constexpr int accumulators = 16;  ///< element i goes to accumulator i mod 16

/// A sum of squares over a chunk, which may come in pieces.
template <class V>
class sum_of_squares {
    using T = typename value_traits<V>::scalar;
    static constexpr int width = value_traits<V>::width;
    static_assert(accumulators % width == 0);

  public:
    DIFFGEN_VALUE sum_of_squares() {
        for (V& sum : sums_)
            sum = broadcast<V>(T(0));
    }
    /// Adds `count` numbers, a multiple of `accumulators` in all pieces but the last; `values` has
    /// room for a multiple and is padded with zeros here.
    DIFFGEN_VALUE void add(T* values, int count) {
        for (; count % accumulators != 0; ++count)
            values[count] = T(0);
        for (int i = 0; i < count; i += accumulators)
            for (int j = 0; j < accumulators / width; ++j) {
                const V v = load<V>(values + i + j * width);
                sums_[j] = fma(v, v, sums_[j]);
            }
    }
    [[nodiscard]] DIFFGEN_VALUE T total() const {
        T lanes[accumulators];
        for (int j = 0; j < accumulators / width; ++j)
            store(lanes + j * width, sums_[j]);
        for (int half = accumulators / 2; half > 0; half /= 2)
            for (int j = 0; j < half; ++j)
                lanes[j] = lanes[j] + lanes[j + half];
        return lanes[0];
    }

  private:
    V sums_[std::size_t{accumulators / width}];
};

}  // namespace diffgen::inline DIFFGEN_ABI::exec

#include <diffgen/core/with_macros.hpp>

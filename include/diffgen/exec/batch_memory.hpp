// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where a run keeps its batch: pointers into memory of its execution policy.

#include <diffgen/core/config.hpp>
#include <diffgen/exec/reduce.hpp>
#include <diffgen/exec/tile.hpp>

#include <cstddef>
#include <cstdint>

namespace diffgen::exec {

/// The batch of a run, in memory of its execution policy.
template <class T, class Shape, int Copies>
struct batch_memory {
    std::size_t samples, elements;
    std::uint64_t first_flat;  ///< flat index of the first element: first sample x elements
    T* state;
    T* kept;        ///< the other registers, each as long as the batch
    T* outputs;     ///< Copies times the batch
    T* inputs;      ///< as many times the batch as the network takes, where it reads no register
    T* tuned;       ///< p then q, one a sample; of a judged stage the sums themselves
    T* densities;   ///< the log density at the evaluation, one a sample, where a judge asks
    T* partials;    ///< sums over chunks of the first measured form, then of the second
    T* measures;    ///< of a hook that depends on the whole sample, an element each
    T* statistics;  ///< what it makes of them, one a sample
    std::uint64_t* failed;

    [[nodiscard]] DIFFGEN_VALUE std::size_t size() const { return samples * elements; }
    [[nodiscard]] DIFFGEN_VALUE std::size_t chunks() const {
        return (elements + chunk - 1) / static_cast<std::size_t>(chunk);
    }

    /// Pointers to the tile that begins at element `begin`; noise and tuning are the caller's.
    [[nodiscard]] DIFFGEN_VALUE tile_memory<T> tile(std::size_t begin) const {
        tile_memory<T> m{};
        m.state = state + begin;
        m.kept = kept + begin;
        m.kept_apart = m.copies_apart = size();
        m.outputs = outputs + begin;
        m.inputs = inputs + begin;
        return m;
    }
    [[nodiscard]] T* slot(int r) const { return tile(0).slot(r); }

    /// The numbers of samples, one each, for the `count` elements from `begin` on.
    DIFFGEN_VALUE void spread(const T* of_sample, std::size_t begin, int count, T* to) const {
        std::size_t sample = begin / elements;
        std::size_t left = (sample + 1) * elements - begin;
        for (int i = 0; i < count; ++i, --left) {
            if (left == 0) {
                ++sample;
                left = elements;
            }
            to[i] = of_sample[sample];
        }
    }
};

}  // namespace diffgen::exec

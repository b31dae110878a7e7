// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A source of noise with a seed for every sample: a sample's numbers then depend on its own seed
// and on nothing else of the batch, not even on its place in it.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/noise/source.hpp>

#include <cstdint>

namespace diffgen::inline DIFFGEN_ABI::noise {

/// Sample i (its global index) draws what philox{seeds[i - first_sample]} draws for the elements
/// 0 .. elements - 1. The seeds are not copied: they must lie in memory that the pass can read (on
/// a device, device memory) until the run ends.
struct per_sample_seeds {
    const std::uint64_t* seeds = nullptr;  ///< one seed for each sample of the batch
    std::uint64_t elements = 1;            ///< the elements of one sample
    std::uint64_t first_sample = 0;        ///< the global index of the sample that has seeds[0]

    /// The normal of one element in a draw, where flat = global sample index x elements + element.
    template <scalar_value T>
    DIFFGEN_HD T normal(noise::stream stream, std::uint32_t draw, std::uint64_t flat) const {
        return of(flat / elements).template normal<T>(stream, draw, flat % elements);
    }

    /// The uniform number of one element in a draw, in the open interval (0, 1).
    template <scalar_value T>
    DIFFGEN_HD T uniform(noise::stream stream, std::uint32_t draw, std::uint64_t flat) const {
        return of(flat / elements).template uniform<T>(stream, draw, flat % elements);
    }

    /// Writes the normals of the elements first .. first + count - 1 in a draw to `out`. Samples
    /// that fill a group of lanes are drawn one after the other; smaller ones side by side, a block
    /// a lane.
    template <value V>
    DIFFGEN_VALUE void fill(noise::stream stream, std::uint32_t draw, std::uint64_t first,
                            int count, scalar_of<V>* out) const {
        if constexpr (value_traits<V>::width > 1) {
            if (elements < static_cast<std::uint64_t>(detail::group_size<V>)) {
                fill_side_by_side<V>(stream, draw, first, count, out);
                return;
            }
        }
        std::uint64_t sample = first / elements;
        std::uint64_t element = first % elements;
        while (count > 0) {
            const int taken = part_of(elements - element, count);
            of(sample).template fill<V>(stream, draw, element, taken, out);
            out += taken;
            count -= taken;
            element = 0;
            ++sample;
        }
    }

  private:
    DIFFGEN_HD philox of(std::uint64_t sample) const { return {seeds[sample - first_sample]}; }

    DIFFGEN_HD static int part_of(std::uint64_t left, int count) {
        return left < static_cast<std::uint64_t>(count) ? static_cast<int>(left) : count;
    }

    template <value V>
    DIFFGEN_VALUE void fill_side_by_side(noise::stream stream, std::uint32_t draw,
                                         std::uint64_t first, int count, scalar_of<V>* out) const {
        constexpr int lanes = value_traits<V>::width;
        constexpr int size = detail::block_size<scalar_of<V>>;
        std::uint64_t sample = first / elements;
        std::uint64_t element = first % elements;
        while (count > 0) {
            // Which block each lane draws, and which of its normals are wanted.
            std::uint64_t index[std::size_t{lanes}] = {};
            std::uint64_t seed[std::size_t{lanes}] = {};
            int skip[std::size_t{lanes}];
            int taken[std::size_t{lanes}];
            int used = 0;
            for (; used < lanes && count > 0; ++used) {
                index[used] = element / size;
                seed[used] = of(sample).seed;
                skip[used] = static_cast<int>(element % size);
                const int room = part_of(elements - element, size - skip[used]);
                taken[used] = room < count ? room : count;
                count -= taken[used];
                element += static_cast<std::uint64_t>(taken[used]);
                if (element == elements) {
                    element = 0;
                    ++sample;
                }
            }
            scalar_of<V> normals[std::size_t{lanes * size}];
            detail::normals_of_blocks<V>(index, seed, draw, static_cast<std::uint32_t>(stream),
                                         normals);
            for (int lane = 0; lane < used; ++lane) {
                const scalar_of<V>* from = normals + lane * size + skip[lane];
                for (int i = 0; i < taken[lane]; ++i)
                    *out++ = from[i];
            }
        }
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::noise

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The default source of noise: every number is a function of (seed, stream, draw, flat element),
// without state and without order, so that a batch can be cut over calls, threads and machines.
//
// Any source has, for a trivially copyable Source and T its float or double:
//   void fill<V>(stream, draw, first, count, T* out) const    normals first .. first + count - 1
//   T normal<T>(stream, draw, flat) const                     one of them, the same bits
// where flat = sample index x elements a sample + element, with the sample's global index, and draw
// counts the uses of a stream. fill writes out[0 .. count - 1] and nothing else, from any first.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/lanes/fill_up.hpp>
#include <diffgen/noise/block.hpp>
#include <diffgen/noise/stream.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>

namespace diffgen::inline DIFFGEN_ABI::noise {

/// Philox4x32-10 with key = seed and counter = (flat / 4 as 64 bits, draw, stream); doubles take
/// flat / 2.
struct philox {
    std::uint64_t seed = 0;

    /// The 128 random bits of a block.
    DIFFGEN_HD constexpr words4 words(noise::stream stream, std::uint32_t draw,
                                      std::uint64_t block) const {
        return philox4x32_10(
            {{static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32), draw,
              static_cast<std::uint32_t>(stream)}},
            philox_key(seed));
    }

    /// The uniform number of one element (its flat index) in a draw, in the open interval (0, 1).
    template <scalar_value T>
    DIFFGEN_HD constexpr T uniform(noise::stream stream, std::uint32_t draw,
                                   std::uint64_t flat) const {
        constexpr auto size = static_cast<std::uint64_t>(detail::block_size<T>);
        return noise::uniform<T>(
            detail::word_of<T>(words(stream, draw, flat / size), static_cast<int>(flat % size)));
    }

    /// The normal of one element (its flat index) in a draw.
    template <scalar_value T>
    DIFFGEN_VALUE T normal(noise::stream stream, std::uint32_t draw, std::uint64_t flat) const {
        constexpr auto size = static_cast<std::uint64_t>(detail::block_size<T>);
        return detail::normal_of<T>(words(stream, draw, flat / size),
                                    static_cast<int>(flat % size));
    }

    /// Writes the normals of the elements first .. first + count - 1 in a draw to `out`. Fastest
    /// where first is a multiple of 4 (2 for doubles) and count one of detail::group_size<V>, 4
    /// times V's width.
    template <value V>
    DIFFGEN_VALUE void fill(noise::stream stream, std::uint32_t draw, std::uint64_t first,
                            int count, scalar_of<V>* out) const {
        using T = scalar_of<V>;
        constexpr int group = detail::group_size<V>;
        constexpr auto size = static_cast<std::uint64_t>(detail::block_size<T>);
        const auto keys = detail::keys_of<V>(seed);
        const auto purpose = static_cast<std::uint32_t>(stream);
        std::uint64_t block = first / size;
        int skip = static_cast<int>(first % size);
        while (count > 0) {
            const int taken = count < group - skip ? count : group - skip;
            if constexpr (value_traits<V>::width == 1) {
                // Two calls, so that nothing needs an address: on a device it would leave the
                // registers.
                if (taken == group)
                    detail::normals_of_group<V>(block++, draw, purpose, keys, out);
                else
                    some_of_group<V>(block++, draw, purpose, keys, skip, taken, out);
                out += taken;
                count -= taken;
                skip = 0;
            } else {
                // All words, then all normals: either has a long chain of operations that wait for
                // each other, and fills the processor best beside its like.
                detail::group_words<V> words[detail::groups_at_once<V>];
                int groups = 0;
                do {
                    words[groups++] = detail::words_of_group<V>(block, draw, purpose, keys);
                    block += static_cast<std::uint64_t>(value_traits<V>::width);
                } while (groups < detail::groups_at_once<V> && groups * group - skip < count);
                for (int g = 0; g < groups; ++g) {
                    const int part = count < group - skip ? count : group - skip;
                    T buffer[std::size_t{group}];
                    detail::store_normals<V>(words[g], part == group ? out : buffer);
                    if (part < group) lanes::copy_first(buffer + skip, part, out);
                    out += part;
                    count -= part;
                    skip = 0;
                }
            }
        }
    }

    /// The same for counts beyond an int.
    template <value V, std::integral Count>
    requires(sizeof(Count) > sizeof(int) || std::unsigned_integral<Count>) DIFFGEN_VALUE
        void fill(noise::stream stream, std::uint32_t draw, std::uint64_t first, Count count,
                  scalar_of<V>* out) const {
        constexpr int most = 1 << 30;  // whole groups of every width
        for (std::uint64_t left = count > 0 ? std::uint64_t(count) : 0; left > 0;) {
            const int taken = left < most ? int(left) : most;
            fill<V>(stream, draw, first, taken, out);
            first += std::uint64_t(taken);
            out += taken;
            left -= std::uint64_t(taken);
        }
    }

  private:
    template <value V, class Keys>
    DIFFGEN_VALUE static void some_of_group(std::uint64_t block, std::uint32_t draw,
                                            std::uint32_t stream, const Keys& keys, int skip,
                                            int count, scalar_of<V>* out) {
        scalar_of<V> buffer[std::size_t{detail::group_size<V>}];
        detail::normals_of_group<V>(block, draw, stream, keys, buffer);
        for (int i = 0; i < count; ++i)
            out[i] = buffer[skip + i];
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::noise

#include <diffgen/core/with_macros.hpp>

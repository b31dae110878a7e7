// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The normals of Philox blocks: four floats or two doubles a block, one block at a time or one a
// lane. The order inside a block is that of its words, whatever the lanes.

#include <diffgen/noise/normal.hpp>
#include <diffgen/noise/philox.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>

namespace diffgen::noise::detail {

/// Normals of one block.
template <scalar_value T>
inline constexpr int block_size = 16 / static_cast<int>(sizeof(T));

/// Normals of as many blocks as V has lanes.
template <value V>
inline constexpr int group_size = value_traits<V>::width* block_size<scalar_of<V>>;

/// The words of T's size in a block: word i of floats, of doubles the two halves joined.
template <scalar_value T>
DIFFGEN_HD constexpr typename value_traits<T>::bits word_of(const words4& block, int i) {
    if constexpr (std::same_as<T, float>) {
        return block.word[i];
    } else {
        return std::uint64_t{block.word[2 * i + 1]} << 32 | block.word[2 * i];
    }
}

/// Normal number i of a block.
template <scalar_value T>
DIFFGEN_HD T normal_of(const words4& block, int i) {
    const int pair = i / 2 * 2;
    const auto z = box_muller<T>(word_of<T>(block, pair), word_of<T>(block, pair + 1));
    return i % 2 == 0 ? z.first : z.second;
}

/// The words of a group of blocks: word[i] holds number i of every block.
template <value V>
struct group_words {
    bits_of<V> word[block_size<scalar_of<V>>];
};

/// What normals_of_group wants of a seed: with one lane, the key.
template <scalar_value T>
DIFFGEN_HD words2 keys_of(std::uint64_t seed) {
    return philox_key(seed);
}

/// The normals of the blocks first, first + 1, ... under one key, group_size<V> of them. With one
/// lane that is one block.
template <scalar_value T>
DIFFGEN_VALUE void normals_of_group(std::uint64_t first, std::uint32_t draw, std::uint32_t stream,
                                    words2 key, T* out) {
    const words4 block = philox4x32_10({{static_cast<std::uint32_t>(first),
                                         static_cast<std::uint32_t>(first >> 32), draw, stream}},
                                       key);
    for (int i = 0; i < block_size<T>; i += 2) {
        const auto z = box_muller<T>(word_of<T>(block, i), word_of<T>(block, i + 1));
        out[i] = z.first;
        out[i + 1] = z.second;
    }
}

/// The rounds of the words of a group. Seven are the fewest with which Philox4x32 passes all tests
/// of BigCrush (Salmon et al. 2011, table 2).
inline constexpr int group_rounds = 7;

/// The words of the blocks first, first + 1, ... under one key, as many as V has lanes.
template <scalar_value T>
DIFFGEN_VALUE group_words<T> words_of_group(std::uint64_t first, std::uint32_t draw,
                                            std::uint32_t stream, words2 key) {
    const words4 block =
        philox4x32<group_rounds>({{static_cast<std::uint32_t>(first),
                                   static_cast<std::uint32_t>(first >> 32), draw, stream}},
                                 key);
    group_words<T> words;
    for (int i = 0; i < block_size<T>; ++i)
        words.word[i] = word_of<T>(block, i);
    return words;
}

/// Stores the numbers of a group: z[i] holds number i of every block. With one lane, as they come.
template <scalar_value T>
DIFFGEN_VALUE void store_group(const T* z, T* out) {
    for (int i = 0; i < block_size<T>; ++i)
        out[i] = z[i];
}

/// The normals of blocks anywhere, each under its own seed; with one lane, of one block.
template <scalar_value T>
DIFFGEN_VALUE void normals_of_blocks(const std::uint64_t* index, const std::uint64_t* seed,
                                     std::uint32_t draw, std::uint32_t stream, T* out) {
    normals_of_group<T>(*index, draw, stream, keys_of<T>(*seed), out);
}

#if DIFFGEN_HAS_LANES

template <class V, class T>
concept pack_of = diffgen::detail::number_pack<V> && std::same_as<scalar_of<V>, T>;

/// Lanes of 64 bits, each a block of its own.
template <diffgen::detail::number_pack V>
using lanes64 = pack<std::uint64_t, typename V::instruction_set>;

/// 0, step, 2 step, ...
template <class Lanes64>
DIFFGEN_VALUE Lanes64 ramp(std::uint64_t step) {
    std::uint64_t lane[Lanes64::width];
    for (int i = 0; i < Lanes64::width; ++i)
        lane[i] = step * static_cast<std::uint64_t>(i);
    return Lanes64::ops::template load<std::uint64_t>(lane);
}

/// Word number i of every block of a group of float blocks, of which `even` and `odd` hold every
/// other one: the words of both make one pack without a shuffle.
template <pack_of<float> V>
DIFFGEN_VALUE bits_of<V> joined_word(const philox_state<lanes64<V>>& even,
                                     const philox_state<lanes64<V>>& odd, int i) {
    return reinterpret<std::uint32_t>((even.word[i] & std::uint64_t{0xffffffffu}) |
                                      (odd.word[i] << 32));
}

/// Word number i of every block of a group of double blocks.
template <pack_of<double> V>
DIFFGEN_VALUE bits_of<V> joined_word(const philox_state<lanes64<V>>& block, int i) {
    return (block.word[2 * i] & std::uint64_t{0xffffffffu}) | (block.word[2 * i + 1] << 32);
}

/// Stores the numbers of a group: z[i] holds number i of every block.
template <pack_of<float> V>
DIFFGEN_VALUE void store_group(const V* z, float* out) {
    V first_low, first_high, second_low, second_high, quarter[4];
    interleave(z[0], z[2], first_low, first_high);
    interleave(z[1], z[3], second_low, second_high);
    interleave(first_low, second_low, quarter[0], quarter[1]);
    interleave(first_high, second_high, quarter[2], quarter[3]);
    for (int i = 0; i < 4; ++i)
        store(out + i * V::width, quarter[i]);
}
template <pack_of<double> V>
DIFFGEN_VALUE void store_group(const V* z, double* out) {
    V low, high;
    interleave(z[0], z[1], low, high);
    store(out, low);
    store(out + V::width, high);
}

/// Stores the normals of a group of float blocks.
template <pack_of<float> V>
DIFFGEN_VALUE void store_normals(const philox_state<lanes64<V>>& even,
                                 const philox_state<lanes64<V>>& odd, float* out) {
    const auto a = box_muller<V>(joined_word<V>(even, odd, 0), joined_word<V>(even, odd, 1));
    const auto b = box_muller<V>(joined_word<V>(even, odd, 2), joined_word<V>(even, odd, 3));
    const V z[4] = {a.first, a.second, b.first, b.second};
    store_group<V>(z, out);
}

/// Stores the normals of a group of double blocks.
template <pack_of<double> V>
DIFFGEN_VALUE void store_normals(const philox_state<lanes64<V>>& block, double* out) {
    const auto a = box_muller<V>(joined_word<V>(block, 0), joined_word<V>(block, 1));
    const V z[2] = {a.first, a.second};
    store_group<V>(z, out);
}

/// What normals_of_group wants of a seed: for a pack, the keys of all rounds.
template <diffgen::detail::number_pack V>
DIFFGEN_VALUE philox_schedule<std::uint64_t> keys_of(std::uint64_t seed) {
    return schedule_of<std::uint64_t>(seed & 0xffffffffu, seed >> 32);
}

/// The same, a block a lane.
template <diffgen::detail::number_pack V>
DIFFGEN_VALUE void normals_of_group(std::uint64_t first, std::uint32_t draw, std::uint32_t stream,
                                    const philox_schedule<std::uint64_t>& keys, scalar_of<V>* out) {
    using L = lanes64<V>;
    if constexpr (std::same_as<scalar_of<V>, float>) {
        const L even = ramp<L>(2) + first;
        store_normals<V>(philox_lanes(even, draw, stream, keys),
                         philox_lanes(even + std::uint64_t{1}, draw, stream, keys), out);
    } else {
        store_normals<V>(philox_lanes(ramp<L>(1) + first, draw, stream, keys), out);
    }
}

/// The words of a group, a block a lane.
template <diffgen::detail::number_pack V>
DIFFGEN_VALUE group_words<V> words_of_group(std::uint64_t first, std::uint32_t draw,
                                            std::uint32_t stream,
                                            const philox_schedule<std::uint64_t>& keys) {
    using L = lanes64<V>;
    constexpr int size = block_size<scalar_of<V>>;
    group_words<V> words;
    if constexpr (std::same_as<scalar_of<V>, float>) {
        const L index = ramp<L>(2) + first;
        const auto even = philox_lanes<group_rounds>(index, draw, stream, keys);
        const auto odd = philox_lanes<group_rounds>(index + std::uint64_t{1}, draw, stream, keys);
        for (int i = 0; i < size; ++i)
            words.word[i] = joined_word<V>(even, odd, i);
    } else {
        const auto block = philox_lanes<group_rounds>(ramp<L>(1) + first, draw, stream, keys);
        for (int i = 0; i < size; ++i)
            words.word[i] = joined_word<V>(block, i);
    }
    return words;
}

/// The same, a block a lane: lane i's normals go to out[i * block_size].
template <diffgen::detail::number_pack V>
DIFFGEN_VALUE void normals_of_blocks(const std::uint64_t* index, const std::uint64_t* seed,
                                     std::uint32_t draw, std::uint32_t stream, scalar_of<V>* out) {
    using L = lanes64<V>;
    constexpr int parts = V::width / L::width;  // 2 of floats, 1 of doubles
    philox_state<L> state[static_cast<std::size_t>(parts)];
    for (int part = 0; part < parts; ++part) {
        std::uint64_t indices[L::width];
        std::uint64_t seeds[L::width];
        for (int i = 0; i < L::width; ++i) {
            indices[i] = index[parts * i + part];
            seeds[i] = seed[parts * i + part];
        }
        const L key = L::ops::template load<std::uint64_t>(seeds);
        state[part] = philox_lanes(L::ops::template load<std::uint64_t>(indices), draw, stream,
                                   schedule_of(key, key >> 32));
    }
    if constexpr (parts == 2) {
        store_normals<V>(state[0], state[1], out);
    } else {
        store_normals<V>(state[0], out);
    }
}

#endif

}  // namespace diffgen::noise::detail

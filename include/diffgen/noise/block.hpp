// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The normals of Philox blocks: four floats or two doubles a block, one block at a time or one a
// lane. The order inside a block is that of its words, whatever the lanes.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/noise/normal.hpp>
#include <diffgen/noise/philox.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>

namespace diffgen::inline DIFFGEN_ABI::noise::detail {

/// Normals of one block.
template <scalar_value T>
inline constexpr int block_size = 16 / static_cast<int>(sizeof(T));

/// Normals of as many blocks as V has lanes.
template <value V>
inline constexpr int group_size = value_traits<V>::width* block_size<scalar_of<V>>;

/// Groups of which a source draws the words before it makes normals of any: with lanes, those of a
/// tile of 256 floats.
template <value V>
inline constexpr int groups_at_once = value_traits<V>::width == 1 ? 1
                                      : 256 / group_size<V> < 8   ? 256 / group_size<V>
                                                                  : 8;

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

/// What words_of_group wants of a seed: with one lane, the key.
template <scalar_value T>
DIFFGEN_HD words2 keys_of(std::uint64_t seed) {
    return philox_key(seed);
}

/// The random words of a group; with one lane, of one block.
template <class V>
struct group_words;
template <scalar_value T>
struct group_words<T> {
    words4 block;
};

/// The words of the blocks first, first + 1, ... under one key, after so many rounds.
template <scalar_value T, int Rounds = philox_constants::rounds>
DIFFGEN_VALUE group_words<T> words_of_group(std::uint64_t first, std::uint32_t draw,
                                            std::uint32_t stream, words2 key) {
    return {philox4x32<Rounds>({{static_cast<std::uint32_t>(first),
                                 static_cast<std::uint32_t>(first >> 32), draw, stream}},
                               key)};
}

/// Word number i of every block of a group, of T's size.
template <scalar_value T>
DIFFGEN_VALUE bits_of<T> words_at(const group_words<T>& words, int i) {
    return word_of<T>(words.block, i);
}

/// Stores the numbers of a group, of which z[i] holds number i of every block.
template <scalar_value T>
DIFFGEN_VALUE void store_group(const T* z, T* out) {
    for (int i = 0; i < block_size<T>; ++i)
        out[i] = z[i];
}

/// Stores the normals of a group, group_size<V> of them.
template <scalar_value T>
DIFFGEN_VALUE void store_normals(const group_words<T>& words, T* out) {
    for (int i = 0; i < block_size<T>; i += 2) {
        const auto z = box_muller<T>(word_of<T>(words.block, i), word_of<T>(words.block, i + 1));
        out[i] = z.first;
        out[i + 1] = z.second;
    }
}

/// The normals of blocks anywhere, each under its own seed; with one lane, of one block.
template <scalar_value T>
DIFFGEN_VALUE void normals_of_blocks(const std::uint64_t* index, const std::uint64_t* seed,
                                     std::uint32_t draw, std::uint32_t stream, T* out) {
    store_normals<T>(words_of_group<T>(*index, draw, stream, keys_of<T>(*seed)), out);
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

/// The words of a group of blocks, a block a 64-bit lane: of floats, the even and the odd blocks.
template <diffgen::detail::number_pack V>
struct group_words<V> {
    static constexpr std::size_t parts = V::width / lanes64<V>::width;
    philox_state<lanes64<V>> part[parts];
};

/// Word number i of every block of a group of float blocks. The words of even and of odd blocks
/// make one pack without a shuffle.
template <pack_of<float> V>
DIFFGEN_VALUE bits_of<V> words_at(const group_words<V>& words, int i) {
    return reinterpret<std::uint32_t>((words.part[0].word[i] & std::uint64_t{0xffffffffu}) |
                                      (words.part[1].word[i] << 32));
}

/// Word number i of every block of a group of double blocks.
template <pack_of<double> V>
DIFFGEN_VALUE bits_of<V> words_at(const group_words<V>& words, int i) {
    const auto& block = words.part[0];
    return (block.word[2 * i] & std::uint64_t{0xffffffffu}) | (block.word[2 * i + 1] << 32);
}

/// Stores the numbers of a group of float blocks, of which z[i] holds number i of every block.
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

/// Stores the numbers of a group of double blocks, of which z[i] holds number i of every block.
template <pack_of<double> V>
DIFFGEN_VALUE void store_group(const V* z, double* out) {
    V low, high;
    interleave(z[0], z[1], low, high);
    store(out, low);
    store(out + V::width, high);
}

/// Stores the normals of a group of float blocks.
template <pack_of<float> V>
DIFFGEN_VALUE void store_normals(const group_words<V>& words, float* out) {
    const auto a = box_muller<V>(words_at<V>(words, 0), words_at<V>(words, 1));
    const auto b = box_muller<V>(words_at<V>(words, 2), words_at<V>(words, 3));
    const V z[4] = {a.first, a.second, b.first, b.second};
    store_group<V>(z, out);
}

/// Stores the normals of a group of double blocks.
template <pack_of<double> V>
DIFFGEN_VALUE void store_normals(const group_words<V>& words, double* out) {
    const auto a = box_muller<V>(words_at<V>(words, 0), words_at<V>(words, 1));
    const V z[2] = {a.first, a.second};
    store_group<V>(z, out);
}

/// What words_of_group wants of a seed: for a pack, the keys of all rounds.
template <diffgen::detail::number_pack V>
DIFFGEN_VALUE philox_schedule<std::uint64_t> keys_of(std::uint64_t seed) {
    return schedule_of<std::uint64_t>(seed & 0xffffffffu, seed >> 32);
}

/// The words of a group of blocks, a block a lane, after so many rounds.
template <diffgen::detail::number_pack V, int Rounds = philox_constants::rounds>
DIFFGEN_VALUE group_words<V> words_of_group(std::uint64_t first, std::uint32_t draw,
                                            std::uint32_t stream,
                                            const philox_schedule<std::uint64_t>& keys) {
    using L = lanes64<V>;
    constexpr std::size_t parts = group_words<V>::parts;
    L index[parts];
    for (std::size_t i = 0; i < parts; ++i)
        index[i] = ramp<L>(parts) + (first + i);
    group_words<V> words;
    philox_lanes<Rounds>(index, draw, stream, keys, words.part);
    return words;
}

/// The same, a block a lane: lane i's normals go to out[i * block_size].
template <diffgen::detail::number_pack V>
DIFFGEN_VALUE void normals_of_blocks(const std::uint64_t* index, const std::uint64_t* seed,
                                     std::uint32_t draw, std::uint32_t stream, scalar_of<V>* out) {
    using L = lanes64<V>;
    constexpr std::size_t parts = group_words<V>::parts;
    group_words<V> words;
    for (std::size_t part = 0; part < parts; ++part) {
        std::uint64_t indices[L::width];
        std::uint64_t seeds[L::width];
        for (std::size_t i = 0; i < L::width; ++i) {
            indices[i] = index[parts * i + part];
            seeds[i] = seed[parts * i + part];
        }
        const L key = L::ops::template load<std::uint64_t>(seeds);
        const L lanes[] = {L::ops::template load<std::uint64_t>(indices)};
        philox_state<L> state[1];
        philox_lanes(lanes, draw, stream, schedule_of(key, key >> 32), state);
        words.part[part] = state[0];
    }
    store_normals<V>(words, out);
}

#endif

/// The normals of the blocks first, first + 1, ... under one key, group_size<V> of them. With one
/// lane that is one block.
template <value V, class Keys>
DIFFGEN_VALUE void normals_of_group(std::uint64_t first, std::uint32_t draw, std::uint32_t stream,
                                    const Keys& keys, scalar_of<V>* out) {
    store_normals<V>(words_of_group<V>(first, draw, stream, keys), out);
}

}  // namespace diffgen::inline DIFFGEN_ABI::noise::detail

#include <diffgen/core/with_macros.hpp>

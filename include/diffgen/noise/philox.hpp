// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Philox4x32-10, a counter-based generator: 128 bits of counter and 64 bits of key to 128 bits that
// pass for random, without a state. J. Salmon, M. Moraes, R. Dror, D. Shaw, Parallel random
// numbers: as easy as 1, 2, 3, SC 2011.
//
//   philox4x32_10(counter, key)        one block
//   detail::philox_lanes(index, ...)   a block in every 64-bit lane of a pack

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/lanes.hpp>

#include <cstddef>
#include <cstdint>

namespace diffgen::inline DIFFGEN_ABI::noise {

/// Four 32-bit words: a counter, or a block of random bits.
struct words4 {
    std::uint32_t word[4];

    friend constexpr bool operator==(const words4&, const words4&) = default;
};

/// The key of a Philox generator.
struct words2 {
    std::uint32_t word[2];
};

/// The first word is the seed's lower half.
DIFFGEN_HD constexpr words2 philox_key(std::uint64_t seed) {
    return {{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}};
}

namespace detail {

struct philox_constants {
    static constexpr int rounds = 10;
    static constexpr std::uint32_t multiplier_0 = 0xd2511f53u;
    static constexpr std::uint32_t multiplier_1 = 0xcd9e8d57u;
    static constexpr std::uint32_t key_step_0 = 0x9e3779b9u;  // the golden ratio
    static constexpr std::uint32_t key_step_1 = 0xbb67ae85u;  // the root of three, less one
};

}  // namespace detail

namespace detail {

/// The block of a counter under a key after so many rounds.
template <int Rounds>
DIFFGEN_HD constexpr words4 philox4x32(words4 counter, words2 key) {
    using c = philox_constants;
    for (int round = 0; round < Rounds; ++round) {
        const std::uint64_t p0 = std::uint64_t{c::multiplier_0} * counter.word[0];
        const std::uint64_t p1 = std::uint64_t{c::multiplier_1} * counter.word[2];
        counter = {{static_cast<std::uint32_t>(p1 >> 32) ^ counter.word[1] ^ key.word[0],
                    static_cast<std::uint32_t>(p1),
                    static_cast<std::uint32_t>(p0 >> 32) ^ counter.word[3] ^ key.word[1],
                    static_cast<std::uint32_t>(p0)}};
        key.word[0] += c::key_step_0;
        key.word[1] += c::key_step_1;
    }
    return counter;
}

}  // namespace detail

/// The block of a counter under a key.
DIFFGEN_HD constexpr words4 philox4x32_10(words4 counter, words2 key) {
    return detail::philox4x32<detail::philox_constants::rounds>(counter, key);
}

#if DIFFGEN_HAS_LANES

namespace detail {

/// The keys of the rounds. Key is std::uint64_t with the word in its lower half, or Lanes64 where
/// every lane has a key of its own.
template <class Key>
struct philox_schedule {
    Key word[philox_constants::rounds][2];
};

template <class Key>
DIFFGEN_VALUE philox_schedule<Key> schedule_of(Key key_0, Key key_1) {
    philox_schedule<Key> s;
    for (auto& round : s.word) {
        round[0] = key_0;
        round[1] = key_1;
        key_0 = key_0 + std::uint64_t{philox_constants::key_step_0};
        key_1 = key_1 + std::uint64_t{philox_constants::key_step_1};
    }
    return s;
}

/// Four words of as many blocks as there are 64-bit lanes, each word in the lower half of its lane.
/// The upper halves hold rubbish: the products ignore them, so no round clears them.
template <class Lanes64>
struct philox_state {
    Lanes64 word[4];
};

/// The blocks of the counters (index as 64 bits, draw, stream) after so many rounds, for several
/// packs of indices round by round: the rounds of one wait for each other, those of two fill the
/// gaps.
template <int Rounds = philox_constants::rounds, class Lanes64, class Key, std::size_t N>
DIFFGEN_VALUE void philox_lanes(const Lanes64 (&index)[N], std::uint32_t draw, std::uint32_t stream,
                                const philox_schedule<Key>& keys, philox_state<Lanes64> (&out)[N]) {
    using c = philox_constants;
    const Lanes64 m0(std::uint64_t{c::multiplier_0});
    const Lanes64 m1(std::uint64_t{c::multiplier_1});
    // In the first round the product of draw is the same for all lanes.
    const std::uint64_t second = std::uint64_t{c::multiplier_1} * draw;
    for (std::size_t i = 0; i < N; ++i) {
        const Lanes64 first = multiply_low_halves(index[i], m0);
        out[i].word[0] = (index[i] >> 32) ^ ((second >> 32) ^ keys.word[0][0]);
        out[i].word[1] = Lanes64(second);
        out[i].word[2] = (first >> 32) ^ (std::uint64_t{stream} ^ keys.word[0][1]);
        out[i].word[3] = first;
    }
    for (int round = 1; round < Rounds; ++round)
        for (philox_state<Lanes64>& s : out) {
            const Lanes64 p0 = multiply_low_halves(s.word[0], m0);
            const Lanes64 p1 = multiply_low_halves(s.word[2], m1);
            s.word[0] = (p1 >> 32) ^ (s.word[1] ^ keys.word[round][0]);
            s.word[1] = p1;
            s.word[2] = (p0 >> 32) ^ (s.word[3] ^ keys.word[round][1]);
            s.word[3] = p0;
        }
}

}  // namespace detail

#endif

}  // namespace diffgen::inline DIFFGEN_ABI::noise

#include <diffgen/core/with_macros.hpp>

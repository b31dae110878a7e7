// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/noise/philox.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <initializer_list>

namespace {

using namespace diffgen;
using noise::philox4x32_10;
using noise::words4;

// Known answers of Random123 1.14.0, kat_vectors, lines "philox4x32 10".
static_assert(philox4x32_10({{0, 0, 0, 0}}, {{0, 0}}) ==
              words4{{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}});
static_assert(philox4x32_10({{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}},
                            {{0xffffffff, 0xffffffff}}) ==
              words4{{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}});
static_assert(philox4x32_10({{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}},
                            {{0xa4093822, 0x299f31d0}}) ==
              words4{{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}});

}  // namespace

TEST_CASE("known answers hold at run time too") {
    volatile std::uint32_t zero = 0;
    const std::uint32_t z = zero;
    CHECK(philox4x32_10({{z, z, z, z}}, {{z, z}}) ==
          words4{{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}});
}

#if DIFFGEN_HAS_LANES

namespace {

/// Blocks of one pack of 64-bit lanes around 2^32, where the counter carries.
struct blocks_kernel {
    std::uint64_t first;
    std::uint64_t seed;
    bool key_a_lane;
    int* wrong;

    template <class V>
    void operator()(lanes::tag<V>) const {
        if constexpr (value_traits<V>::width > 1) {
            using L = pack<std::uint64_t, typename V::instruction_set>;
            std::uint64_t index[L::width];
            std::uint64_t seeds[L::width];
            for (int i = 0; i < L::width; ++i) {
                index[i] = first + static_cast<std::uint64_t>(i);
                seeds[i] = key_a_lane ? seed + 77u * static_cast<std::uint64_t>(i) : seed;
            }
            const L at[] = {L::ops::template load<std::uint64_t>(index)};
            const L key = L::ops::template load<std::uint64_t>(seeds);
            noise::detail::philox_state<L> state[1];
            if (key_a_lane)
                noise::detail::philox_lanes(at, 8, 9, noise::detail::schedule_of(key, key >> 32),
                                            state);
            else
                noise::detail::philox_lanes(
                    at, 8, 9,
                    noise::detail::schedule_of<std::uint64_t>(seed & 0xffffffffu, seed >> 32),
                    state);
            const auto& got = state[0];
            for (int word = 0; word < 4; ++word) {
                std::uint64_t lane[L::width];
                store(lane, got.word[word]);
                for (int i = 0; i < L::width; ++i) {
                    const auto expected =
                        philox4x32_10({{static_cast<std::uint32_t>(index[i]),
                                        static_cast<std::uint32_t>(index[i] >> 32), 8, 9}},
                                      noise::philox_key(seeds[i]));
                    *wrong += static_cast<std::uint32_t>(lane[i]) != expected.word[word];
                }
            }
        }
    }
};

}  // namespace

TEST_CASE("the lanes hold the blocks of their counters and keys") {
    int wrong = 0;
    for (const bool key_a_lane : {false, true}) {
        const blocks_kernel kernel{0xfffffffeu, 0x123456789abcdef0u, key_a_lane, &wrong};
        lanes::run<double>(kernel);
        if (lanes::widest() >= lanes::set::avx2) lanes::run<double, isa::avx2>(kernel);
    }
    CHECK(wrong == 0);
}

#endif

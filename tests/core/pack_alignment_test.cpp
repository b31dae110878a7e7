// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Where packs lie. A vector of 64 bytes is aligned to 16 where g++ compiles for a machine without
// such registers, while the passes for those that have them store it as aligned to 64: a pack says
// its alignment itself, so that containers keep it.
#include <diffgen/core/lanes.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace {

using namespace diffgen;

#if DIFFGEN_HAS_LANES
template <class Isa>
constexpr bool is_aligned_as_its_register = alignof(pack<float, Isa>) == Isa::bytes &&
                                            alignof(pack<double, Isa>) == Isa::bytes &&
                                            alignof(typename pack<float, Isa>::mask) == Isa::bytes
                                            &&
                                            alignof(typename pack<double, Isa>::mask) == Isa::bytes
                                            && sizeof(pack<float, Isa>) == Isa::bytes;
static_assert(is_aligned_as_its_register<isa::avx2> && is_aligned_as_its_register<isa::avx512>);
#endif

}  // namespace

TEST_CASE_TEMPLATE("packs in containers lie as their registers want them", T, float, double) {
    int wrong = 0;
    lanes::run<T>([&]<class V>(lanes::tag<V>) {
        struct pair {
            T before;
            std::array<V, 2> packs;
        };
        std::vector<std::vector<char>> between;
        for (std::size_t n = 1; n < 20; ++n) {
            between.emplace_back(n * 8);  // so that the heap's next place is any
            std::vector<V> packs(n, V(T{2}));
            std::vector<pair> pairs(n, pair{T{1}, {V(T{2}), V(T{3})}});
            for (std::size_t i = 0; i < n; ++i) {
                packs[i] += pairs[i].packs[1];
                wrong += any(packs[i] == T{5}) ? 0 : 1;
                wrong += reinterpret_cast<std::uintptr_t>(&packs[i]) % sizeof(V) == 0 ? 0 : 1;
                wrong +=
                    reinterpret_cast<std::uintptr_t>(&pairs[i].packs[0]) % sizeof(V) == 0 ? 0 : 1;
            }
        }
    });
    CHECK(wrong == 0);
}

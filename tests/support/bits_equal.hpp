// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Comparison of numbers by their bits, and runs over every instruction set of the machine.

#include <diffgen/core/lanes.hpp>

#include <cmath>
#include <cstddef>
#include <vector>

/// Whether the bits are the same; NaN equals NaN, whose bits nothing promises.
template <class T>
bool same_bits(T a, T b) {
    return diffgen::to_bits(a) == diffgen::to_bits(b) || (std::isnan(a) && std::isnan(b));
}

/// How many elements differ.
template <class T>
std::size_t differences(const std::vector<T>& a, const std::vector<T>& b) {
    std::size_t count = a.size() == b.size() ? 0 : a.size() + b.size();
    for (std::size_t i = 0; i < a.size() && i < b.size(); ++i)
        count += !same_bits(a[i], b[i]);
    return count;
}

/// Calls check(isa, name) for one lane and for every instruction set that the machine has.
template <class Check>
void for_every_set(Check check) {
    using namespace diffgen;
    check(isa::one_lane{}, "one lane");
#if DIFFGEN_HAS_LANES
    if (lanes::widest() >= lanes::set::avx2) check(isa::avx2{}, "avx2");
    if (lanes::widest() >= lanes::set::avx512) check(isa::avx512{}, "avx512");
#endif
}

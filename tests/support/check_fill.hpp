// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whether a noise source's fill writes what its normal says, whatever the lanes, and nothing else.

#include <diffgen/core/lanes.hpp>
#include <diffgen/noise/stream.hpp>

#include "bits_equal.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <initializer_list>
#include <vector>

namespace testing {

using namespace diffgen;

template <class Source, class T>
struct fill_kernel {
    Source source;
    std::uint64_t first;
    int count;
    T* out;

    template <class V>
    void operator()(lanes::tag<V>) const {
        source.template fill<V>(noise::stream::solver, 5, first, count, out);
    }
};

/// Elements that fill gets wrong, of [first, first + count), and guard elements that it touches.
template <class T, class Isa, class Source>
std::size_t wrong_elements(const Source& source, std::uint64_t first, int count) {
    constexpr T guard{12345};
    constexpr std::size_t margin = 8;
    const auto size = static_cast<std::size_t>(count);
    std::vector<T> got(size + 2 * margin, guard);
    std::vector<T> expected = got;
    for (std::size_t i = 0; i < size; ++i) {
        expected[margin + i] = source.template normal<T>(noise::stream::solver, 5, first + i);
    }
    lanes::run<T, Isa>(fill_kernel<Source, T>{source, first, count, got.data() + margin});
    return differences(got, expected);
}

template <class T, class Source>
void check_fill(const Source& source, std::uint64_t from, std::uint64_t firsts,
                std::initializer_list<int> counts) {
    for_every_set([&](auto set, const char* name) {
        CAPTURE(name);
        std::size_t wrong = 0;
        for (std::uint64_t first = from; first < from + firsts; ++first) {
            for (const int count : counts) {
                wrong += wrong_elements<T, decltype(set)>(source, first, count);
            }
        }
        CHECK(wrong == 0);
    });
}

}  // namespace testing

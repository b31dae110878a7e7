// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/noise/noise.hpp>

#include "check_fill.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <set>
#include <type_traits>
#include <vector>

namespace {

using namespace diffgen;
using noise::stream;
using testing::check_fill;

static_assert(std::is_trivially_copyable_v<noise::philox>);
static_assert(std::is_trivially_copyable_v<noise::per_sample_seeds>);
static_assert(std::is_trivially_copyable_v<noise::recorded<float>>);

}  // namespace

TEST_CASE_TEMPLATE("fill gives the bits of one element at a time from any first to any last", T,
                   float, double) {
    // Around the flat element where the counter's lower word carries, and around zero.
    const noise::philox source{0x9e3779b97f4a7c15u};
    const auto counts = {0, 1, 2, 3, 4, 5, 31, 63, 64, 65, 127, 128, 129, 200};
    check_fill<T>(source, 0, 5, counts);
    check_fill<T>(source, (std::uint64_t{1} << 34) - 67, 70, {1, 64, 130});
}

TEST_CASE_TEMPLATE("a count of any whole type gives the same bits", Count, short, unsigned, long,
                   std::size_t, std::int64_t) {
    const noise::philox source{0x0123456789abcdef};
    std::vector<double> by_int(71, -1.0), got = by_int;
    source.fill<double>(stream::prior, 3, 5, 70, by_int.data());
    source.fill<double>(stream::prior, 3, 5, Count{70}, got.data());
    CHECK(got == by_int);
    CHECK(got.back() == -1.0);
    source.fill<double>(stream::prior, 4, 5, Count{0}, got.data());
    if constexpr (std::is_signed_v<Count>)
        source.fill<double>(stream::prior, 4, 5, Count{-3}, got.data());
    CHECK(got == by_int);
}

TEST_CASE("a normal is where the addressing says it is") {
    // Counter (flat / 4, draw, stream) under key = seed, floats and doubles.
    const noise::philox source{0x0123456789abcdefu};
    const auto block = noise::philox4x32_10(
        {{0x00000002u, 0x00000001u, 7, static_cast<std::uint32_t>(stream::training)}},
        {{0x89abcdefu, 0x01234567u}});
    const std::uint64_t index = 0x100000002u;
    const auto pair = noise::box_muller<float>(block.word[2], block.word[3]);
    CHECK(source.words(stream::training, 7, index) == block);
    CHECK(source.normal<float>(stream::training, 7, 4 * index + 2) == pair.first);
    CHECK(source.normal<float>(stream::training, 7, 4 * index + 3) == pair.second);
    const auto wide = noise::box_muller<double>(std::uint64_t{block.word[1]} << 32 | block.word[0],
                                                std::uint64_t{block.word[3]} << 32 | block.word[2]);
    CHECK(source.normal<double>(stream::training, 7, 2 * index) == wide.first);
    CHECK(source.normal<double>(stream::training, 7, 2 * index + 1) == wide.second);
    CHECK(source.uniform<float>(stream::training, 7, 4 * index + 1) ==
          noise::uniform<float>(block.word[1]));
}

TEST_CASE("seed, stream, draw and element all change the number") {
    std::set<double> seen;
    for (const std::uint64_t seed : {0u, 1u}) {
        for (const auto purpose : {stream::prior, stream::solver}) {
            for (const std::uint32_t draw : {0u, 1u}) {
                for (const std::uint64_t flat : {0u, 1u, 2u, 3u, 4u}) {
                    seen.insert(noise::philox{seed}.normal<double>(purpose, draw, flat));
                }
            }
        }
    }
    CHECK(seen.size() == 40);
}

TEST_CASE_TEMPLATE("a seed a sample: each sample draws what its seed draws alone", T, float,
                   double) {
    std::vector<std::uint64_t> seeds(300);
    for (std::size_t i = 0; i < seeds.size(); ++i)
        seeds[i] = 0x9e3779b97f4a7c15u * (i + 1);
    for (const std::uint64_t elements : {1u, 2u, 3u, 5u, 16u, 33u, 100u}) {
        CAPTURE(elements);
        const noise::per_sample_seeds source{seeds.data(), elements, 40};
        const std::uint64_t sample = 40 + 17;
        const std::uint64_t element = elements - 1;
        const std::uint64_t flat = sample * elements + element;
        CHECK(source.normal<T>(stream::solver, 5, flat) ==
              noise::philox{seeds[17]}.normal<T>(stream::solver, 5, element));
        CHECK(source.uniform<T>(stream::times, 5, flat) ==
              noise::philox{seeds[17]}.uniform<T>(stream::times, 5, element));
        check_fill<T>(source, 41 * elements, 7, {0, 1, 3, 64, 65, 200});
    }
}

TEST_CASE("recorded numbers come back by draw and element") {
    std::vector<double> data(3 * 10);
    for (std::size_t i = 0; i < data.size(); ++i)
        data[i] = static_cast<double>(i) / 8.0;
    const noise::recorded<double> source{data.data(), 10, 3};
    CHECK(source.draws() == 3);
    CHECK(source.normal<float>(stream::prior, 2, 4) == 3.0f);
    float out[5] = {};
    source.fill<float>(stream::solver, 1, 3, 4, out);
    CHECK(out[0] == 1.625f);
    CHECK(out[3] == 2.0f);
    CHECK(out[4] == 0.0f);
}

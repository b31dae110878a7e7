// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Runs of discrete samplers have the same levels on all back ends, in parts and in any kind of
// number.

#include <diffgen/discrete/sampler.hpp>
#include <diffgen/exec/policy.hpp>

#include <doctest/doctest.h>

#include "oracle.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bits_of_levels {

namespace discrete = diffgen::discrete;
namespace exec = diffgen::exec;
using diffgen::batch;

constexpr std::size_t elements = 11, samples = 53;

template <class Output = discrete::clean, class C, class S, class Order>
auto make(const C& c, const S& s, const Order& order) {
    const oracle::network<C, S, Output> net{oracle::chain(), c, s};
    return discrete::sampler{c, s, discrete::predicts<double>(Output{}, net), order};
}

template <class Level, class Sampler, class Exec>
std::vector<int> levels(Sampler& s, const Exec& e, std::size_t first = 0,
                        std::size_t count = samples) {
    std::vector<Level> x(count * elements);
    s.generate(e, batch(x, count), {.steps = 9, .seed = 5, .first_sample = first});
    return {x.begin(), x.end()};
}

template <class Sampler>
void check_bits(Sampler s) {
    const auto whole = levels<int>(s, exec::cpp);
    CHECK(levels<float>(s, exec::cpp) == whole);
    CHECK(levels<std::int8_t>(s, exec::omp) == whole);
    std::vector<int> parts = levels<int>(s, exec::tbb, 0, 20);
    const auto rest = levels<int>(s, exec::cpp, 20, samples - 20);
    parts.insert(parts.end(), rest.begin(), rest.end());
    CHECK(parts == whole);
    int high = 0;
    for (const int v : whole)
        high = v > high ? v : high;
    CHECK(high == 2);  // symbols only, no mask is left
}

}  // namespace bits_of_levels

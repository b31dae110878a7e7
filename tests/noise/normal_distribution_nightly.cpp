// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/noise/source.hpp>

#include "normal_distribution.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

namespace {

using namespace diffgen;

/// 1e8 numbers find a shift of the mean of 0.001, a wrong scale of 0.0007, a correlation of 0.001.
template <class T>
normal_battery hundred_million(std::uint64_t seed) {
    constexpr int chunk = 1 << 16;
    normal_battery battery;
    std::vector<T> x(chunk);
    for (std::uint64_t i = 0; i < 1526; ++i) {
        lanes::run<T>([&]<class V>(lanes::tag<V>) {
            noise::philox{seed}.fill<V>(noise::stream::prior, 0, i * chunk, chunk, x.data());
        });
        battery.add(x);
    }
    return battery;
}

}  // namespace

TEST_CASE_TEMPLATE("1e8 normals", T, float, double) {
    for (const auto& statistic : hundred_million<T>(3).statistics()) {
        CAPTURE(statistic.first);
        CHECK(std::fabs(statistic.second) < battery_limit);
    }
}

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include "normal_distribution.hpp"

#include <diffgen/noise/source.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <random>
#include <vector>

namespace {

using namespace diffgen;

constexpr int chunk = 1 << 14;

template <class T>
std::vector<T> normals(std::uint64_t seed, std::uint32_t draw, std::uint64_t first) {
    std::vector<T> x(chunk);
    lanes::run<T>([&]<class V>(lanes::tag<V>) {
        noise::philox{seed}.fill<V>(noise::stream::solver, draw, first, chunk, x.data());
    });
    return x;
}

void check(const normal_battery& battery) {
    for (const auto& statistic : battery.statistics()) {
        CAPTURE(statistic.first);
        CHECK(std::fabs(statistic.second) < battery_limit);
    }
}

}  // namespace

TEST_CASE_TEMPLATE("4e6 neighbours of one draw are normal and independent", T, float, double) {
    normal_battery battery;
    for (std::uint64_t i = 0; i < 256; ++i)
        battery.add(normals<T>(1, 0, i * chunk));
    check(battery);
}

TEST_CASE("so are the draws of one element, and the first elements of neighbouring seeds") {
    const noise::philox source{2};
    std::vector<float> draws(1 << 20);
    std::vector<float> seeds(1 << 20);
    for (std::size_t i = 0; i < draws.size(); ++i) {
        draws[i] = source.normal<float>(noise::stream::solver, static_cast<std::uint32_t>(i), 3);
        seeds[i] = noise::philox{i}.normal<float>(noise::stream::solver, 0, 0);
    }
    normal_battery over_draws;
    over_draws.add(draws);
    check(over_draws);
    normal_battery over_seeds;
    over_seeds.add(seeds);
    check(over_seeds);
}

TEST_CASE("the battery sees a wrong scale, a cut tail and a correlation") {
    const auto wrong = [](auto distort) {
        normal_battery battery;
        for (std::uint64_t i = 0; i < 256; ++i) {
            auto x = normals<float>(1, 0, i * chunk);
            distort(x);
            battery.add(x);
        }
        return battery.worst();
    };
    CHECK(wrong([](auto& x) {
              for (auto& z : x)
                  z *= 1.004f;
          }) > battery_limit);
    CHECK(wrong([](auto& x) {
              for (auto& z : x)
                  z = std::fabs(z) > 4.0f ? 0.0f : z;
          }) > battery_limit);
    CHECK(wrong([](auto& x) {
              for (std::size_t i = 1; i < x.size(); ++i)
                  x[i] = x[i] + 0.006f * x[i - 1];
          }) > battery_limit);
}

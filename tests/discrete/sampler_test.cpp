// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Runs of discrete samplers: what stays as it is, how many steps there are, what an observer may
// do.

#include <diffgen/discrete/sampler.hpp>
#include <diffgen/exec/policy.hpp>
#include <diffgen/noise/per_sample_seeds.hpp>
#include <diffgen/observe/observers.hpp>

#include <doctest/doctest.h>

#include "bits.hpp"
#include "oracle.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

using namespace bits_of_levels;

TEST_CASE("seeds of every sample") {
    const discrete::absorbing c{4, 3};
    const discrete::log_linear s{};
    const oracle::network<discrete::absorbing, discrete::log_linear, discrete::clean> net{
        oracle::chain(), c, s};
    std::vector<std::uint64_t> seeds{7, 8, 7};
    discrete::sampler own{c, s, discrete::predicts<double>(discrete::clean{}, net),
                          discrete::ancestral{},
                          diffgen::noise::per_sample_seeds{seeds.data(), elements}};
    std::vector<int> x(3 * elements);
    own.generate(exec::cpp, batch(x, 3), {.steps = 5});
    CHECK(std::equal(x.begin(), x.begin() + elements, x.begin() + 2 * elements));
    CHECK(!std::equal(x.begin(), x.begin() + elements, x.begin() + elements));
}
TEST_CASE("what a masked state shows stays") {
    auto s = make(discrete::absorbing{4, 3}, discrete::log_linear{}, discrete::by_confidence{});
    std::vector<int> x(samples * elements, 3);
    for (std::size_t i = 0; i < x.size(); i += 3)
        x[i] = static_cast<int>(i % 2);
    const auto known = x;
    s.generate_from(exec::cpp, 1, batch(x, samples), {.steps = 4});
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (known[i] != 3) CHECK(x[i] == known[i]);
        CHECK(x[i] != 3);
    }
}
TEST_CASE("an order by elements a step takes as many steps as there are masks to show") {
    auto s = make(discrete::absorbing{4, 3}, discrete::log_linear{}, discrete::raster{});
    std::vector<int> x(2 * elements);
    CHECK(s.generate(exec::cpp, batch(x, 2)).evaluations == elements);
    s.order.elements_a_step = 4;
    CHECK(s.generate(exec::cpp, batch(x, 2)).evaluations == 3);
    x[0] = x[1] = x[elements] = 3;
    s.order.elements_a_step = 1;
    CHECK(s.generate_from(exec::cpp, 1, batch(x, 2)).evaluations == 2);
}
TEST_CASE("an observer sees every step, changes the state, and ends the run") {
    const auto s = make(discrete::absorbing{4, 3}, discrete::log_linear{}, discrete::ancestral{});
    std::vector<int> x(samples * elements);
    diffgen::observe::recording seen;
    s.generate(exec::cpp, batch(x, samples),
               {.steps = 6, .observe = diffgen::observe::record(seen)});
    REQUIRE(seen.states.size() == 6);
    CHECK(std::equal(x.begin(), x.end(), seen.states.back().begin()));
    CHECK(seen.levels.back().alpha == 1);
    CHECK(seen.levels.front().t == doctest::Approx(5 / 6.));

    diffgen::observer edits{.on_step = [](const diffgen::observation& o) {
        if (o.step == 3) o.set_state(std::vector<double>(samples * elements, 2));
        return true;
    }};
    s.generate(exec::cpp, batch(x, samples), {.steps = 6, .observe = edits});
    CHECK(x == std::vector<int>(samples * elements, 2));

    std::atomic<bool> flag = true;
    const auto done =
        s.generate(exec::cpp, batch(x, samples), {.observe = diffgen::observe::stop_when(flag)});
    CHECK(!done.finished);
    CHECK(done.evaluations == 0);
}
TEST_CASE("noise and back: what is kept has the probability of the schedule") {
    const auto s = make(discrete::uniform{3}, discrete::linear{0, 4}, discrete::ancestral{});
    const std::size_t n = 100000;
    std::vector<std::int8_t> x(n, 1);
    s.add_noise(exec::omp, 0.2, batch(x, n), {.seed = 3});
    const double kept = std::exp(-0.8), p = kept + (1 - kept) / 3;
    const auto same = static_cast<double>(std::count(x.begin(), x.end(), 1));
    // Off by 6.1 deviations once in 1e9; a wrong 0.01 would be 6.5 deviations more or less.
    CHECK(std::abs(same / n - p) < 6.11 * std::sqrt(p * (1 - p) / n));
}

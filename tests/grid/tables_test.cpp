// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/grid/linear_quadratic.hpp>
#include <diffgen/grid/log_linear.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/schedule/edm.hpp>

#include "compare.hpp"
#include "grid_testing.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace diffgen;
using testing::relative_error;

TEST_CASE("linear_quadratic: equal first steps, then equal second differences, no jump of speed") {
    testing::check_on_processes(grid::linear_quadratic{});
    testing::check_on_processes(grid::linear_quadratic{.threshold = 0.49});
    const process typed(schedule::rectified{}, kernel::linear_interpolant{});
    const any_process p(typed);
    for (const int n : {2, 3, 10, 17, 64}) {
        CAPTURE(n);
        const auto l = grid::linear_quadratic{}.levels(p, n);
        const int m = n / 2;
        std::vector<double> gone;
        for (const auto& each : l)
            gone.push_back(1 - each.t);
        const auto at = [&](int k) { return gone[static_cast<std::size_t>(k)]; };
        for (int k = 0; k <= m; ++k)
            CHECK(std::fabs(at(k) - 0.025 * k / m) < 1e-14);
        CHECK(at(n) == 1);
        // a parabola from (m, threshold) with the slope threshold / m there: its second difference
        // is what (n, 1) needs
        const double slope = 0.025 / m, q = n - m, second = 2 * (1 - 0.025 - slope * q) / (q * q);
        for (int k = m; k + 2 <= n; ++k)
            CHECK(std::fabs(at(k + 2) - 2 * at(k + 1) + at(k) - second) < 1e-14);
        CHECK(std::fabs(at(m + 1) - at(m) - slope - second / 2) < 1e-14);
    }
    CHECK_THROWS_AS(static_cast<void>(grid::linear_quadratic{.threshold = 0}.levels(p, 4)),
                    bad_argument);
}

TEST_CASE("log_linear: numpy's interpolation of the logarithms, reversed or not") {
    testing::check_on_discrete(grid::align_your_steps::stable_diffusion());
    testing::check_on_discrete(grid::align_your_steps::stable_diffusion_xl());
    testing::check_on_discrete(grid::align_your_steps::deep_floyd());
    testing::check_on_discrete(grid::align_your_steps::stable_video_diffusion());
    const process typed(schedule::edm{.sigma_max = 800}, kernel::variance_exploding{});
    const any_process p(typed);
    auto g = grid::align_your_steps::stable_video_diffusion();
    const auto ten = g.levels(p, 10);
    for (std::size_t i = 0; i < 10; ++i)
        CHECK(relative_error(ten[i].sigma, g.values[i]) < 1e-14);
    CHECK(ten[10].is_clean());
    g.stops = true;
    CHECK(relative_error(g.levels(p, 10)[10].sigma, 0.002) < 1e-14);
    CHECK(relative_error(g.levels(p, 1)[1].sigma, 0.002) < 1e-14);
    // twice the steps: geometric means between the entries; 5 steps: every other entry
    const auto twenty = g.levels(p, 20), five = g.levels(p, 5);
    for (std::size_t i = 0; i < 10; ++i)
        CHECK(relative_error(twenty[2 * i + 1].sigma, std::sqrt(g.values[i] * g.values[i + 1])) <
              1e-14);
    for (std::size_t i = 0; i <= 5; ++i)
        CHECK(relative_error(five[i].sigma, g.values[2 * i]) < 1e-14);
    // n = 4: at 2.5, 5 and 7.5 of the table
    CHECK(relative_error(g.levels(p, 4)[3].sigma, std::sqrt(0.403 * 0.173)) < 1e-14);
    CHECK_THROWS_AS(static_cast<void>(grid::log_linear({1})), bad_argument);
    CHECK_THROWS_AS(static_cast<void>(grid::log_linear({1, 2})), bad_argument);
    CHECK_THROWS_AS(static_cast<void>(grid::log_linear({1, 0})), bad_argument);
}

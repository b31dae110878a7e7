// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/grid/gits.hpp>
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
    const process_view p(typed);
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
    const process_view p(typed);
    auto g = grid::align_your_steps::stable_video_diffusion();
    const auto ten = g.levels(p, 10);
    for (std::size_t i = 0; i < 10; ++i)
        CHECK(relative_error(ten[i].sigma, g.values[i]) < 1e-14);
    CHECK(ten[10].is_clean());
    g.ends_at_sigma_min = true;
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

TEST_CASE("align_your_steps: beside the same tables in ComfyUI, snapped to trained timesteps") {
    // comfy_extras/nodes_align_your_steps.py, NOISE_LEVELS; neighbouring timesteps are up to 4 %
    // apart there
    const auto check = [](const grid::log_linear& g, const std::vector<double>& snapped) {
        REQUIRE(g.values.size() == snapped.size());
        for (std::size_t k = 0; k < snapped.size(); ++k)
            CHECK(relative_error(g.values[k], snapped[k]) < 0.015);
    };
    check(grid::align_your_steps::stable_diffusion(),
          {14.6146412293, 6.4745760956, 3.8636745985, 2.6946151520, 1.8841921177, 1.3943805092,
           0.9642583904, 0.6523686016, 0.3977456272, 0.1515232662, 0.0291671582});
    check(grid::align_your_steps::stable_diffusion_xl(),
          {14.6146412293, 6.3184485287, 3.7681790315, 2.1811480769, 1.3405244945, 0.8620721141,
           0.5550693289, 0.3798540708, 0.2332364134, 0.1114188177, 0.0291671582});
}

TEST_CASE("gits: the published sigmas of Stable Diffusion, to the rounding of the publication") {
    testing::check_on_discrete(grid::gits{});
    const process typed(schedule::edm{.sigma_max = 800}, kernel::variance_exploding{});
    const process_view p(typed);
    const auto check = [&](double coefficient, const std::vector<double>& published) {
        CAPTURE(coefficient);
        const int n = static_cast<int>(published.size());  // the last, 0.02916753, is left out
        CAPTURE(n);
        const auto l = grid::gits{coefficient}.levels(p, n);
        REQUIRE(l.size() == published.size() + 1);
        for (std::size_t k = 0; k < published.size(); ++k)
            CHECK(relative_error(l[k].sigma, published[k]) < 3e-5);
        CHECK(l.back().is_clean());
    };
    // comfy_extras/nodes_gits.py of ComfyUI, NOISE_LEVELS: first, middle and last tables and rows
    check(0.80, {14.61464119, 7.49001646});
    check(0.80,
          {14.61464119, 13.76078796, 12.96784878, 12.2308979, 11.54541874, 10.90732002, 10.31284904,
           9.75859547,  9.24142551,  8.75849152,  8.30717278, 7.88507891,  7.49001646,  6.77309084,
           5.85520077,  4.86714602,  3.75677586,  2.84484982, 1.78698075,  0.803307});
    check(0.95, {14.61464119, 12.2308979, 8.75849152, 7.49001646, 5.85520077, 4.45427561,
                 3.07277966, 1.91321158, 1.08895338, 0.50118381});
    check(1.10,
          {14.61464119, 6.77309084, 3.07277966, 1.61558151, 0.89115214, 0.4783645, 0.19894916});
    check(1.15, {14.61464119, 5.85520077, 1.91321158, 0.83188516, 0.34370604});
    check(1.20, {14.61464119, 5.85520077, 2.95596409, 1.84880662, 1.24153244, 0.83188516,
                 0.59516323, 0.41087446, 0.27464288, 0.17026083, 0.09824532});
    check(1.30,
          {14.61464119, 5.85520077, 2.84484982, 1.61558151, 1.08895338, 0.77538133, 0.57119018,
           0.43325692, 0.34370604, 0.27464288, 0.22545385, 0.17026083, 0.13792117, 0.09824532});
    check(1.50, {14.61464119, 0.54755926});
    check(1.50,
          {14.61464119, 2.45070267, 1.41535246, 0.95350921, 0.72133851, 0.57119018, 0.4783645,
           0.43325692,  0.38853383, 0.36617002, 0.34370604, 0.32104823, 0.29807833, 0.27464288,
           0.25053367,  0.22545385, 0.19894916, 0.17026083, 0.13792117, 0.09824532});
    // more steps than published: the geometric means between the levels of 20
    const auto forty = grid::gits{}.levels(p, 40), twenty = grid::gits{}.levels(p, 20);
    for (std::size_t k = 0; k + 1 < 20; ++k) {
        CHECK(relative_error(forty[2 * k].sigma, twenty[k].sigma) < 1e-14);
        CHECK(relative_error(forty[2 * k + 1].sigma,
                             std::sqrt(twenty[k].sigma * twenty[k + 1].sigma)) < 1e-14);
    }
    CHECK(relative_error(grid::gits{}.levels(p, 1)[0].sigma, 14.61464119) < 1e-7);
    for (const double coefficient : {0.75, 1.22, 1.55, 0., -1., std::nan("")})
        CHECK_THROWS_AS(static_cast<void>(grid::gits{coefficient}.levels(p, 5)), bad_argument);
}

namespace {

/// The second sigma of as many numbers of steps as `steps`, from 2 on one after the other.
struct second_sigma {
    double sigma;
    int steps;
};

}  // namespace

// NOISE_LEVELS as above. The test of paths below sets the other steps against one another; a first
// step stands alone.
TEST_CASE("gits: the first step of every published path") {
    const process typed(schedule::edm{.sigma_max = 800}, kernel::variance_exploding{});
    const process_view p(typed);
    const auto check = [&](double coefficient, const std::vector<second_sigma>& published) {
        CAPTURE(coefficient);
        int n = 2;
        for (const auto& [sigma, steps] : published)
            for (const int end = n + steps; n < end; ++n) {
                const int tested = n;
                CAPTURE(tested);
                const auto l = grid::gits{coefficient}.levels(p, n);
                CHECK(relative_error(l[1].sigma, sigma) < 3e-5);
            }
        CHECK(n == 21);
    };
    check(
        0.80,
        {{7.49001646, 1}, {11.54541874, 3}, {12.2308979, 2}, {12.96784878, 1}, {13.76078796, 12}});
    check(
        0.85,
        {{7.49001646, 2}, {11.54541874, 3}, {12.2308979, 2}, {12.96784878, 2}, {13.76078796, 10}});
    check(0.90, {{6.77309084, 1},
                 {7.49001646, 3},
                 {11.54541874, 2},
                 {12.2308979, 3},
                 {12.96784878, 3},
                 {13.76078796, 7}});
    check(0.95, {{6.77309084, 2},
                 {7.49001646, 3},
                 {11.54541874, 3},
                 {12.2308979, 3},
                 {12.96784878, 6},
                 {13.76078796, 2}});
    check(1.00, {{1.56271636, 1},
                 {6.77309084, 2},
                 {7.11996698, 1},
                 {7.49001646, 2},
                 {11.54541874, 11},
                 {12.2308979, 2}});
    check(1.05, {{0.95350921, 1}, {6.77309084, 4}, {7.49001646, 5}, {11.54541874, 9}});
    check(1.10, {{0.89115214, 1},
                 {2.36326075, 1},
                 {5.85520077, 1},
                 {6.77309084, 4},
                 {7.49001646, 10},
                 {11.54541874, 2}});
    check(1.15,
          {{0.83188516, 1}, {1.84880662, 1}, {5.85520077, 5}, {6.77309084, 2}, {7.49001646, 10}});
    check(1.20, {{0.803307, 1},
                 {1.56271636, 1},
                 {2.36326075, 1},
                 {2.84484982, 1},
                 {5.85520077, 7},
                 {6.77309084, 2},
                 {7.49001646, 6}});
    check(1.25, {{0.72133851, 1},
                 {1.56271636, 1},
                 {2.05039096, 1},
                 {2.36326075, 1},
                 {2.84484982, 1},
                 {3.07277966, 1},
                 {5.85520077, 13}});
    check(1.30, {{0.72133851, 1},
                 {1.24153244, 1},
                 {1.56271636, 1},
                 {1.84880662, 1},
                 {2.36326075, 1},
                 {2.84484982, 1},
                 {3.07277966, 2},
                 {5.85520077, 11}});
    check(1.35, {{0.69515091, 1},
                 {0.95350921, 1},
                 {1.56271636, 1},
                 {1.61558151, 1},
                 {1.84880662, 1},
                 {2.45070267, 1},
                 {2.84484982, 4},
                 {3.07277966, 5},
                 {5.85520077, 4}});
    check(1.40, {{0.59516323, 1},
                 {0.95350921, 1},
                 {1.08895338, 1},
                 {1.56271636, 1},
                 {1.61558151, 1},
                 {2.05039096, 1},
                 {2.45070267, 4},
                 {2.84484982, 9}});
    check(1.45, {{0.59516323, 1},
                 {0.803307, 1},
                 {0.95350921, 1},
                 {1.24153244, 1},
                 {1.56271636, 1},
                 {1.61558151, 1},
                 {1.91321158, 1},
                 {2.19988537, 1},
                 {2.45070267, 6},
                 {2.84484982, 5}});
    check(1.50, {{0.54755926, 1},
                 {0.803307, 1},
                 {0.86115354, 1},
                 {1.24153244, 1},
                 {1.56271636, 1},
                 {1.61558151, 2},
                 {1.84880662, 3},
                 {2.19988537, 2},
                 {2.36326075, 4},
                 {2.45070267, 3}});
}

TEST_CASE("gits: a path of dynamic programming, its rest depends on where and how far only") {
    // what is left of k steps from a place is the same in every row of a table, and starts no
    // earlier from a later place: errors of transcription would break it
    for (const auto& table : grid::detail::gits_places) {
        std::vector<std::vector<int>> next(101, std::vector<int>(21, 0));
        const auto* row = &table[0];
        for (int n = 2; n <= 20; row += n++ - 1)
            for (int k = 0; k < n; ++k) {
                const int from = k == 0 ? 0 : row[k - 1], to = k + 1 == n ? 100 : row[k];
                REQUIRE((from < to && to <= 100));
                int& known = next[static_cast<std::size_t>(from)][static_cast<std::size_t>(n - k)];
                CHECK((known == 0 || known == to));
                known = to;
            }
        for (std::size_t left = 1; left <= 20; ++left) {
            int before = 0;
            for (const auto& from : next) {
                if (from[left] == 0) continue;
                CHECK(from[left] >= before);
                before = from[left];
            }
        }
    }
}

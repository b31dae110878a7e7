// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Grids that bend equal steps of time. Expected values by the formulas of their sources.

#include <diffgen/grid/shifted.hpp>
#include <diffgen/grid/straight.hpp>
#include <diffgen/grid/warped_time.hpp>

#include "grid_testing.hpp"

using namespace diffgen;

namespace {

/// The times of a straight path, from 1 to 0.
template <class Grid>
std::vector<double> times(const Grid& g, int n) {
    const process flow(schedule::rectified{}, kernel::linear_interpolant{});
    std::vector<double> t;
    for (const noise_level& l : g.levels(process_view(flow), n))
        t.push_back(l.t);
    return t;
}
void check_times(const std::vector<double>& found, const std::vector<double>& expected) {
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i)
        CHECK(found[i] == doctest::Approx(expected[i]).epsilon(1e-9));
}

}  // namespace

TEST_CASE("levels of every number of steps on every process") {
    testing::check_on_processes(grid::smoothstep{});
    testing::check_on_processes(grid::sway{});
    testing::check_on_processes(grid::sway{1});
    testing::check_on_processes(grid::bong_tangent{});
    testing::check_on_processes(grid::logit_normal{});
    testing::check_on_processes(grid::logit_normal{-0.5, 0.6});
}

TEST_CASE("smoothstep and sway by their formulas") {
    check_times(times(grid::smoothstep{}, 4), {1, 0.84375, 0.5, 0.15625, 0});
    // 1 - t of F5-TTS: t + s (cos(pi t / 2) - 1 + t) with s = -1 is 1 - cos(pi t / 2)
    const double third = std::cos(std::acos(-1.) / 6);
    check_times(times(grid::sway{}, 3), {1, third, 0.5, 0});
    check_times(times(grid::sway{0}, 4), {1, 0.75, 0.5, 0.25, 0});
}

// RES4LYF's bong_tangent_scheduler(steps = 6), by its formula: 8 points, a bend at 4, a slope of 1.
TEST_CASE("bong_tangent by its formula") {
    const auto arc = [](double x) { return std::atan(x); };
    const double top = arc(4) - arc(1);
    check_times(times(grid::bong_tangent{}, 6),
                {1, 0.5 + 0.5 * (arc(3) - arc(1)) / top, 0.5 + 0.5 * (arc(2) - arc(1)) / top, 0.5,
                 0.5 * (arc(3) - arc(1)) / arc(3), 0.5 * (arc(3) - arc(2)) / arc(3), 0});
}

TEST_CASE("logit_normal has the quantiles of its law") {
    // the normal's quartiles are at 0.6744897501960817
    const double q = 1 / (1 + std::exp(-0.6744897501960817));
    check_times(times(grid::logit_normal{}, 4), {1, q, 0.5, 1 - q, 0});
    check_times(times(grid::logit_normal{1, 2}, 2), {1, 1 / (1 + std::exp(-1.)), 0});
}

TEST_CASE("FLUX.2's shift by its two lines") {
    // 4096 tokens in 50 steps; mu of 10 and 200 steps
    const double of_10 = 8.73809524e-05 * 4096 + 1.89833333,
                 of_200 = 0.00016927 * 4096 + 0.45666666;
    const double slope = (of_200 - of_10) / 190;
    CHECK(grid::flux2_shift(4096, 50) ==
          doctest::Approx(std::exp(slope * 50 + of_200 - 200 * slope)).epsilon(1e-12));
    CHECK(grid::flux2_shift(8192, 50) == grid::flux2_shift(8192, 10));
    CHECK_THROWS_AS((void)grid::flux2_shift(0, 10), bad_argument);
}

TEST_CASE("constants without meaning are refused") {
    CHECK_THROWS_AS((void)times(grid::sway{-1.5}, 2), bad_argument);
    CHECK_THROWS_AS((void)times(grid::sway{2}, 2), bad_argument);
    CHECK_THROWS_AS((void)times(grid::logit_normal{0, 0}, 2), bad_argument);
    CHECK_THROWS_AS((void)times(grid::logit_normal{NAN, 1}, 2), bad_argument);
}

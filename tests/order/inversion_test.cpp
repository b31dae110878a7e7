// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// From data to noise on a mixture in one dimension: the encoding is the quantile map, at the
// solver's order, and the way back leads to the data again.
#include <diffgen/exec/policy.hpp>
#include <diffgen/grid/discrete.hpp>
#include <diffgen/grid/inverted.hpp>
#include <diffgen/grid/karras.hpp>
#include <diffgen/kernel/linear_interpolant.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/schedule/betas.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/schedule/rectified.hpp>
#include <diffgen/solver/adaptive.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/ddim.hpp>
#include <diffgen/solver/gradient_estimation.hpp>
#include <diffgen/solver/names.hpp>
#include <diffgen/solver/runge_kutta.hpp>

#include "check_refused.hpp"
#include "quantile_flow.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace diffgen;

namespace {

constexpr double data_end = 0.2, noise_end = 0.7;

struct errors {
    double there, back;
};

template <class Sampler>
errors round_trip(Sampler& s, int n) {
    const noise_level low = s.process.level(data_end), high = s.process.level(noise_end);
    const std::vector<double> data{-1.3, -0.8, -0.2, 0.3, 0.9, 1.4};
    std::vector<double> expected, x = data;
    for (const double v : data)
        expected.push_back(testing::flow_map(low, high, v));
    const grid::inverted up{grid::uniform{.stop_at = data_end}, noise_end};
    s.generate_from(exec::cpp, data_end, batch(x, x.size()), {.steps = n, .grid = up});
    const double there = testing::largest_difference(x, expected);
    s.generate_from(exec::cpp, noise_end, batch(x, x.size()), {.steps = n, .grid = up.main});
    return {there, testing::largest_difference(x, data)};
}

template <class Solver>
void check(Solver solver, int order) {
    const auto on = [&](auto schedule, auto kernel) {
        sampler s{schedule, kernel, testing::batched_predictor(velocity{}, testing::two_humps),
                  solver};
        const int n = order == 1 ? 256 : order == 4 ? 32 : 64;
        const errors coarse = round_trip(s, n), fine = round_trip(s, 2 * n);
        CAPTURE(order);
        CAPTURE(fine.there);
        CAPTURE(fine.back);
        CHECK(fine.there < 0.02);
        CHECK(std::log2(coarse.there / fine.there) >= order - 0.2);
        CHECK(std::log2(coarse.back / fine.back) >= order - 0.2);
    };
    on(schedule::linear_beta{}, kernel::variance_preserving{});
    on(schedule::rectified{}, kernel::linear_interpolant{});
}

}  // namespace

TEST_CASE("data to noise and back, at the order of the solver") {
    check(solver::ddim{}, 1);
    check(solver::gradient_estimation{}, 1);
    check(solver::heun{}, 2);
    check(solver::runge_kutta<solver::tableau::heun, solver::in_time>{}, 2);
    check(solver::rk4{}, 4);
    check(solver::dpm_solver_pp_singlestep<3>{}, 3);
    check(solver::dpm_solver_multistep<2>{}, 2);
    check(solver::dpm_solver_pp_multistep<3>{}, 3);
    check(solver::unipc<2>{}, 3);
    check(solver::lms<3>{}, 3);
}

TEST_CASE("steps of their own: within the tolerance, there and back") {
    for (const double tolerance : {1e-4, 1e-7}) {
        sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
                  testing::batched_predictor(velocity{}, testing::two_humps),
                  solver::adaptive_dormand_prince{.within = {tolerance, tolerance}}};
        const errors e = round_trip(s, 10);
        CAPTURE(e.there);
        CAPTURE(e.back);
        CHECK(e.there < 100 * tolerance);
        CHECK(e.back < 200 * tolerance);
    }
}

TEST_CASE("the levels are those of the grid, without its clean end, in the opposite order") {
    const process vp(schedule::linear_beta{}, kernel::variance_preserving{});
    const process_view p(vp);
    const auto same = [&](const auto& main) {
        const auto down = main.levels(p, 5), up = grid::inverted{main}.levels(p.until(0.1), 5);
        const std::size_t n = down.back().is_clean() ? 5 : 6;
        REQUIRE(up.size() == n);
        for (std::size_t i = 0; i < n; ++i)
            CHECK(up[i].log_snr == down[n - 1 - i].log_snr);
    };
    same(grid::uniform{.stop_at = 0.1});
    same(grid::uniform{});
    same(grid::karras{});
    same(grid::karras{.ends_at_sigma_min = true});
    const process table(schedule::scaled_linear{}, kernel::variance_preserving{});
    const auto up = grid::inverted{grid::leading{}}.levels(process_view(table), 4);
    REQUIRE(up.size() == 4);
    for (std::size_t i = 0; i < 4; ++i)
        CHECK(up[i].t == 250. * static_cast<double>(i));
}

TEST_CASE("what cannot be inverted is refused") {
    std::vector<double> x(4, 0.5);
    const options up{.steps = 4, .grid = grid::inverted{grid::uniform{.stop_at = 0.1}}};
    sampler noisy{schedule::linear_beta{}, kernel::variance_preserving{},
                  testing::batched_predictor(velocity{}, testing::two_humps), solver::ancestral{}};
    check_refused<bad_argument>([&] { noisy.generate_from(exec::cpp, 0.1, batch(x, 4), up); },
                                {"no finite coefficients"});
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
              testing::batched_predictor(velocity{}, testing::two_humps), solver::heun{}};
    check_refused<bad_argument>([&] { s.generate_from(exec::cpp, 0.2, batch(x, 4), up); },
                                {"a state given at t = 0.2"});
    CHECK(x == std::vector<double>(4, 0.5));
}

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Grids and starting times of nonsense: refused before the state is written.

#include <diffgen/diffgen.hpp>
#include <diffgen/grid/discrete.hpp>
#include <diffgen/grid/explicit.hpp>
#include <diffgen/grid/inverted.hpp>
#include <diffgen/grid/karras.hpp>
#include <diffgen/grid/restarted.hpp>

#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

using namespace diffgen;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite = std::numeric_limits<double>::infinity();

template <class Schedule>
auto sampler_of(Schedule schedule) {
    return sampler{schedule, kernel::variance_preserving{},
                   exact(gaussian_mixture<1, 1, double>{{1}, {{{0}}}, {{{1}}}}), solver::ddim{}};
}
template <class Schedule>
void check_run_refused(std::initializer_list<std::string_view> parts, const Schedule& schedule,
                       const options& o) {
    std::vector<double> x(3, 7.);
    auto s = sampler_of(schedule);
    check_refused<bad_argument>([&] { s.generate(exec::cpp, batch(x, 3), o); }, parts);
    check_refused<bad_argument>([&] { (void)s.start(exec::cpp, batch(x, 3), o); }, parts);
    CHECK(x == std::vector<double>(3, 7.));
}
template <class Schedule>
void check_start_refused(std::initializer_list<std::string_view> parts, const Schedule& schedule,
                         double t, const options& o = {.steps = 5}) {
    std::vector<double> x(3, 7.);
    auto s = sampler_of(schedule);
    check_refused<bad_argument>([&] { s.generate_from(exec::cpp, t, batch(x, 3), o); }, parts);
    check_refused<bad_argument>([&] { (void)s.start_from(exec::cpp, t, batch(x, 3), o); }, parts);
    CHECK(x == std::vector<double>(3, 7.));
}

const schedule::linear timesteps{1000};
constexpr schedule::linear_beta continuous{};
constexpr schedule::edm edm{};

struct grid_without_levels_to_step {
    std::vector<noise_level> levels(const process_view& p, int) const { return {p.level(1)}; }
};

}  // namespace

TEST_CASE("no steps, or less") {
    check_run_refused({"0 steps", "at least 1"}, continuous, {.steps = 0});
    check_run_refused({"-3 steps"}, continuous, {.steps = -3});
    check_run_refused({"0 steps"}, timesteps, {.steps = 0, .grid = grid::trailing{}});
    check_run_refused({"0 steps"}, edm, {.steps = 0, .grid = grid::karras{}});
}

TEST_CASE("discrete grids on a continuous schedule") {
    check_run_refused({"trailing", "discrete"}, continuous, {.grid = grid::trailing{}});
    check_run_refused({"leading", "discrete"}, edm, {.grid = grid::leading{}});
    check_run_refused({"linspace", "discrete"}, edm, {.grid = grid::linspace{}});
}

TEST_CASE("more steps than the schedule has") {
    check_run_refused({"trailing", "1001 steps", "of 1000"}, timesteps,
                      {.steps = 1001, .grid = grid::trailing{}});
    check_run_refused({"leading", "1001 steps"}, timesteps,
                      {.steps = 1001, .grid = grid::leading{}});
}

TEST_CASE("an offset that leaves the schedule's table") {
    check_run_refused({"leading", "step 1000 ", "of 1000", "999"}, timesteps,
                      {.steps = 1000, .grid = grid::leading{.offset = 1}});
    check_run_refused({"leading", "step -1 "}, timesteps,
                      {.steps = 10, .grid = grid::leading{.offset = -1}});
    CHECK_NOTHROW(
        (void)sampler_of(timesteps).levels({.steps = 500, .grid = grid::leading{.offset = 1}}));
}

TEST_CASE("constants of the grids by noise") {
    check_run_refused({"rho = 0;"}, edm, {.grid = grid::karras{.rho = 0}});
    check_run_refused({"rho = -7;"}, edm, {.grid = grid::karras{.rho = -7}});
    check_run_refused({"rho = nan"}, edm, {.grid = grid::karras{.rho = not_a_number}});
    check_run_refused({"sigma_max = 1 ", "sigma_min = 2"}, edm,
                      {.grid = grid::karras{.bounds = {2, 1}}});
    check_run_refused({"sigma_min = 0;"}, edm, {.grid = grid::log_snr{{0, 1}}});
    check_run_refused({"sigma_min = -1"}, edm, {.grid = grid::log_snr{{-1, 1}}});
    check_run_refused({"sigma_max = inf"}, edm, {.grid = grid::log_snr{{1, infinite}}});
    check_run_refused({"sigma_max = nan"}, edm, {.grid = grid::log_snr{{1, not_a_number}}});
}

TEST_CASE("explicit sigmas that are not finite, negative, or grow") {
    check_run_refused({"sigmas[0] ", "is inf"}, edm, {.grid = grid::sigmas({infinite, 1, 0})});
    check_run_refused({"sigmas[1] ", "is nan"}, edm, {.grid = grid::sigmas({2, not_a_number, 0})});
    check_run_refused({"sigmas[1] ", "is -1"}, edm, {.grid = grid::sigmas({2, -1, 0})});
    check_run_refused({"sigmas[1] ", "is 0"}, edm, {.grid = grid::sigmas({2, 0, 0})});
    check_run_refused({"from 1 to 2", "step 0"}, edm, {.grid = grid::sigmas({1, 2})});
    check_run_refused({"from 0 to", "step 1"}, edm, {.grid = grid::times({1, 0, 0.5})});
}

TEST_CASE("explicit times outside the schedule, or not numbers") {
    check_run_refused({"time 2 "}, continuous, {.grid = grid::times({2, 1, 0})});
    check_run_refused({"time -0.5 "}, continuous, {.grid = grid::times({1, 0.5, -0.5})});
    check_run_refused({"times[1] ", "is nan"}, continuous,
                      {.grid = grid::times({1, not_a_number})});
    check_run_refused({"time 1000 "}, timesteps, {.grid = grid::times({1000, 0})});
}

TEST_CASE("a level twice, before anything is written") {
    // Langevin dynamics stays at a level; a multistep method divides by the length of its steps.
    sampler s{continuous, kernel::variance_preserving{},
              exact(gaussian_mixture<1, 1, double>{{1}, {{{0}}}, {{{1}}}}), solver::unipc<2>{}};
    std::vector<double> x(3, 7.);
    const options twice{.grid = grid::times({1, 0.7, 0.5, 0.5, 0.25, 0})};
    check_refused<bad_argument>([&] { s.generate(exec::cpp, batch(x, 3), twice); },
                                {"no finite coefficients", "step 2", "t = 0.5"});
    CHECK(x == std::vector<double>(3, 7.));
}

TEST_CASE("a grid that adds noise on its way, under a solver that does not") {
    const any_grid rising = grid::restarted{grid::karras{}};
    check_refused<bad_argument>([&] { rising.check_solver<solver::heun>(); },
                                {"grid::restarted", "solver::restart"});
    CHECK_NOTHROW(rising.check_solver<solver::restart<>>());
    CHECK_NOTHROW(any_grid(grid::karras{}).check_solver<solver::heun>());
    CHECK_NOTHROW(any_grid(grid::inverted{grid::karras{}}).check_solver<solver::heun>());
}

TEST_CASE("an inversion from the clean end") {
    check_start_refused({"clean end", "t = 0"}, schedule::rectified{}, 0,
                        {.steps = 5, .grid = grid::inverted{grid::uniform{.stop_at = 0}}});
}

TEST_CASE("a run from the prior on a grid that goes from data to noise") {
    check_run_refused({"from the prior", "ends at more noise", "generate_from"}, timesteps,
                      {.steps = 5, .grid = grid::inverted{grid::uniform{.stop_at = 100}}});
}

TEST_CASE("a solver that draws noise on a grid that goes from data to noise") {
    sampler s{timesteps, kernel::variance_preserving{},
              exact(gaussian_mixture<1, 1, double>{{1}, {{{0}}}, {{{1}}}}), solver::ancestral{}};
    std::vector<double> x(3, 7.);
    check_refused<bad_argument>(
        [&] {
            s.generate_from(exec::cpp, 100., batch(x, 3),
                            {.steps = 5, .grid = grid::inverted{grid::uniform{.stop_at = 100}}});
        },
        {"goes to more noise", "probability flow"});
    CHECK(x == std::vector<double>(3, 7.));
}

// At sigma_min a consistency function is the identity: two steps on such a grid would be one.
TEST_CASE("a consistency model on a grid that evaluates where its trajectories end") {
    sampler s{edm, kernel::variance_exploding{},
              exact(gaussian_mixture<1, 1, double>{{1}, {{{0}}}, {{{1}}}}),
              solver::consistency{.sigma_min = 0.002}};
    std::vector<double> x(3, 7.);
    const auto run = [&](const any_grid& g) {
        s.generate(exec::cpp, batch(x, 3), {.steps = 2, .grid = g});
    };
    for (const any_grid& g : {any_grid(grid::karras{}), any_grid(grid::log_snr{})})
        check_refused<bad_argument>([&] { run(g); }, {"0.002", "identity", "ends_at_sigma_min"});
    CHECK(x == std::vector<double>(3, 7.));
    CHECK_NOTHROW(run(grid::karras{.ends_at_sigma_min = true}));
    CHECK_NOTHROW(run(grid::uniform{}));
    CHECK_NOTHROW(run(grid::sigmas({80, 0.8, 0.002})));
}

TEST_CASE("grids of too few levels") {
    check_run_refused({"0 levels"}, edm, {.grid = grid::sigmas({})});
    check_run_refused({"1 levels"}, edm, {.grid = grid::times({1})});
    check_run_refused({"1 levels"}, edm, {.grid = grid_without_levels_to_step{}});
    check_run_refused({"clean end", "t = 0"}, edm, {.grid = grid::times({0, 0})});
}

TEST_CASE("stopping outside the schedule, or above its start") {
    check_run_refused({"time -1 "}, continuous, {.grid = grid::uniform{.stop_at = -1}});
    check_run_refused({"time nan "}, continuous,
                      {.grid = grid::quadratic{.stop_at = not_a_number}});
    check_run_refused({"time 3 "}, continuous, {.grid = grid::uniform{.stop_at = 3}});
    check_start_refused({"noise must shrink"}, continuous, 0.2,
                        {.steps = 5, .grid = grid::uniform{.stop_at = 0.5}});
}

TEST_CASE("a start at the clean end") {
    check_start_refused({"clean end", "t = 0"}, continuous, 0);
    check_start_refused({"clean end", "t = -1"}, timesteps, -1);
    check_start_refused({"sigma_max = 0"}, edm, 0, {.steps = 5, .grid = grid::karras{}});
}

TEST_CASE("a start outside the schedule") {
    check_start_refused({"time 1.25 ", "0 (clean) to 1"}, continuous, 1.25);
    check_start_refused({"time 1.0000000000000002 ", "to 1"}, continuous, 1.0000000000000002);
    check_start_refused({"time 1000 ", "-1 (clean) to 999"}, timesteps, 1000);
    check_start_refused({"time nan "}, continuous, not_a_number);
    check_start_refused({"time -0.5 "}, continuous, -0.5);
    check_start_refused({"time 81 "}, edm, 81, {.steps = 5, .grid = grid::karras{}});
}

TEST_CASE("a start where the grid does not start") {
    check_start_refused({"at t = 500 ", "starts at t = 400"}, timesteps, 500,
                        {.steps = 5, .grid = grid::leading{}});
    check_start_refused({"at t = 0.5 ", "starts at t = 0.75"}, continuous, 0.5,
                        {.grid = grid::times({0.75, 0.5, 0})});
    std::vector<double> x(3, 0.5);
    CHECK(sampler_of(continuous)
              .generate_from(exec::cpp, 0.75, batch(x, 3), {.grid = grid::times({0.75, 0.5, 0})})
              .steps == 2);
}

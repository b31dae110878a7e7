// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Underdamped Langevin dynamics samples its density: from an energy, annealed, cooled, and as a
// corrector.
//
// False alarms and power: support/langevin_target.hpp. Bias: none on a Gaussian in steps of any
// size (tests/order/langevin_test.cpp), O(h^2) where components overlap. Relaxation: with friction
// near the critical a deviation shrinks by about exp(-h) a step.
#include <diffgen/exec/policy.hpp>
#include <diffgen/grid/explicit.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/predictor/energy.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/schedule/stationary.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/annealed.hpp>
#include <diffgen/solver/predictor_corrector.hpp>
#include <diffgen/solver/tempered.hpp>
#include <diffgen/solver/underdamped_langevin.hpp>

#include "langevin_target.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace diffgen;
using namespace testing::one_level;

TEST_CASE("underdamped Langevin dynamics on a stationary density, from its energy") {
    sampler s{schedule::stationary{}, kernel::variance_exploding{}, energy<2>(gradient()),
              solver::underdamped_langevin{.step = 0.15, .friction = 2}};
    std::vector<float> x(2 * samples);
    s.generate(exec::omp, batch(x, samples), {.steps = 300, .seed = 7});
    check(x);
}

TEST_CASE("underdamped Langevin dynamics, cooled to the density") {
    const auto cooled = [](int i, int n) { return i < n / 2 ? 4. : 1.; };
    sampler s{schedule::stationary{}, kernel::variance_exploding{}, energy<2>(gradient()),
              solver::tempered(solver::underdamped_langevin{.step = 0.15, .friction = 2}, cooled)};
    std::vector<float> x(2 * samples);
    s.generate(exec::omp, batch(x, samples), {.steps = 300, .seed = 8});
    check(x);
}

TEST_CASE("annealed underdamped Langevin dynamics, ended at its last level") {
    using solver::underdamped_langevin;
    sampler s{schedule::edm{}, kernel::variance_exploding{}, exact(testing::centred_in_2d),
              solver::annealed(
                  solver::scaled_by_noise(underdamped_langevin{.step = 0.2, .friction = 1.6}), 20)};
    std::vector<double> levels{8, 4, 2, 1.4, 1};
    levels.insert(levels.end(), 12, sigma);
    std::vector<float> x(2 * samples);
    s.generate(exec::omp, batch(x, samples), {.seed = 9, .grid = grid::sigmas(levels)});
    check(x);
}

TEST_CASE("underdamped corrections make up for a few large steps of the predictor") {
    using solver::underdamped_langevin;
    sampler s{
        schedule::edm{}, kernel::variance_exploding{}, exact(testing::centred_in_2d),
        solver::predictor_corrector(
            solver::ancestral{},
            solver::scaled_by_noise(underdamped_langevin{.step = 0.2, .friction = 1.6}), 150)};
    std::vector<float> x(2 * samples);
    const options o{.seed = 10, .grid = grid::sigmas({8, 3, sigma})};
    s.generate(exec::omp, batch(x, samples), o);
    check(x);
    s.solver.corrections = 0;
    s.generate(exec::omp, batch(x, samples), o);
    CHECK(testing::largest_z(x, target) > testing::largest_fair_z);
}

TEST_CASE("at a higher temperature a Gaussian is wider") {
    // q^(1 / T) of N(0, 1.64) is N(0, 1.64 T); one component, for there the power is known
    const gaussian_mixture<2, 1> data{{1}, {{{0, 0}}}, {{{1, 1}}}},
        hot{{1}, {{{0, 0}}}, {{{3 * 1.64, 3 * 1.64}}}};
    sampler s{schedule::edm{}, kernel::variance_exploding{}, exact(data),
              solver::underdamped_langevin{.step = 0.5, .friction = 1.6, .temperature = 3}};
    std::vector<float> x(2 * samples);
    s.generate(exec::omp, batch(x, samples),
               {.seed = 11, .grid = grid::sigmas(std::vector<double>(101, sigma))});
    CHECK(testing::largest_z(x, hot) < testing::largest_fair_z);
    auto colder = hot;
    for (double& v : colder.variances[0])
        v /= 1.05;
    CHECK(testing::largest_z(x, colder) > testing::largest_fair_z);
}

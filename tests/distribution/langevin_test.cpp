// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Langevin dynamics samples its density: plain, from an energy, and annealed.
//
// False alarms and power: support/langevin_target.hpp. Bias: the unadjusted dynamics has the
// variance v / (1 - delta / (4 v)) on a Gaussian of variance v (tests/order/langevin_test.cpp);
// with v at least 0.79 for every component here, and delta = 0.0077, it is 0.24 % too wide: 0.6
// deviations of the energy statistic. Relaxation: a deviation of the variance shrinks by exp(-delta
// / v) a step, to exp(-9) of it in 1,100 steps at the last level, where v is at most 0.94.
#include <diffgen/exec/policy.hpp>
#include <diffgen/grid/explicit.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/predictor/energy.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/schedule/stationary.hpp>
#include <diffgen/solver/langevin.hpp>

#include "langevin_target.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace diffgen;
using namespace testing::one_level;

namespace {

constexpr double delta = 0.0077;

}  // namespace

TEST_CASE("plain Langevin dynamics on a stationary density, from its energy") {
    sampler s{schedule::stationary{}, kernel::variance_exploding{}, energy<2>(gradient()),
              solver::langevin{.delta = delta}};
    std::vector<float> x(2 * samples);
    s.generate(exec::omp, batch(x, samples), {.steps = 1500, .seed = 5});
    check(x);
}

TEST_CASE("annealed Langevin dynamics, ended at its last level") {
    sampler s{schedule::edm{}, kernel::variance_exploding{}, exact(testing::centred_in_2d),
              solver::annealed_langevin{.steps = 100, .step = delta / (sigma * sigma)}};
    std::vector<double> levels{8, 4, 2, 1.4, 1};
    levels.insert(levels.end(), 12, sigma);  // 11 steps of 100 at the last
    std::vector<float> x(2 * samples);
    s.generate(exec::omp, batch(x, samples), {.seed = 6, .grid = grid::sigmas(levels)});
    check(x);
}

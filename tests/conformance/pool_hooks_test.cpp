// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// As pool_test.cpp, where more lies between the network and the solver.
#include <diffgen/guidance/guided.hpp>
#include <diffgen/guidance/thresholded.hpp>
#include <diffgen/noise/brownian.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/names.hpp>
#include <diffgen/solver/runge_kutta.hpp>
#include <diffgen/solver/seeds.hpp>

#include "gaussian_network.hpp"
#include "pool_scenario.hpp"

#include <doctest/doctest.h>

using namespace diffgen;
using testing::pool_network;
using testing::pool_sampler;

TEST_CASE("so under guidance, hooks that see the sample, scaled inputs, noise of a path") {
    testing::scenario_counts counts;
    testing::run_scenarios(pool_sampler(guided(pool_network, classifier_free{.w = 3}),
                                        solver::dpm_solver_pp_multistep<2>{}),
                           3000, 40, counts);
    testing::run_scenarios(pool_sampler(thresholded(pool_network, 0.8, 1.5), solver::ancestral{}),
                           3100, 30, counts);
    testing::run_scenarios(
        pool_sampler(predicts(edm_preconditioned{}, testing::gaussian_network{}), solver::heun{}),
        3200, 30, counts);
    testing::run_scenarios(pool_sampler(pool_network, solver::seeds<2>{}, noise::brownian{}), 3300,
                           20, counts);
    CHECK(counts.arrived > 300);
    CHECK(counts.failed > 30);
}

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// As pool_test.cpp, under solvers that judge the steps of every sample.
#include <diffgen/noise/brownian.hpp>
#include <diffgen/solver/adaptive.hpp>
#include <diffgen/solver/adaptive_sde.hpp>
#include <diffgen/solver/mala.hpp>

#include "gaussian_network.hpp"
#include "pool_scenario.hpp"

#include <doctest/doctest.h>

using namespace diffgen;
using testing::pool_network;
using testing::pool_sampler;

TEST_CASE("a request has the bits that it has alone, under solvers that judge its steps") {
    testing::scenario_counts counts;
    testing::run_scenarios(pool_sampler(pool_network, solver::adaptive_bogacki_shampine{}), 2000,
                           40, counts);
    testing::run_scenarios(pool_sampler(pool_network, solver::adaptive_sde{}, noise::brownian{}),
                           2100, 10, counts);
    testing::run_scenarios(pool_sampler(pool_network, solver::mala{}), 2200, 40, counts);
    CHECK(counts.arrived > 100);
    CHECK(counts.failed > 10);
}

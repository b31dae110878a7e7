// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// A request of a pool has the bits that it has alone, under every solver that follows its grid,
// whatever happens to the others. Over a thousand random lives of pools.
#include "gaussian_network.hpp"
#include "pool_scenario.hpp"
#include "tuning_solver.hpp"

#include <doctest/doctest.h>

TEST_CASE("a request has the bits that it has alone, under every solver that follows its grid") {
    testing::scenario_counts counts;
    unsigned seed = 0;
    for (const conformance::entry& e : conformance::solvers()) {
        CAPTURE(e.name);
        conformance::visit(e, [&](const auto& solver) {
            testing::run_scenarios(testing::pool_sampler(testing::pool_network, solver), seed, 9,
                                   counts);
        });
        seed += 9;
    }
    // nothing is compared that did not happen
    CHECK(seed >= 1000);
    CHECK(counts.arrived > 2000);
    CHECK(counts.failed > 200);
    CHECK(counts.cancelled > 200);
    CHECK(counts.moved > 500);
    CHECK(counts.parts > 2000);
    CHECK(counts.grown > 100);
    CHECK(counts.refused > 100);
}

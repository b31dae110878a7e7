// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/solver/churn.hpp>

#include "check_distribution.hpp"

#include <doctest/doctest.h>

using namespace diffgen;

TEST_CASE("churned Heun: the samples have the distribution of the data") {
    testing::check_distribution(
        schedule::edm{}, kernel::variance_exploding{},
        solver::churn<>{.amount = 30, .s_min = 0, .s_max = 100, .s_noise = 1},
        grid::karras{.bounds = testing::wide, .ends_at_sigma_min = true}, 250);
}

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/langevin.hpp>
#include <diffgen/solver/predictor_corrector.hpp>

#include "check_distribution.hpp"

#include <doctest/doctest.h>

using namespace diffgen;

TEST_CASE("ancestral with Langevin corrections: the samples have the distribution of the data") {
    testing::check_distribution(
        schedule::edm{}, kernel::variance_exploding{},
        solver::predictor_corrector(solver::ancestral{}, solver::annealed_langevin{.step = 0.02},
                                    1),
        grid::log_snr{.bounds = testing::wide, .ends_at_sigma_min = true}, 1800);
}

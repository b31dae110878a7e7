// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/guidance/clipped.hpp>
#include <diffgen/solver/ancestral.hpp>

#include "mixture_as.hpp"
#include "mixtures.hpp"
#include "same_bits.hpp"

#include <doctest/doctest.h>

using namespace diffgen;

TEST_CASE_TEMPLATE("clipped: the same bits in every way to run it", T, float, double) {
    testing::check_all_ways<T, 5>(
        clipped{testing::samplewise_predictor(epsilon{}, testing::two_in_5d), -0.8, 0.9},
        clipped{testing::batched_predictor(epsilon{}, testing::two_in_5d), -0.8, 0.9},
        solver::ancestral{});
}

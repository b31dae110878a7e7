// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/solver/ancestral.hpp>

#include "mixture_as.hpp"
#include "mixtures.hpp"
#include "same_bits.hpp"

#include <doctest/doctest.h>

using namespace diffgen;

TEST_CASE_TEMPLATE("ancestral: the same bits in every way to run it", T, float, double) {
    testing::check_all_ways<T, 5>(testing::samplewise_predictor(velocity{}, testing::two_in_5d),
                                  testing::batched_predictor(velocity{}, testing::two_in_5d),
                                  solver::ancestral{});
}

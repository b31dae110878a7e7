// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/solver/ddim.hpp>

#include "mixture_as.hpp"
#include "mixtures.hpp"
#include "same_bits.hpp"

#include <doctest/doctest.h>

using namespace diffgen;

TEST_CASE_TEMPLATE("DDIM: the same bits in every way to run it", T, float, double) {
    testing::check_all_ways<T, 5>(testing::samplewise_predictor(epsilon{}, testing::two_in_5d),
                                  testing::batched_predictor(epsilon{}, testing::two_in_5d),
                                  solver::ddim{});
}

TEST_CASE("noisy DDIM: the same bits in every way to run it") {
    testing::check_all_ways<float, 5>(testing::samplewise_predictor(epsilon{}, testing::two_in_5d),
                                      testing::batched_predictor(epsilon{}, testing::two_in_5d),
                                      solver::ddim{.eta = 0.7});
}

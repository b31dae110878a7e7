// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/guidance/clipped.hpp>
#include <diffgen/guidance/thresholded.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/langevin.hpp>

#include "mixture_as.hpp"
#include "mixtures.hpp"
#include "same_bits.hpp"

#include <doctest/doctest.h>

using namespace diffgen;

TEST_CASE_TEMPLATE("thresholding: the same bits in every way to run it", T, float, double) {
    const auto functor = testing::samplewise_predictor(velocity{}, testing::two_in_5d);
    const auto network = testing::batched_predictor(velocity{}, testing::two_in_5d);
    testing::check_all_ways<T, 5>(thresholded{functor, 0.6}, thresholded{network, 0.6},
                                  solver::ancestral{});
    testing::check_all_ways<T, 5>(clipped{thresholded{functor, 0.6}, -0.5, 0.5},
                                  clipped{thresholded{network, 0.6}, -0.5, 0.5},
                                  solver::langevin_corrector{});
}

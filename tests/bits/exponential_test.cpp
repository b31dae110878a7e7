// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/solver/names.hpp>

#include "mixture_as.hpp"
#include "mixtures.hpp"
#include "same_bits.hpp"

#include <doctest/doctest.h>

using namespace diffgen;

namespace {

template <class T, class Solver>
void check(const Solver& solver) {
    testing::check_all_ways<T, 5>(testing::samplewise_predictor(velocity{}, testing::two_in_5d),
                                  testing::batched_predictor(velocity{}, testing::two_in_5d),
                                  solver);
}

}  // namespace

TEST_CASE("corrected multistep without noise: the same bits in every way to run it") {
    check<double>(solver::unipc<3>{});
}

TEST_CASE("corrected multistep with noise: the same bits in every way to run it") {
    check<float>(solver::sa_solver<2, 2>{.tau = 1});
}

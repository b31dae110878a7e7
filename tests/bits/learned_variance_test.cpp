// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/guidance/clipped.hpp>
#include <diffgen/guidance/learned_variance.hpp>

#include "same_bits.hpp"
#include "two_outputs.hpp"

#include <doctest/doctest.h>

using namespace diffgen;

TEST_CASE_TEMPLATE("a learned variance: the same bits in every way to run it", T, float, double) {
    const testing::two_outputs<5> net;
    const predicts functor(velocity{}, samplewise<5>(net));
    const predicts network(velocity{}, net);
    testing::check_all_ways<T, 5>(learned_variance{functor}, learned_variance{network},
                                  testing::uses_everything{});
    testing::check_all_ways<T, 5>(learned_variance{clipped{functor}},
                                  learned_variance{clipped{network}}, testing::uses_everything{});
}

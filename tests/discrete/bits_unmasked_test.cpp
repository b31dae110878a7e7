// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/discrete/betas.hpp>

#include "bits.hpp"

using namespace bits_of_levels;

TEST_CASE("the levels depend on nothing else, for corruptions without masks") {
    const discrete::linear line{0, 4};
    check_bits(make(discrete::uniform{3}, line, discrete::ancestral{}));
    check_bits(make<discrete::concrete_score>(discrete::uniform{3}, line, discrete::analytic{}));
    check_bits(make(discrete::uniform{3}, line, discrete::euler{}));
    check_bits(
        make<discrete::clean_given_others>(discrete::uniform{3}, line, discrete::flow_jumps{}));
    const discrete::discrete_time steps{discrete::linear_betas(20, 0.1, 0.5)};
    check_bits(make(discrete::discretised_gaussian{3}, steps, discrete::ancestral{}));
    check_bits(make(discrete::uniform{3}, steps, discrete::ancestral{}));
}

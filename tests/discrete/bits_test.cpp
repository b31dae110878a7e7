// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include "bits.hpp"

using namespace bits_of_levels;

TEST_CASE("the levels depend neither on back end nor batch nor kind of number") {
    const discrete::absorbing masks{4, 3};
    const discrete::log_linear line{};
    check_bits(make(masks, line, discrete::ancestral{}));
    check_bits(make(masks, line, discrete::analytic{}));
    check_bits(make(masks, line, discrete::tau_leaping{}));
    check_bits(make(masks, line, discrete::remasking{}));
    check_bits(make(masks, line, discrete::raster{}));
    check_bits(make(masks, line, discrete::raster{.elements_a_step = 0}));
    check_bits(make(masks, line, discrete::random_order{}));
    check_bits(make(masks, line, discrete::random_order{.elements_a_step = 3}));
    for (const auto measure : {discrete::confidence::largest, discrete::confidence::margin,
                               discrete::confidence::entropy, discrete::confidence::drawn})
        check_bits(make(masks, line, discrete::by_confidence{measure, 0.5}));
}

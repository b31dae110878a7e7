// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/io/half.hpp>
#include <diffgen/io/safetensors.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

using namespace diffgen;

TEST_CASE("every binary16 becomes a float and back") {
    for (std::uint32_t h = 0; h < 0x10000u; ++h) {
        const float f = io::from_half(static_cast<std::uint16_t>(h));
        if (std::isnan(f)) {
            CHECK((h & 0x7fffu) > 0x7c00u);
            CHECK(std::isnan(io::from_half(io::to_half(f))));
        } else {
            CHECK(io::to_half(f) == h);
        }
    }
    // IEEE 754-2008, table 3.5
    CHECK(io::from_half(0x3c00) == 1.0f);
    CHECK(io::from_half(0x7bff) == 65504.0f);
    CHECK(io::from_half(0x0001) == 0x1p-24f);
    CHECK(io::from_half(0xc000) == -2.0f);
    CHECK(io::from_bfloat(0x3f80) == 1.0f);
    CHECK(io::from_bfloat(0xc049) == -3.140625f);
}

TEST_CASE("floats round to the nearest binary16, ties to even") {
    CHECK(io::to_half(1.0f + 0x1p-11f) == 0x3c00);      // a tie, down to even
    CHECK(io::to_half(1.0f + 3 * 0x1p-11f) == 0x3c02);  // a tie, up to even
    CHECK(io::to_half(1.0f + 0x1.004p-11f) == 0x3c01);  // just above the tie
    CHECK(io::to_half(65519.0f) == 0x7bff);             // the largest that rounds down
    CHECK(io::to_half(65520.0f) == 0x7c00);             // and the first that does not
    CHECK(io::to_half(0x1p-25f) == 0x0000);             // half of the smallest, to even
    CHECK(io::to_half(0x1.002p-25f) == 0x0001);
    CHECK(io::to_half(-std::numeric_limits<float>::infinity()) == 0xfc00);
    // neighbours of every binary16: half a unit away is the boundary
    for (std::uint16_t h = 1; h < 0x7bff; h = static_cast<std::uint16_t>(h + 7)) {
        const float low = io::from_half(h), high = io::from_half(static_cast<std::uint16_t>(h + 1));
        const float middle = low + (high - low) / 2;
        CHECK(io::to_half(std::nextafter(middle, 0.0f)) == h);
        CHECK(io::to_half(std::nextafter(middle, high)) == h + 1);
    }
}

TEST_CASE("half-precision tensors are read as floats") {
    io::safetensors file;
    const std::vector<float> values{0.5f, -1.25f, 3.0f};
    file.set_half("w", {3}, values);
    CHECK(file.at("w").type == io::dtype::f16);
    CHECK(file.get<float>("w").data == values);
    file.tensors["b"] = {io::dtype::bf16, {1}, {0x80, 0x3f}};
    CHECK(file.get<float>("b").data == std::vector<float>{1.0f});
    CHECK_THROWS_WITH_AS(file.get<double>("w"), "diffgen: the tensor 'w' holds F16, not F64",
                         bad_argument);
}

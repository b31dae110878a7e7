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
    CHECK(file.get<double>("w").data == std::vector<double>{0.5, -1.25, 3});
}

TEST_CASE("numbers of eight bits, by the tables of Micikevicius et al. 2022") {
    CHECK(io::from_e4m3(0x00) == 0.f);
    CHECK(std::signbit(io::from_e4m3(0x80)));
    CHECK(io::from_e4m3(0x01) == 0x1p-9f);  // the smallest
    CHECK(io::from_e4m3(0x07) == 0.875f * 0x1p-6f);
    CHECK(io::from_e4m3(0x08) == 0x1p-6f);  // the smallest that is normal
    CHECK(io::from_e4m3(0x38) == 1.f);
    CHECK(io::from_e4m3(0xb8) == -1.f);
    CHECK(io::from_e4m3(0x7e) == 448.f);  // the largest
    CHECK(std::isnan(io::from_e4m3(0x7f)));
    CHECK(std::isnan(io::from_e4m3(0xff)));
    CHECK(io::from_e5m2(0x01) == 0x1p-16f);
    CHECK(io::from_e5m2(0x04) == 0x1p-14f);
    CHECK(io::from_e5m2(0x3c) == 1.f);
    CHECK(io::from_e5m2(0x7b) == 57344.f);
    CHECK(io::from_e5m2(0xfc) == -std::numeric_limits<float>::infinity());
    CHECK(std::isnan(io::from_e5m2(0x7d)));
    io::safetensors file;
    file.tensors["w"] = {io::dtype::f8_e4m3, {2}, {0x38, 0x7e}};
    CHECK(file.get<float>("w").data == std::vector<float>{1, 448});
}

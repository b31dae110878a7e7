// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Numbers of 16 and 8 bits as files hold them: IEEE 754 binary16 and bfloat16, and the E4M3 and
// E5M2 of Micikevicius et al. 2022 (arXiv 2209.05433), to float; binary16 from float.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>

#include <bit>
#include <cstdint>

namespace diffgen::inline DIFFGEN_ABI::io {

/// The float equal to a binary16; every one has one.
constexpr float from_half(std::uint16_t half) {
    const std::uint32_t sign = (half & 0x8000u) << 16, magnitude = half & 0x7fffu;
    if (magnitude >= 0x7c00u)  // infinity, NaN
        return std::bit_cast<float>(sign | 0x7f800000u | (magnitude & 0x3ffu) << 13);
    if (magnitude >= 0x400u)  // the exponents' biases differ by 112
        return std::bit_cast<float>(sign | ((magnitude << 13) + (112u << 23)));
    const float denormal = static_cast<float>(magnitude) * 0x1p-24f;
    return sign != 0 ? -denormal : denormal;
}

/// The float equal to a bfloat16.
constexpr float from_bfloat(std::uint16_t bfloat) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bfloat) << 16);
}

/// The float equal to an E5M2, whose bits are the upper half of a binary16.
constexpr float from_e5m2(std::uint8_t bits) {
    return from_half(static_cast<std::uint16_t>(bits << 8));
}

/// The float equal to an E4M3, which has no infinity, and NaN where all bits but the sign are set.
constexpr float from_e4m3(std::uint8_t bits) {
    const std::uint32_t sign = (bits & 0x80u) << 24, magnitude = bits & 0x7fu;
    if (magnitude == 0x7fu) return std::bit_cast<float>(sign | 0x7fc00000u);
    if (magnitude >= 0x8u)  // the exponents' biases differ by 120
        return std::bit_cast<float>(sign | ((magnitude << 20) + (120u << 23)));
    const float denormal = static_cast<float>(magnitude) * 0x1p-9f;
    return sign != 0 ? -denormal : denormal;
}

/// The binary16 nearest to a float, ties to even; beyond 65,520 infinity, NaN stays NaN.
constexpr std::uint16_t to_half(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = bits >> 16 & 0x8000u, magnitude = bits & 0x7fffffffu;
    if (magnitude > 0x7f800000u) return static_cast<std::uint16_t>(sign | 0x7e00u);
    if (magnitude >= 0x477ff000u) return static_cast<std::uint16_t>(sign | 0x7c00u);
    if (magnitude < 0x38800000u) {
        // below 2^-14: a sum with 1/2 leaves the rounded multiple of 2^-24 in the last bits
        const float sum = std::bit_cast<float>(magnitude) + 0.5f;
        return static_cast<std::uint16_t>(sign | (std::bit_cast<std::uint32_t>(sum) - 0x3f000000u));
    }
    const std::uint32_t rounded = magnitude + 0xfffu + (magnitude >> 13 & 1u);
    return static_cast<std::uint16_t>(sign | ((rounded >> 13) - (112u << 10)));
}

}  // namespace diffgen::inline DIFFGEN_ABI::io

#include <diffgen/core/with_macros.hpp>

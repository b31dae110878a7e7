// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The two check sums of PNG: CRC-32 (ISO 3309, reflected polynomial EDB88320) and Adler-32
// (RFC 1950).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace diffgen::inline DIFFGEN_ABI::io {

namespace detail {

constexpr std::array<std::uint32_t, 256> make_crc_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t remainder = byte;
        for (int bit = 0; bit < 8; ++bit) {
            remainder = remainder & 1 ? remainder >> 1 ^ 0xEDB88320u : remainder >> 1;
        }
        table[byte] = remainder;
    }
    return table;
}

inline constexpr std::array<std::uint32_t, 256> crc_table = make_crc_table();

}  // namespace detail

inline std::uint32_t crc32(std::span<const std::uint8_t> data) {
    std::uint32_t remainder = 0xFFFFFFFFu;
    for (const std::uint8_t byte : data) {
        remainder = detail::crc_table[(remainder ^ byte) & 0xFF] ^ remainder >> 8;
    }
    return ~remainder;
}

inline std::uint32_t adler32(std::span<const std::uint8_t> data) {
    constexpr std::uint32_t modulus = 65521;
    std::uint32_t sum = 1;
    std::uint32_t sum_of_sums = 0;
    for (const std::uint8_t byte : data) {
        sum = (sum + byte) % modulus;
        sum_of_sums = (sum_of_sums + sum) % modulus;
    }
    return sum_of_sums << 16 | sum;
}

}  // namespace diffgen::inline DIFFGEN_ABI::io

#include <diffgen/core/with_macros.hpp>

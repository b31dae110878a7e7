// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// UTF-8 (RFC 3629): checking, encoding, the byte order mark.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/io/fail.hpp>

#include <diffgen/core/config.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace diffgen::inline DIFFGEN_ABI::io::detail {

/// The length of the well-formed UTF-8 sequence at the front, 0 when there is none: overlong forms,
/// surrogates, values above U+10FFFF and cut-off sequences are ill-formed.
inline std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    if (text.empty()) return 0;
    const std::uint8_t lead = byte(0);
    if (lead < 0x80) return 1;
    const std::size_t length = lead < 0xC2   ? 0
                               : lead < 0xE0 ? 2
                               : lead < 0xF0 ? 3
                               : lead < 0xF5 ? 4
                                             : 0;
    if (length == 0 || text.size() < length) return 0;
    const std::uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const std::uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (byte(1) < low || byte(1) > high) return 0;
    for (std::size_t i = 2; i < length; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return 0;
    }
    return length;
}

/// The offset of the first ill-formed byte, or the size when all is well.
inline std::size_t utf8_valid_prefix(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t length = utf8_length(text.substr(at));
        if (length == 0) break;
        at += length;
    }
    return at;
}

inline constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// How many bytes the byte order mark in front of a text takes: 3 or 0. Throws bad_file on one of
/// UTF-16 or UTF-32.
inline std::size_t mark_length(std::string_view source, const std::string& name) {
    using namespace std::string_view_literals;
    for (const auto mark : {"\xFF\xFE"sv, "\xFE\xFF"sv, "\0\0\xFE\xFF"sv})
        if (source.starts_with(mark))
            fail(name, 0, "the text is in UTF-16 or UTF-32; save it as UTF-8");
    return source.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
}

inline void append_utf8(std::string& out, std::uint32_t code) {
    const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xC0 | code >> 6);
        put(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        put(0xE0 | code >> 12);
        put(0x80 | (code >> 6 & 0x3F));
        put(0x80 | (code & 0x3F));
    } else {
        put(0xF0 | code >> 18);
        put(0x80 | (code >> 12 & 0x3F));
        put(0x80 | (code >> 6 & 0x3F));
        put(0x80 | (code & 0x3F));
    }
}

}  // namespace diffgen::inline DIFFGEN_ABI::io::detail

#include <diffgen/core/with_macros.hpp>

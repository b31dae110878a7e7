// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Compression to a zlib stream (RFC 1950): one Deflate block with the fixed codes (RFC
// 1951, 3.2.6), repeats found by a table of the last place of each three bytes.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/io/checksum.hpp>
#include <diffgen/io/cursor.hpp>
#include <diffgen/io/file.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::io {

namespace detail {

class deflater {
  public:
    explicit deflater(std::span<const std::uint8_t> data) : data_(data) {}

    bytes block() && {
        put_bits(1, 1);  // the last block
        put_bits(1, 2);  // with fixed codes
        std::size_t at = 0;
        while (at < data_.size())
            at += put_repeat_or_byte(at);
        put_symbol(end_of_block);
        put_bits(0, 7);  // fills the last byte
        return std::move(out_);
    }

  private:
    static constexpr unsigned end_of_block = 256;
    static constexpr std::size_t shortest = 3;
    static constexpr std::size_t longest = 258;
    static constexpr std::size_t window = 32768;
    static constexpr std::size_t nowhere = std::numeric_limits<std::size_t>::max();

    std::size_t put_repeat_or_byte(std::size_t at) {
        const std::size_t source = remember(at);
        const std::size_t length = common_length(source, at);
        if (length < shortest) {
            put_symbol(data_[at]);
            return 1;
        }
        put_length(static_cast<unsigned>(length));
        put_distance(static_cast<unsigned>(at - source));
        for (std::size_t i = 1; i < length; ++i)
            remember(at + i);
        return length;
    }

    /// Notes where the three bytes at this place stand, and returns where they stood before.
    std::size_t remember(std::size_t at) {
        if (data_.size() - at < shortest) return nowhere;
        const std::uint32_t three = static_cast<std::uint32_t>(data_[at]) |
                                    static_cast<std::uint32_t>(data_[at + 1]) << 8 |
                                    static_cast<std::uint32_t>(data_[at + 2]) << 16;
        return std::exchange(last_place_[three * 2654435761u >> (32 - table_bits)], at);
    }

    std::size_t common_length(std::size_t source, std::size_t at) const {
        if (source == nowhere || at - source > window) return 0;
        const std::size_t most = std::min(longest, data_.size() - at);
        std::size_t length = 0;
        while (length < most && data_[source + length] == data_[at + length])
            ++length;
        return length;
    }

    /// A number in a scheme where codes share the leading bits of a value and the rest follows as
    /// it is: 2^`group_bits` codes for every doubling.
    struct split {
        unsigned code;
        unsigned extra_bits;
    };
    static split split_number(unsigned value, unsigned group_bits) {
        const unsigned width =
            std::numeric_limits<unsigned>::digits - static_cast<unsigned>(std::countl_zero(value));
        const unsigned extra = width > group_bits + 1 ? width - group_bits - 1 : 0;
        return {(extra << group_bits) + (value >> extra), extra};
    }

    void put_length(unsigned length) {
        if (length == longest) return put_symbol(285);
        const auto [code, extra] = split_number(length - 3, 2);
        put_symbol(257 + code);
        put_bits(length - 3, extra);
    }

    void put_distance(unsigned distance) {
        const auto [code, extra] = split_number(distance - 1, 1);
        put_code(code, 5);
        put_bits(distance - 1, extra);
    }

    void put_symbol(unsigned symbol) {
        if (symbol < 144) {
            put_code(0x30 + symbol, 8);
        } else if (symbol < 256) {
            put_code(0x190 + symbol - 144, 9);
        } else if (symbol < 280) {
            put_code(symbol - 256, 7);
        } else {
            put_code(0xC0 + symbol - 280, 8);
        }
    }

    /// Huffman codes go most significant bit first, all other numbers least significant first.
    void put_code(unsigned code, unsigned count) {
        for (unsigned i = count; i-- > 0;)
            put_bits(code >> i, 1);
    }

    void put_bits(unsigned value, unsigned count) {
        held_ |= std::uint64_t{value & ((1u << count) - 1)} << held_bits_;
        for (held_bits_ += count; held_bits_ >= 8; held_bits_ -= 8, held_ >>= 8) {
            out_.push_back(static_cast<std::uint8_t>(held_));
        }
    }

    static constexpr unsigned table_bits = 15;

    std::span<const std::uint8_t> data_;
    std::vector<std::size_t> last_place_ = std::vector<std::size_t>(1u << table_bits, nowhere);
    bytes out_;
    std::uint64_t held_ = 0;
    unsigned held_bits_ = 0;
};

}  // namespace detail

/// A complete zlib stream that holds the data.
inline bytes zlib_compress(std::span<const std::uint8_t> data) {
    bytes out{0x78, 0x01};  // Deflate with a window of 32 KiB; fastest level, check bits
    const bytes block = detail::deflater(data).block();
    out.insert(out.end(), block.begin(), block.end());
    detail::append<std::endian::big>(out, adler32(data));
    return out;
}

}  // namespace diffgen::inline DIFFGEN_ABI::io

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Decompression of a Deflate stream (RFC 1951), and of the zlib stream around it (RFC 1950).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/io/checksum.hpp>
#include <diffgen/io/cursor.hpp>
#include <diffgen/io/file.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace diffgen::inline DIFFGEN_ABI::io {

namespace detail {

inline constexpr std::size_t longest_code = 15;

/// A prefix code by the lengths of its codes (RFC 1951, 3.2.2): symbols in the order of their
/// codes, and how many there are of each length.
class prefix_code {
  public:
    explicit prefix_code(std::span<const std::uint8_t> lengths) {
        for (const std::uint8_t length : lengths)
            ++counts_[length];
        counts_[0] = 0;
        std::array<std::uint16_t, longest_code + 2> first{};
        for (std::size_t length = 1; length <= longest_code; ++length)
            first[length + 1] = static_cast<std::uint16_t>(first[length] + counts_[length]);
        for (std::size_t symbol = 0; symbol < lengths.size(); ++symbol)
            if (lengths[symbol] != 0)
                symbols_[first[lengths[symbol]]++] = static_cast<std::uint16_t>(symbol);
    }

    /// Whether every sequence of bits begins with one code.
    bool is_complete() const { return unused() == 0; }

    /// The same, or there is at most one code, of one bit (RFC 1951, 3.2.7).
    bool is_usable() const {
        int codes = 0;
        for (const std::uint16_t count : counts_)
            codes += count;
        return is_complete() || (codes <= 1 && codes == counts_[1]);
    }

    /// The next symbol of a source of bits, or -1 where there is no such code.
    template <class Bit>
    int read(Bit next_bit) const {
        int code = 0, first = 0, index = 0;
        for (std::size_t length = 1; length <= longest_code; ++length) {
            code |= static_cast<int>(next_bit());
            if (code - first < counts_[length])
                return symbols_[static_cast<std::size_t>(index + code - first)];
            index += counts_[length];
            first = (first + counts_[length]) << 1;
            code <<= 1;
        }
        return -1;
    }

  private:
    /// How many codes of the greatest length are not in use; negative where there are too many.
    int unused() const {
        int left = 1;
        for (std::size_t length = 1; length <= longest_code && left >= 0; ++length)
            left = 2 * left - counts_[length];
        return left;
    }

    std::array<std::uint16_t, longest_code + 1> counts_{};
    std::array<std::uint16_t, 288> symbols_{};
};

class inflater {
  public:
    /// Appends to `out`, which is not to grow by more than `most` bytes.
    inflater(cursor& in, bytes& out, std::uint64_t most)
        : in_(in), out_(out), start_(out.size()), most_(most) {}

    void blocks() {
        bool last = false;
        while (!last) {
            last = bits(1) != 0;
            switch (bits(2)) {
                case 0:
                    stored_block();
                    break;
                case 1:
                    coded_block(fixed_lengths(), fixed_distances());
                    break;
                case 2:
                    dynamic_block();
                    break;
                default:
                    in_.fail("a block of the compressed data is of no known kind");
            }
        }
    }

  private:
    static prefix_code fixed_lengths() {
        std::array<std::uint8_t, 288> lengths;
        std::fill(lengths.begin(), lengths.end(), std::uint8_t{8});
        std::fill(lengths.begin() + 144, lengths.begin() + 256, std::uint8_t{9});
        std::fill(lengths.begin() + 256, lengths.begin() + 280, std::uint8_t{7});
        return prefix_code(lengths);
    }
    static prefix_code fixed_distances() {
        std::array<std::uint8_t, 32> lengths;
        lengths.fill(5);
        return prefix_code(lengths);
    }

    void stored_block() {
        held_ = held_bits_ = 0;  // the rest of a byte
        const auto size = in_.little<std::uint16_t>("the length of a stored block");
        const auto inverse = in_.little<std::uint16_t>("the length of a stored block");
        if ((size ^ inverse) != 0xFFFF)
            in_.fail("the length of a stored block is ", size, ", its check ", inverse);
        check_room(size);
        const auto part = in_.take(size, "a stored block");
        out_.insert(out_.end(), part.begin(), part.end());
    }

    void dynamic_block() {
        const std::size_t lengths = bits(5) + 257, distances = bits(5) + 1, sizes = bits(4) + 4;
        if (lengths > 286 || distances > 30)
            in_.fail("the compressed data have ", lengths, " codes of lengths and ", distances,
                     " of distances, not at most 286 and 30");
        constexpr std::array<std::uint8_t, 19> order{16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                     11, 4,  12, 3, 13, 2, 14, 1, 15};
        std::array<std::uint8_t, 19> own{};
        for (std::size_t i = 0; i < sizes; ++i)
            own[order[i]] = static_cast<std::uint8_t>(bits(3));
        const prefix_code code(own);
        if (!code.is_complete()) in_.fail("the code of the lengths of codes is no prefix code");

        std::array<std::uint8_t, 286 + 30> all{};
        for (std::size_t at = 0; at < lengths + distances;) {
            const unsigned symbol = next_symbol(code);
            if (symbol < 16) {
                all[at++] = static_cast<std::uint8_t>(symbol);
                continue;
            }
            if (symbol == 16 && at == 0) in_.fail("the compressed data repeat a length before any");
            const std::uint8_t value = symbol == 16 ? all[at - 1] : std::uint8_t{0};
            const std::size_t count = symbol == 16   ? 3 + bits(2)
                                      : symbol == 17 ? 3 + bits(3)
                                                     : 11 + bits(7);
            if (count > lengths + distances - at)
                in_.fail("the compressed data repeat a length of a code too often");
            std::fill_n(all.begin() + static_cast<std::ptrdiff_t>(at), count, value);
            at += count;
        }
        const std::span<const std::uint8_t> both(all);
        if (both[256] == 0) in_.fail("a block of the compressed data has no code for its end");
        coded_block(prefix_code(both.first(lengths)),
                    prefix_code(both.subspan(lengths, distances)));
    }

    void coded_block(const prefix_code& lengths, const prefix_code& distances) {
        if (!lengths.is_usable() || !distances.is_usable())
            in_.fail("the compressed data have a code that is no prefix code");
        for (;;) {
            const unsigned symbol = next_symbol(lengths);
            if (symbol == 256) return;
            if (symbol > 256) {
                repeat(symbol, distances);
                continue;
            }
            check_room(1);
            out_.push_back(static_cast<std::uint8_t>(symbol));
        }
    }

    /// A length and a distance (RFC 1951, 3.2.5): how many bytes to repeat from how far back.
    void repeat(unsigned symbol, const prefix_code& distances) {
        if (symbol > 285) in_.fail("the compressed data have a length of no known code");
        const unsigned length = symbol == 285 ? 258 : 3 + joined(symbol - 257, 2);
        const unsigned code = next_symbol(distances);
        if (code > 29) in_.fail("the compressed data have a distance of no known code");
        const std::size_t distance = 1 + joined(code, 1);
        if (distance > out_.size() - start_)
            in_.fail("the compressed data repeat from ", distance, " bytes back, of ",
                     out_.size() - start_);
        check_room(length);
        for (unsigned i = 0; i < length; ++i)
            out_.push_back(out_[out_.size() - distance]);
    }

    /// The number of a scheme with 2^`group_bits` codes for every doubling, further bits included.
    unsigned joined(unsigned code, unsigned group_bits) {
        const unsigned group = 1u << group_bits;
        if (code < 2 * group) return code;
        const unsigned extra = (code >> group_bits) - 1;
        return ((group + code % group) << extra) + bits(extra);
    }

    unsigned next_symbol(const prefix_code& code) {
        const int symbol = code.read([this] { return bits(1); });
        if (symbol < 0) in_.fail("the compressed data hold bits that are no code");
        return static_cast<unsigned>(symbol);
    }

    /// The next bits, the first the lowest. Fewer than eight are left over, so that what follows a
    /// block begins at the cursor.
    unsigned bits(unsigned count) {
        while (held_bits_ < count) {
            held_ |= static_cast<unsigned>(in_.little<std::uint8_t>("the compressed data"))
                     << held_bits_;
            held_bits_ += 8;
        }
        const unsigned value = held_ & ((1u << count) - 1);
        held_ >>= count;
        held_bits_ -= count;
        return value;
    }

    void check_room(std::uint64_t count) {
        if (count > most_ - (out_.size() - start_))
            in_.fail("the compressed data hold more than the ", most_, " bytes that are due");
    }

    cursor& in_;
    bytes& out_;
    std::size_t start_;
    std::uint64_t most_;
    unsigned held_ = 0, held_bits_ = 0;
};

}  // namespace detail

/// The contents of a zlib stream. Throws bad_file, with `name` and the offset within the stream,
/// where it is damaged, cut short, or holds more than `most` bytes.
inline bytes zlib_decompress(std::span<const std::uint8_t> stream, const std::string& name,
                             std::uint64_t most) {
    cursor in(stream, name);
    const unsigned method = in.little<std::uint8_t>("the header of the compressed data");
    const unsigned flags = in.little<std::uint8_t>("the header of the compressed data");
    if ((method & 15) != 8 || method >> 4 > 7 || (method * 256 + flags) % 31 != 0)
        in.fail("the compressed data begin with ", method, " and ", flags, ", as no zlib stream");
    if ((flags & 32) != 0) in.fail("the compressed data need a dictionary");
    bytes out;
    detail::inflater(in, out, most).blocks();
    const auto check = in.big<std::uint32_t>("the check sum of the compressed data");
    if (check != adler32(out)) in.fail("the check sum of the compressed data is wrong");
    in.expect_end();
    return out;
}

}  // namespace diffgen::inline DIFFGEN_ABI::io

#include <diffgen/core/with_macros.hpp>

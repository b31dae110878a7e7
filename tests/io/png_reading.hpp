// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A decoder of PNG files for tests, strict and independent of the encoder: chunks, check sums (bit
// by bit), Deflate with the fixed codes (RFC 1951) and the filters "none" and "up".

#include <diffgen/io/image.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace png_reading {

using byte_span = std::span<const std::uint8_t>;

inline void require(bool holds, const char* what) {
    if (!holds) throw std::runtime_error(what);
}

inline std::uint32_t big32(byte_span at) {
    return std::uint32_t{at[0]} << 24 | std::uint32_t{at[1]} << 16 | std::uint32_t{at[2]} << 8 |
           at[3];
}

inline std::uint32_t slow_crc(byte_span data) {
    std::uint32_t state = ~0u;
    for (const std::uint8_t byte : data) {
        state ^= byte;
        for (int bit = 0; bit < 8; ++bit)
            state = (state >> 1) ^ (0xEDB88320u & (0u - (state & 1)));
    }
    return ~state;
}

inline std::uint32_t slow_adler(byte_span data) {
    std::uint64_t a = 1;
    std::uint64_t b = 0;
    for (const std::uint8_t byte : data) {
        a = (a + byte) % 65521;
        b = (b + a) % 65521;
    }
    return static_cast<std::uint32_t>(b * 65536 + a);
}

class inflater {
  public:
    explicit inflater(byte_span data) : data_(data) {}

    std::vector<std::uint8_t> block() {
        require(bits(1) == 1, "not the last block");
        require(bits(2) == 1, "not the fixed codes");
        std::vector<std::uint8_t> out;
        for (;;) {
            const unsigned symbol = literal_or_length();
            if (symbol < 256) {
                out.push_back(static_cast<std::uint8_t>(symbol));
            } else if (symbol == 256) {
                return out;
            } else {
                copy(out, symbol);
            }
        }
    }

    std::size_t bytes_read() const { return (place_ + 7) / 8; }

  private:
    unsigned bits(unsigned count) {
        unsigned value = 0;
        for (unsigned i = 0; i < count; ++i) {
            require(place_ / 8 < data_.size(), "the stream is cut short");
            value |= ((data_[place_ / 8] >> (place_ % 8)) & 1u) << i;
            ++place_;
        }
        return value;
    }

    unsigned code(unsigned so_far, unsigned more) {
        for (unsigned i = 0; i < more; ++i)
            so_far = so_far * 2 + bits(1);
        return so_far;
    }

    /// The table of RFC 1951, 3.2.6.
    unsigned literal_or_length() {
        unsigned value = code(0, 7);
        if (value <= 0b0010111) return 256 + value;
        value = code(value, 1);
        if (value >= 0b00110000 && value <= 0b10111111) return value - 0b00110000;
        if (value >= 0b11000000 && value <= 0b11000111) return 280 + value - 0b11000000;
        return 144 + code(value, 1) - 0b110010000;
    }

    /// The tables of RFC 1951, 3.2.5.
    void copy(std::vector<std::uint8_t>& out, unsigned symbol) {
        constexpr std::array<unsigned, 29> lengths{3,  4,  5,  6,   7,   8,   9,   10,  11, 13,
                                                   15, 17, 19, 23,  27,  31,  35,  43,  51, 59,
                                                   67, 83, 99, 115, 131, 163, 195, 227, 258};
        constexpr std::array<unsigned, 29> length_bits{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                                       2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
        constexpr std::array<unsigned, 30> distances{
            1,   2,   3,   4,   5,   7,    9,    13,   17,   25,   33,   49,   65,    97,    129,
            193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
        require(symbol <= 285, "no such length");
        const unsigned length = lengths[symbol - 257] + bits(length_bits[symbol - 257]);
        const unsigned which = code(0, 5);
        require(which < 30, "no such distance");
        const unsigned distance = distances[which] + bits(which < 4 ? 0 : which / 2 - 1);
        require(distance <= out.size(), "a distance before the start");
        for (unsigned i = 0; i < length; ++i)
            out.push_back(out[out.size() - distance]);
    }

    byte_span data_;
    std::size_t place_ = 0;
};

inline std::vector<std::uint8_t> zlib_decompress(byte_span stream) {
    require(stream.size() >= 6, "a zlib stream is too short");
    require((stream[0] & 15) == 8 && stream[0] >> 4 <= 7, "not Deflate");
    require((stream[0] * 256 + stream[1]) % 31 == 0 && (stream[1] & 32) == 0, "a bad zlib header");
    inflater reader(stream.subspan(2));
    auto out = reader.block();
    require(stream.size() == 2 + reader.bytes_read() + 4, "bytes after the block");
    require(big32(stream.last(4)) == slow_adler(out), "a wrong Adler-32");
    return out;
}

inline diffgen::io::image decode(byte_span file) {
    constexpr std::array<std::uint8_t, 8> signature{137, 80, 78, 71, 13, 10, 26, 10};
    require(file.size() > 8 && std::equal(signature.begin(), signature.end(), file.begin()),
            "no PNG signature");
    std::string order;
    diffgen::io::image picture;
    std::vector<std::uint8_t> rows;
    for (file = file.subspan(8); !file.empty();) {
        require(file.size() >= 12 && file.size() - 12 >= big32(file), "a chunk is cut short");
        const std::size_t length = big32(file);
        const auto content = file.subspan(8, length);
        require(big32(file.subspan(8 + length)) == slow_crc(file.subspan(4, 4 + length)),
                "a wrong CRC-32");
        const std::string type(file.begin() + 4, file.begin() + 8);
        order += type + " ";
        if (type == "IHDR") {
            require(length == 13 && content[8] == 8, "a bad IHDR");
            require(content[9] == 0 || content[9] == 2, "neither grey nor RGB");
            require(content[10] == 0 && content[11] == 0 && content[12] == 0, "unknown methods");
            picture = diffgen::io::blank_image(big32(content), big32(content.subspan(4)),
                                               content[9] == 2 ? 3 : 1, 0);
        } else if (type == "IDAT") {
            rows = zlib_decompress(content);
        }
        file = file.subspan(12 + length);
    }
    require(order == "IHDR IDAT IEND ", "the chunks are not IHDR, IDAT, IEND");

    const std::size_t stride = picture.width * picture.channels;
    require(rows.size() == picture.height * (stride + 1), "rows of a wrong size");
    for (std::size_t row = 0; row < picture.height; ++row) {
        const std::uint8_t filter = rows[row * (stride + 1)];
        require(filter == 0 || filter == 2, "an unknown filter");
        for (std::size_t i = 0; i < stride; ++i) {
            const std::size_t at = row * stride + i;
            const int above = filter == 2 && row > 0 ? picture.pixels[at - stride] : 0;
            picture.pixels[at] = static_cast<std::uint8_t>(rows[at + row + 1] + above);
        }
    }
    return picture;
}

}  // namespace png_reading

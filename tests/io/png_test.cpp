// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/io/png.hpp>

#include "io_testing.hpp"
#include "png_reading.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

using namespace diffgen;

namespace {

/// Bytes of a linear congruential sequence, each below `values`.
io::bytes random_bytes(std::size_t count, std::uint32_t values) {
    std::uint32_t state = 1;
    io::bytes data(count);
    for (auto& byte : data) {
        state = state * 1664525u + 1013904223u;
        byte = static_cast<std::uint8_t>((state >> 16) % values);
    }
    return data;
}

}  // namespace

TEST_CASE("check sums of known texts") {
    // The check value of the CRC-32 catalogue, and the example of Adler-32's usual description.
    CHECK(io::crc32(io::as_bytes("123456789")) == 0xCBF43926u);
    CHECK(io::crc32(io::as_bytes("IEND")) == 0xAE426082u);  // the last bytes of every PNG file
    CHECK(io::crc32({}) == 0);
    CHECK(io::adler32(io::as_bytes("Wikipedia")) == 0x11E60398u);
    CHECK(io::adler32({}) == 1);
    const io::bytes high(100000, 255);
    CHECK(io::adler32(high) == png_reading::slow_adler(high));
}

TEST_CASE("compressed data come back, whatever their repeats") {
    for (const std::size_t size :
         std::vector<std::size_t>{0, 1, 2, 3, 4, 257, 258, 259, 260, 5000, 70000}) {
        for (const std::uint32_t values : std::vector<std::uint32_t>{1, 2, 3, 7, 256}) {
            const io::bytes data = random_bytes(size, values);
            CHECK(png_reading::zlib_decompress(io::zlib_compress(data)) == data);
        }
    }
}

TEST_CASE("repeats at every length and distance come back") {
    for (const std::size_t length : std::vector<std::size_t>{3, 4, 10, 11, 12, 18, 19, 34, 35, 66,
                                                             67, 130, 131, 227, 257, 258}) {
        for (const std::size_t gap :
             std::vector<std::size_t>{1, 2, 3, 4, 5, 7, 100, 1000, 24577, 32767, 32768, 32769}) {
            io::bytes data = random_bytes(gap, 256);
            for (std::size_t i = 0; i < length; ++i)
                data.push_back(data[data.size() - gap]);
            CHECK(png_reading::zlib_decompress(io::zlib_compress(data)) == data);
        }
    }
}

TEST_CASE("repeats are folded") {
    CHECK(io::zlib_compress(io::bytes(1'000'000)).size() < 1'000'000 / 150);
    // Random bytes cost at most nine bits each.
    CHECK(io::zlib_compress(random_bytes(8000, 256)).size() <= 9000 + 8);
}

TEST_CASE("grey and RGB pictures are files that decode to the same pixels") {
    for (const std::size_t channels : std::vector<std::size_t>{1, 3}) {
        for (const auto& [width, height] :
             {std::pair<std::size_t, std::size_t>{1, 1}, {7, 5}, {300, 2}, {1, 300}}) {
            io::image picture = io::blank_image(width, height, channels, 0);
            picture.pixels = random_bytes(picture.pixels.size(), 256);
            const scratch_folder folder;
            io::write_png(folder.path / "p.png", picture);
            const io::image back = png_reading::decode(io::read_file(folder.path / "p.png"));
            CHECK(back.width == width);
            CHECK(back.height == height);
            CHECK(back.channels == channels);
            CHECK(back.pixels == picture.pixels);
        }
    }
}

TEST_CASE("the test's decoder notices a changed byte") {
    const io::bytes good = io::encode_png(io::blank_image(9, 4, 3, 80));
    for (std::size_t i = 0; i < good.size(); ++i) {
        io::bytes spoilt = good;
        spoilt[i] ^= 4;
        CHECK_THROWS(png_reading::decode(spoilt));
    }
}

TEST_CASE("pictures that make no file are refused") {
    check_refused<bad_shape>([] { io::encode_png({0, 5, 1, {}}); }, {"0 x 5"});
    check_refused<bad_shape>([] { io::encode_png({1, 1, 4, io::bytes(4)}); }, {"not 4"});
    check_refused<bad_shape>(
        [] {
            io::encode_png({2, 2, 1, io::bytes(3)});
        },
        {"(2, 2, 1)", "3 el"});
    check_refused<bad_shape>([] { io::blank_image(std::size_t{1} << 62, 4, 3, 0); }, {"too large"});
}

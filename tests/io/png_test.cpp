// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/io/png.hpp>

#include "io_testing.hpp"
#include "png_reading.hpp"

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>
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
            CHECK(io::read_png(folder.path / "p.png").pixels == picture.pixels);
            const io::image back = png_reading::decode(io::read_file(folder.path / "p.png"));
            CHECK(back.width == width);
            CHECK(back.height == height);
            CHECK(back.channels == channels);
            CHECK(back.pixels == picture.pixels);
        }
    }
}

TEST_CASE("a changed byte is noticed, by the reader and by the test's decoder") {
    const io::bytes good = io::encode_png(io::blank_image(9, 4, 3, 80));
    for (std::size_t i = 0; i < good.size(); ++i) {
        io::bytes spoilt = good;
        spoilt[i] ^= 4;
        CHECK_THROWS(png_reading::decode(spoilt));
        check_refused([&] { io::decode_png(spoilt, "p.png"); }, {"diffgen: p.png: "});
    }
}

namespace {

/// A PNG file of these chunks.
io::bytes file_of(std::initializer_list<std::pair<const char*, io::bytes>> chunks) {
    io::bytes file = literal("\x89PNG\r\n\x1a\n");
    for (const auto& [type, content] : chunks)
        io::detail::append_chunk(file, type, content);
    return file;
}

/// The content of IHDR for a picture of at most 255 x 255 pixels.
io::bytes header(std::uint8_t width, std::uint8_t height, std::uint8_t depth, std::uint8_t colour) {
    return {0, 0, 0, width, 0, 0, 0, height, depth, colour, 0, 0, 0};
}

void check_bad_png(const io::bytes& file, std::initializer_list<std::string_view> parts) {
    check_refused([&] { io::decode_png(file, "p.png"); }, parts);
}

}  // namespace

TEST_CASE("files that break the rules of PNG are refused, with the values") {
    const io::bytes rows = io::zlib_compress(io::bytes{0, 1});
    const auto with = [&](const io::bytes& head) {
        return file_of({{"IHDR", head}, {"IDAT", rows}, {"IEND", {}}});
    };
    CHECK(io::decode_png(with(header(1, 1, 8, 0)), "p").pixels == io::bytes{1});
    check_bad_png(with(header(0, 1, 8, 0)), {"p.png: IHDR: byte ", "0 x 1 pixels"});
    check_bad_png(with(header(1, 1, 3, 0)), {"3 bits", "colour type 0"});
    check_bad_png(with(header(1, 1, 16, 3)), {"16 bits", "colour type 3"});
    check_bad_png(with(header(1, 1, 8, 5)), {"colour type 5"});
    check_bad_png(with({0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 2}), {"0, 0 and 2"});
    check_bad_png(with({0, 0, 0, 1}), {"IHDR has 4 bytes, not 13"});
    check_bad_png(with(header(2, 1, 8, 0)), {"take 3 bytes, the file has 2"});
    check_bad_png(with({0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, 16, 6, 0, 0, 0}),
                  {"2147483647 x 2147483647"});
    check_bad_png(with({0, 0xff, 0xff, 0xff, 0, 0xff, 0xff, 0xff, 8, 0, 0, 0, 0}),
                  {"the file has 2"});
    check_bad_png(file_of({{"IDAT", rows}}), {"first chunk is not IHDR"});
    check_bad_png(file_of({{"IHDR", header(1, 1, 8, 0)}, {"IEND", {}}}), {"no rows of pixels"});
    check_bad_png(file_of({{"IHDR", header(1, 1, 8, 0)}, {"IHDR", header(1, 1, 8, 0)}}), {"twice"});
    check_bad_png(file_of({{"IHDR", header(1, 1, 8, 0)}, {"ABCD", {}}}), {"no known kind"});
    const io::bytes head = header(1, 1, 8, 3);
    check_bad_png(file_of({{"IHDR", head}, {"IDAT", rows}, {"IEND", {}}}), {"there is no palette"});
    check_bad_png(file_of({{"IHDR", head}, {"PLTE", io::bytes(4)}}), {"a palette of 4 bytes"});
    check_bad_png(file_of({{"IHDR", head}, {"PLTE", io::bytes(3)}, {"IDAT", rows}, {"IEND", {}}}),
                  {"entry 1 of a palette of 1"});
    check_bad_png(file_of({{"IHDR", head},
                           {"PLTE", io::bytes(3)},
                           {"tRNS", io::bytes(2)},
                           {"IDAT", rows},
                           {"IEND", {}}}),
                  {"transparency has 2 bytes, where 1 are"});
    check_bad_png(file_of({{"IHDR", header(1, 1, 8, 0)},
                           {"IDAT", io::zlib_compress(io::bytes{5, 1})},
                           {"IEND", {}}}),
                  {"the filter 5 of row 0"});
    check_refused([] { io::read_png("/no/such/file.png"); }, {"diffgen: /no/such/file.png: "});
}

TEST_CASE("every shortened PNG file is refused") {
    check_truncations_refused(io::encode_png(io::blank_image(3, 2, 1, 9)),
                              [](auto data, const char* name) { io::decode_png(data, name); });
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

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/io/contact_sheet.hpp>

#include "io_testing.hpp"

#include <cmath>
#include <limits>
#include <vector>

using namespace diffgen;

TEST_CASE("planes of red, green and blue become pixels of three samples") {
    const std::vector<float> planes{-1, 1, 1, -1, -1, 0};  // two pixels, 2 x 1
    CHECK(io::planar_image<float>(planes, 2, 1, -1, 1).pixels ==
          std::vector<std::uint8_t>{0, 255, 0, 255, 0, 128});
    check_refused<bad_shape>([&] { io::planar_image<float>(planes, 3, 1, -1, 1); },
                             {"(3, 1, 3)", "6"});
}

TEST_CASE("real values become samples") {
    CHECK(io::to_sample(-1.0f, -1.0f, 1.0f) == 0);
    CHECK(io::to_sample(1.0f, -1.0f, 1.0f) == 255);
    CHECK(io::to_sample(0.0, -1.0, 1.0) == 128);  // 127.5 rounds up
    CHECK(io::to_sample(-1e30, 0.0, 1.0) == 0);
    CHECK(io::to_sample(1e30, 0.0, 1.0) == 255);
    CHECK(io::to_sample(std::nan(""), 0.0, 1.0) == 0);
    const std::vector<float> values{0, 1, 2, 4};
    CHECK(io::grey_image<float>(values, 2, 2, 0, 4).pixels ==
          std::vector<std::uint8_t>{0, 64, 128, 255});
    check_refused<bad_shape>([&] { io::grey_image<float>(values, 3, 2, 0, 4); },
                             {"(2, 3)", "4 el"});
}

TEST_CASE("tiles stand in rows between margins, enlarged") {
    const std::vector<io::image> tiles{{2, 1, 1, {1, 2}}, {2, 1, 1, {3, 4}}, {2, 1, 1, {5, 6}}};
    const io::image sheet = io::contact_sheet(tiles, {.columns = 2, .margin = 1, .background = 9});
    CHECK(sheet.width == 7);
    CHECK(sheet.height == 5);
    CHECK(sheet.pixels == std::vector<std::uint8_t>{9, 9, 9, 9, 9, 9, 9,  //
                                                    9, 1, 2, 9, 3, 4, 9,  //
                                                    9, 9, 9, 9, 9, 9, 9,  //
                                                    9, 5, 6, 9, 9, 9, 9,  //
                                                    9, 9, 9, 9, 9, 9, 9});
    const io::image large = io::contact_sheet(std::span(tiles).first(1), {.scale = 2, .margin = 0});
    CHECK(large.width == 4);
    CHECK(large.pixels == std::vector<std::uint8_t>{1, 1, 2, 2, 1, 1, 2, 2});
}

TEST_CASE("RGB pixels stay together") {
    const std::vector<io::image> tiles{{1, 1, 3, {1, 2, 3}}, {1, 1, 3, {4, 5, 6}}};
    CHECK(io::contact_sheet(tiles, {.columns = 1, .scale = 1, .margin = 0}).pixels ==
          std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6});
}

TEST_CASE("bad options and unequal tiles are refused") {
    const std::vector<io::image> tiles{{2, 1, 1, {1, 2}}, {1, 2, 1, {3, 4}}};
    check_refused<bad_shape>([&] { io::contact_sheet(tiles); },
                             {"the tile 1 is 1 x 2 x 1, the first 2 x 1 x 1"});
    const auto one = std::span(tiles).first(1);
    check_refused<bad_argument>([&] { io::contact_sheet(one, {.columns = 0}); }, {"0 columns"});
    check_refused<bad_argument>([&] { io::contact_sheet(one, {.scale = 0}); }, {"scale 0"});
    constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
    check_refused<bad_argument>([&] { io::contact_sheet(one, {.scale = most}); }, {"scale 1844"});
    check_refused<bad_argument>([&] { io::contact_sheet(one, {.margin = most}); }, {"margin 1844"});
    check_refused<bad_shape>([] { io::contact_sheet({}); }, {"needs a tile"});
}

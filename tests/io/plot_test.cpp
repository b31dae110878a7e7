// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/io/plot.hpp>

#include "io_testing.hpp"

#include <cmath>
#include <vector>

using namespace diffgen;

TEST_CASE("the colour map runs from black to white and only gets lighter") {
    using rgb = std::array<std::uint8_t, 3>;
    CHECK(io::cubehelix(0) == rgb{0, 0, 0});
    CHECK(io::cubehelix(1) == rgb{255, 255, 255});
    CHECK(io::cubehelix(-3) == rgb{0, 0, 0});
    CHECK(io::cubehelix(7) == rgb{255, 255, 255});
    CHECK(io::cubehelix(std::nan("")) == rgb{0, 0, 0});
    // The intensity of Green's paper is 0.30 R + 0.59 G + 0.11 B; it equals u up to rounding and to
    // the paper's own rounding of the weights, here within 1.5 of 255.
    for (int i = 0; i <= 1000; ++i) {
        const double u = i / 1000.0;
        const rgb colour = io::cubehelix(u);
        const double intensity = 0.30 * colour[0] + 0.59 * colour[1] + 0.11 * colour[2];
        CHECK(std::abs(intensity - 255 * u) < 1.5);
    }
}

TEST_CASE("points are counted in their pixels, y upwards") {
    const std::vector<float> points{-0.9f, 0.9f, 0.9f, -0.9f, 0.8f, -0.8f, 1,
                                    0,     0,    -1,   NAN,   0,    5,     5};
    const auto counts = io::count_points<float>(points, {}, 2, 2);
    // (1, 0) lies on the right edge and (0, -1) on the lower one: outside, as NaN and (5, 5) are.
    CHECK(counts == std::vector<double>{1, 0, 0, 2});
    const io::image picture = io::density_image<float>(points, {}, 2, 2);
    CHECK(picture.channels == 3);
    CHECK(std::vector(picture.at(1, 1), picture.at(1, 1) + 3) ==
          std::vector<std::uint8_t>{255, 255, 255});
    CHECK(std::vector(picture.at(0, 1), picture.at(0, 1) + 3) ==
          std::vector<std::uint8_t>{0, 0, 0});
    const auto half = io::cubehelix(0.5);
    CHECK(std::vector(picture.at(0, 0), picture.at(0, 0) + 3) ==
          std::vector(half.begin(), half.end()));
}

TEST_CASE("functions are taken at the pixels' centres") {
    const auto f = [](double x, double y) { return x + 10 * y; };
    const io::image picture = io::heat_image(f, {0, 2, 0, 4}, 2, 2, 31.5);
    // Centres x = 0.5, 1.5 and y = 3, 1 from the top.
    std::size_t i = 0;
    for (const double value : {30.5, 31.5, 10.5, 11.5}) {
        const auto colour = io::cubehelix(value / 31.5);
        CHECK(std::equal(colour.begin(), colour.end(), &picture.pixels[3 * i++]));
    }
    CHECK(io::heat_image(f, {0, 2, 0, 4}, 2, 2).pixels == picture.pixels);
    CHECK(io::heat_image([](double, double) { return 0; }, {}, 1, 1).pixels ==
          std::vector<std::uint8_t>{0, 0, 0});
}

TEST_CASE("bad plots are refused") {
    const std::vector<double> odd{1, 2, 3};
    const std::vector<double> none;
    check_refused<bad_shape>([&] { io::count_points<double>(odd, {}, 2, 2); }, {"3 coordinates"});
    check_refused<bad_argument>(
        [&] {
            io::count_points<double>(none, {1, 1, 0, 1}, 2, 2);
        },
        {"[1, 1] x [0, 1] are no rectangle"});
    check_refused<bad_argument>(
        [&] {
            io::density_image<double>(none, {0, HUGE_VAL, 0, 1}, 2, 2);
        },
        {"no rectangle"});
    check_refused<bad_argument>([&] { io::density_image<double>(none, {}, 0, 2); }, {"0 x 2"});
    check_refused<non_finite>(
        [] {
            io::heat_image([](double x, double) { return 1 / (x - 0.5); }, {0, 1, 0, 1}, 1, 1);
        },
        {"inf at 0.5, 0.5"});
}

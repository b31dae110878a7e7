// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Octaves of simplex noise: mean, variance and correlation, smoothness, and what they depend on.

#include <diffgen/concepts.hpp>
#include <diffgen/noise/simplex.hpp>

#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

using namespace diffgen;

static_assert(noise_source<noise::simplex>);

namespace {

constexpr auto stream = noise::stream::forward;

struct statistics {
    double mean, variance, neighbour;  ///< neighbour: correlation of pixels side by side
};

/// Over the first two pixels of many pictures, which are independent of each other.
statistics of(const noise::simplex& source, int pictures) {
    double sum = 0, squares = 0, products = 0;
    const std::uint64_t pixels = std::uint64_t{source.width} * source.height;
    for (int n = 0; n < pictures; ++n) {
        const std::uint64_t first = static_cast<std::uint64_t>(n) * pixels;
        const double a = source.normal<double>(stream, 3, first),
                     b = source.normal<double>(stream, 3, first + 1);
        sum += a;
        squares += a * a;
        products += a * b;
    }
    const double mean = sum / pictures, variance = squares / pictures - mean * mean;
    return {mean, variance, products / pictures / variance};
}

}  // namespace

// Of 40,000 independent pictures the mean has a deviation of 0.005, and the variance, whose fourth
// moment is below that of a normal, one of at most 0.0071: a false alarm at 6.2 deviations has a
// probability below 1e-9. An octave left out of the sum or of its normalisation moves the variance
// by 0.2 or more.
TEST_CASE("pixels have mean 0 and variance 1") {
    for (const int octaves : {1, 3, 6}) {
        CAPTURE(octaves);
        const auto s = of({.seed = 5, .width = 4, .height = 3, .octaves = octaves}, 40000);
        CHECK(std::abs(s.mean) < 0.031);
        CHECK(std::abs(s.variance - 1) < 0.044);
    }
}

TEST_CASE("neighbours are alike where cells are large, and not where they are small") {
    const auto correlation = [](double wavelength) {
        return of({.seed = 5, .width = 4, .height = 3, .octaves = 1, .wavelength = wavelength},
                  20000)
            .neighbour;
    };
    CHECK(correlation(64) > 0.99);
    CHECK(correlation(4) > 0.3);
    CHECK(std::abs(correlation(0.25)) < 0.1);
}

TEST_CASE("the field is continuous over the borders of its cells") {
    // half a thousandth of a cell a pixel: neighbours differ by as little everywhere
    const noise::simplex fine{
        .seed = 2, .width = 4096, .height = 1, .octaves = 1, .wavelength = 2000};
    double largest = 0;
    for (std::uint64_t i = 1; i < 4096; ++i)
        largest = std::fmax(largest, std::abs(fine.normal<double>(stream, 0, i) -
                                              fine.normal<double>(stream, 0, i - 1)));
    CHECK(largest < 0.01);
}

TEST_CASE("numbers follow from seed, stream, draw and picture alone") {
    const noise::simplex source{.seed = 9, .width = 5, .height = 4};
    std::vector<float> all(60), part(7);
    source.fill<float>(stream, 2, 0, 60, all.data());
    source.fill<float>(stream, 2, 33, 7, part.data());
    for (std::size_t i = 0; i < 7; ++i)
        CHECK(part[i] == all[33 + i]);
    const double here = source.normal<double>(stream, 2, 7);
    CHECK(here != source.normal<double>(stream, 2, 27));  // the next picture
    CHECK(here != source.normal<double>(stream, 3, 7));
    CHECK(here != source.normal<double>(noise::stream::solver, 2, 7));
    CHECK(here != noise::simplex{.seed = 8, .width = 5, .height = 4}.normal<double>(stream, 2, 7));
}

TEST_CASE("constants that make no sense are refused") {
    check_refused<bad_argument>([] { noise::simplex{}.check(); }, {"0 x 0 pixels"});
    check_refused<bad_argument>(
        [] { noise::simplex{.width = 2, .height = 2, .octaves = 0}.check(); }, {"0 octaves"});
    check_refused<bad_argument>(
        [] { noise::simplex{.width = 2, .height = 2, .wavelength = NAN}.check(); },
        {"wavelength = nan"});
}

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Colour pictures of 10 x 10 pixels: emoji of a font, or, without one, shapes that are drawn.

#include <diffgen/noise/source.hpp>
#include <diffgen/posterior/matrices.hpp>

#include "emoji.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace colorization {

using diffgen::posterior::Index;
using diffgen::posterior::matrix;
using diffgen::posterior::vector;

constexpr Index side = 10, pixels = side * side, numbers = 3 * pixels;

struct pictures {
    std::string of;
    matrix training, test;  ///< a column each, plane after plane, from -1 to 1
};

/// Those pictures of which no earlier one is nearer than `distance`, root mean square.
inline matrix without_copies(const matrix& all, double distance) {
    std::vector<Index> kept;
    for (Index i = 0; i < all.cols(); ++i) {
        const bool copy = std::any_of(kept.begin(), kept.end(), [&](Index k) {
            return (all.col(i) - all.col(k)).squaredNorm() <
                   distance * distance * static_cast<double>(numbers);
        });
        if (!copy) kept.push_back(i);
    }
    return all(Eigen::all, kept);
}

/// Every `step`-th picture is for the test, at most `most` of them; the others are for training.
inline pictures split(std::string of, const matrix& all, Index most) {
    std::vector<Index> training, test;
    const Index step = std::max<Index>(2, all.cols() / most);
    for (Index i = 0; i < all.cols(); ++i)
        (i % step == step / 2 && static_cast<Index>(test.size()) < most ? test : training)
            .push_back(i);
    return {std::move(of), all(Eigen::all, training), all(Eigen::all, test)};
}

/// The emoji of a font that differ by more than their shade: skin tones count once.
inline matrix emoji(const std::filesystem::path& file) {
    const auto font = diffgen::io::read_file(file);
    const auto found = pictures_of_font(font);
    matrix all(numbers, static_cast<Index>(found.size()));
    for (Index i = 0; i < all.cols(); ++i) {
        const auto p = small_picture(found[static_cast<std::size_t>(i)], side);
        all.col(i) = Eigen::Map<const vector>(p.data(), numbers);
    }
    return without_copies(all, 0.25);
}

/// Drawn shapes: discs are red or yellow, squares green or blue, triangles any of the four, each
/// at a place, of a size and in a shade of its own, before a light ground.
inline matrix shapes(Index count) {
    const diffgen::noise::philox random{17};
    const auto u = [&](std::uint32_t which, Index i) {
        return random.uniform<double>(diffgen::noise::stream::data, which,
                                      static_cast<std::uint64_t>(i));
    };
    constexpr std::array<std::array<double, 3>, 4> colours{
        {{0.9, 0.1, 0.1}, {0.9, 0.8, 0.1}, {0.1, 0.6, 0.2}, {0.1, 0.3, 0.9}}};
    matrix all(numbers, count);
    for (Index i = 0; i < count; ++i) {
        const int shape = static_cast<int>(3 * u(0, i));
        const std::size_t drawn = static_cast<std::size_t>((shape == 2 ? 4 : 2) * u(1, i)),
                          colour = shape == 1 ? drawn + 2 : drawn;
        const double x0 = 3.5 + 3 * u(2, i), y0 = 3.5 + 3 * u(3, i), size = 2 + 1.5 * u(4, i),
                     shade = 0.7 + 0.3 * u(5, i), ground = 0.8 + 0.2 * u(6, i);
        for (Index pixel = 0; pixel < pixels; ++pixel) {
            const double x = static_cast<double>(pixel % side) + 0.5 - x0,
                         y = static_cast<double>(pixel / side) + 0.5 - y0;
            const double outside = shape == 0 ? std::hypot(x, y) - size
                                   : shape == 1
                                       ? std::max(std::abs(x), std::abs(y)) - size
                                       : std::max(2 * std::abs(x) - y - size, y - size) / 2;
            const double cover = std::clamp(0.5 - outside, 0., 1.);
            for (Index c = 0; c < 3; ++c)
                all(c * pixels + pixel, i) =
                    2 * (cover * shade * colours[colour][static_cast<std::size_t>(c)] +
                         (1 - cover) * ground) -
                    1;
        }
    }
    return all;
}

}  // namespace colorization

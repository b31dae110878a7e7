// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Digits as clouds of points: each point lies in a pixel drawn by its brightness, spread around its
// middle. So a digit is a density, its points are independent, and their order says nothing.

#include <diffgen/noise/source.hpp>
#include <diffgen/posterior/matrices.hpp>

#include "../digits/data.hpp"

#include <Eigen/Core>

#include <cstddef>
#include <cstdint>
#include <string>

namespace point_clouds {

using diffgen::posterior::Index;
using diffgen::posterior::matrix;
using diffgen::posterior::vector;

constexpr Index points = 40, numbers = 2 * points, pixels = 64;
constexpr double width = 3.5,  // of pixels, to one unit
    spread = 0.35 / width;     // the deviation of a point around the middle of its pixel

/// The middle of a pixel, upwards and to the right.
inline vector middle(Index pixel) {
    return vector{{(static_cast<double>(pixel % 8) - 3.5) / width,
                   (3.5 - static_cast<double>(pixel / 8)) / width}};
}

/// Digits as densities: a column each, the share of each pixel.
inline matrix densities(const char* name, Index most) {
    const auto d = digits::read_digits(std::string(DIFFGEN_DIGITS_DATA "/") + name);
    const Eigen::Map<const Eigen::MatrixXf> all(d.pixel_values.data(), pixels,
                                                static_cast<Index>(d.count()));
    matrix shares = (all.leftCols(std::min(most, all.cols())).cast<double>().array() + 1) / 2;
    shares.array().rowwise() /= shares.colwise().sum().array();
    return shares;
}

/// A cloud of each column of densities, point after point.
inline matrix clouds_of(const matrix& shares, std::uint64_t seed) {
    const diffgen::noise::philox random{seed};
    matrix x(numbers, shares.cols());
    for (Index i = 0; i < x.cols(); ++i)
        for (Index p = 0; p < points; ++p) {
            const auto flat = static_cast<std::uint64_t>(i * points + p);
            double left = random.uniform<double>(diffgen::noise::stream::data, 0, flat);
            Index pixel = 0;
            while (pixel + 1 < pixels && left >= shares(pixel, i))
                left -= shares(pixel++, i);
            x.col(i).segment(2 * p, 2) = middle(pixel);
            for (Index axis = 0; axis < 2; ++axis)
                x(2 * p + axis, i) +=
                    spread * random.normal<double>(diffgen::noise::stream::data, 1,
                                                   2 * flat + static_cast<std::uint64_t>(axis));
        }
    return x;
}

}  // namespace point_clouds

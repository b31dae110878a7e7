// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Points and functions of the plane as pictures, in a colour map whose lightness only grows.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/io/fail.hpp>
#include <diffgen/io/image.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::io {

/// The part of the plane that a picture shows; y grows upwards.
struct plane_bounds {
    double left = -1;
    double right = 1;
    double bottom = -1;
    double top = 1;
};

/// Cubehelix (D. A. Green, Bull. Astr. Soc. India 39, 2011): a helix about the grey diagonal of the
/// colour cube, along which the perceived intensity equals u. Black at u <= 0, white at u >= 1.
inline std::array<std::uint8_t, 3> cubehelix(double u) {
    constexpr double start = 0.5;
    constexpr double rotations = -1.5;
    constexpr double saturation = 1;
    if (!(u > 0)) return {0, 0, 0};
    u = std::min(u, 1.0);
    const double angle = 2 * std::numbers::pi * (start / 3 + 1 + rotations * u);
    const double radius = saturation * u * (1 - u) / 2;
    const double c = radius * std::cos(angle);
    const double s = radius * std::sin(angle);
    return {to_sample(u - 0.14861 * c + 1.78277 * s, 0.0, 1.0),
            to_sample(u - 0.29227 * c - 0.90649 * s, 0.0, 1.0),
            to_sample(u + 1.97294 * c, 0.0, 1.0)};
}

namespace detail {

inline void check_plot(const plane_bounds& bounds, std::size_t width, std::size_t height) {
    const double across = bounds.right - bounds.left;
    const double up = bounds.top - bounds.bottom;
    if (!(across > 0) || !(up > 0) || !std::isfinite(across) || !std::isfinite(up)) {
        throw bad_argument(text("diffgen: the bounds [", bounds.left, ", ", bounds.right, "] x [",
                                bounds.bottom, ", ", bounds.top, "] are no rectangle"));
    }
    if (width == 0 || height == 0) {
        throw bad_argument(text("diffgen: a plot has pixels, not ", width, " x ", height));
    }
}

/// Colours of values from 0 to `peak`; all black when the peak is 0.
inline image coloured(std::span<const double> values, std::size_t width, std::size_t height,
                      double peak) {
    image picture = blank_image(width, height, 3, 0);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto colour = cubehelix(peak > 0 ? values[i] / peak : 0);
        std::copy(colour.begin(), colour.end(), &picture.pixels[3 * i]);
    }
    return picture;
}

}  // namespace detail

/// How many points, given as x, y, x, y, ..., fall into each pixel. Points outside the bounds, and
/// NaN, fall nowhere. Throws bad_shape on an odd count, bad_argument on empty bounds or pictures.
template <class T>
std::vector<double> count_points(std::span<const T> points, const plane_bounds& bounds,
                                 std::size_t width, std::size_t height) {
    detail::check_plot(bounds, width, height);
    if (points.size() % 2 != 0) {
        throw bad_shape(detail::text("diffgen: ", points.size(),
                                     " coordinates do not make points of the plane"));
    }
    const auto cells = byte_count(std::array{width, height}, sizeof(double));
    if (!cells)
        throw bad_shape(detail::text("diffgen: a plot of ", width, " x ", height, " is too large"));
    std::vector<double> counts(*cells / sizeof(double));
    for (std::size_t i = 0; i < points.size(); i += 2) {
        const double x = (double(points[i]) - bounds.left) / (bounds.right - bounds.left);
        const double y = (bounds.top - double(points[i + 1])) / (bounds.top - bounds.bottom);
        if (!(x >= 0 && x < 1 && y >= 0 && y < 1)) continue;
        const auto column = static_cast<std::size_t>(x * double(width));
        const auto row = static_cast<std::size_t>(y * double(height));
        counts[std::min(row, height - 1) * width + std::min(column, width - 1)] += 1;
    }
    return counts;
}

/// The density of points, white where it is highest. With `peak` > 0 (expected points in a pixel of
/// the highest density) two plots share one scale.
template <class T>
image density_image(std::span<const T> points, const plane_bounds& bounds, std::size_t width,
                    std::size_t height, double peak = 0) {
    const std::vector<double> counts = count_points(points, bounds, width, height);
    if (!(peak > 0)) peak = *std::max_element(counts.begin(), counts.end());
    return detail::coloured(counts, width, height, peak);
}

/// The values of f(x, y) >= 0 at the pixels' centres, white at `peak`, by default the highest.
/// Throws non_finite where f is not a number.
template <class F>
image heat_image(F f, const plane_bounds& bounds, std::size_t width, std::size_t height,
                 double peak = 0) {
    detail::check_plot(bounds, width, height);
    std::vector<double> values;
    for (std::size_t row = 0; row < height; ++row) {
        const double down = (double(row) + 0.5) / double(height);
        for (std::size_t column = 0; column < width; ++column) {
            const double across = (double(column) + 0.5) / double(width);
            const double x = bounds.left + across * (bounds.right - bounds.left);
            const double y = bounds.top + down * (bounds.bottom - bounds.top);
            const double value = static_cast<double>(f(x, y));
            if (!std::isfinite(value)) {
                throw non_finite(
                    detail::text("diffgen: the function is ", value, " at ", x, ", ", y));
            }
            values.push_back(value);
        }
    }
    if (!(peak > 0)) peak = *std::max_element(values.begin(), values.end());
    return detail::coloured(values, width, height, peak);
}

}  // namespace diffgen::inline DIFFGEN_ABI::io

#include <diffgen/core/with_macros.hpp>

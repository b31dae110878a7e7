// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A picture, grey or RGB, perhaps with alpha, and the step from real numbers to it.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/io/fail.hpp>
#include <diffgen/io/ndarray.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::io {

/// Rows from the top, pixels from the left; one (grey), two (grey, alpha), three (red, green, blue)
/// or four (and alpha) samples a pixel.
template <class Sample>
struct basic_image {
    std::size_t width = 0;
    std::size_t height = 0;
    std::size_t channels = 1;
    std::vector<Sample> pixels;

    Sample* at(std::size_t row, std::size_t column) {
        return &pixels[(row * width + column) * channels];
    }
    const Sample* at(std::size_t row, std::size_t column) const {
        return &pixels[(row * width + column) * channels];
    }
};

using image = basic_image<std::uint8_t>;

/// Throws bad_shape unless the picture can be written: one or three channels and as many samples as
/// it says.
inline void check_image(const image& picture) {
    if (picture.channels != 1 && picture.channels != 3) {
        throw bad_shape(
            detail::text("diffgen: a picture has 1 or 3 channels, not ", picture.channels));
    }
    check_shape(std::array{picture.height, picture.width, picture.channels}, picture.pixels.size());
}

inline image blank_image(std::size_t width, std::size_t height, std::size_t channels,
                         std::uint8_t value) {
    const auto size = byte_count(std::array{height, width, channels}, 1);
    if (!size) {
        throw bad_shape(
            detail::text("diffgen: a picture of ", width, " x ", height, " is too large"));
    }
    image picture{width, height, channels, std::vector<std::uint8_t>(*size, value)};
    check_image(picture);
    return picture;
}

/// The sample for a value: 0 at `low` and below, 255 at `high` and above, NaN is 0.
template <class T>
std::uint8_t to_sample(T value, T low, T high) {
    const T scaled = (value - low) / (high - low) * T(255);
    if (!(scaled > T(0))) return 0;
    return scaled >= T(255) ? std::uint8_t{255} : static_cast<std::uint8_t>(scaled + T(0.5));
}

/// A grey picture of values given row by row. Throws bad_shape when there are not width x height.
template <class T>
image grey_image(std::span<const T> values, std::size_t width, std::size_t height, T low, T high) {
    check_shape(std::array{height, width}, values.size());
    image picture = blank_image(width, height, 1, 0);
    for (std::size_t i = 0; i < values.size(); ++i) {
        picture.pixels[i] = to_sample(values[i], low, high);
    }
    return picture;
}

/// An RGB picture of three planes, all red values, all green ones, all blue ones, each row by row,
/// as networks have them. Throws bad_shape when there are not 3 x height x width.
template <class T>
image planar_image(std::span<const T> values, std::size_t width, std::size_t height, T low,
                   T high) {
    check_shape(std::array{std::size_t{3}, height, width}, values.size());
    image picture = blank_image(width, height, 3, 0);
    const std::size_t plane = width * height;
    for (std::size_t i = 0; i < values.size(); ++i)
        picture.pixels[3 * (i % plane) + i / plane] = to_sample(values[i], low, high);
    return picture;
}

}  // namespace diffgen::inline DIFFGEN_ABI::io

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Digits that move over a torus of 8 x 8 pixels, one pixel a frame, in a direction that they keep
// with probability 0.7: short videos whose future is not decided by their past.

#include <diffgen/noise/source.hpp>
#include <diffgen/posterior/matrices.hpp>

#include "../digits/data.hpp"

#include <Eigen/Core>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace moving_digits {

using diffgen::posterior::Index;
using diffgen::posterior::matrix;
using diffgen::posterior::vector;

constexpr Index frames = 5, known = 2, pixels = 64, numbers = frames * pixels, ways = 4;
constexpr double spread = 0.1,  // the deviation of the noise of every frame
    kept = 0.7;                 // how often a digit goes on as it went

/// Where place + way is; a place is row * 8 + column.
inline Index moved(Index place, Index way) {
    constexpr std::array<Index, 4> down{0, 1, 0, 7}, right{1, 0, 7, 0};
    const auto w = static_cast<std::size_t>(way);
    return (place / 8 + down[w]) % 8 * 8 + (place % 8 + right[w]) % 8;
}
/// The probability of going one way after another.
inline double turn(Index before, Index way) {
    return before == way ? kept : (1 - kept) / (ways - 1);
}
/// The digit with its corner at a place.
inline vector placed(const vector& digit, Index place) {
    vector x(pixels);
    for (Index i = 0; i < pixels; ++i)
        x[(i / 8 + place / 8) % 8 * 8 + (i % 8 + place % 8) % 8] = digit[i];
    return x;
}

inline matrix read(const char* name, Index most) {
    const auto d = digits::read_digits(std::string(DIFFGEN_DIGITS_DATA "/") + name);
    const Eigen::Map<const Eigen::MatrixXf> all(d.pixel_values.data(), pixels,
                                                static_cast<Index>(d.count()));
    return all.leftCols(std::min(most, all.cols())).cast<double>();
}

/// What a video is made of: where its digit was last and how it came there.
struct motion {
    Index place, way;
};

/// Random numbers one after the other.
struct dice {
    std::uint64_t seed, count = 0;

    double uniform() {
        return diffgen::noise::philox{seed}.uniform<double>(diffgen::noise::stream::data, 0,
                                                            count++);
    }
    Index next_way(Index before) {
        double left = uniform();
        Index way = 0;
        while (way + 1 < ways && left >= turn(before, way))
            left -= turn(before, way++);
        return way;
    }
    vector frame(const vector& digit, Index place) {
        vector x = placed(digit, place);
        for (double& v : x)
            v += spread * diffgen::noise::philox{seed}.normal<double>(diffgen::noise::stream::data,
                                                                      1, count++);
        return x;
    }
    /// `more` frames that go on from m, one after the other.
    vector go_on(const vector& digit, motion& m, Index more) {
        vector x(more * pixels);
        for (Index b = 0; b < more; ++b) {
            m.way = next_way(m.way);
            m.place = moved(m.place, m.way);
            x.segment(b * pixels, pixels) = frame(digit, m.place);
        }
        return x;
    }
};

}  // namespace moving_digits

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Smooth noise of pictures: octaves of simplex noise (Perlin 2001, Noise hardware; Wyatt et al.
// 2022, AnoDDPM, section 3.2). The numbers of a sample are correlated over its pixels; each has
// mean 0 and variance 1, and their law is near normal where there are several octaves.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/core/math.hpp>
#include <diffgen/noise/philox.hpp>
#include <diffgen/noise/source.hpp>
#include <diffgen/noise/stream.hpp>

#include <cmath>
#include <cstdint>

namespace diffgen::inline DIFFGEN_ABI::noise {

/// Samples are pictures of width x height numbers, row by row, in one channel or several, each of
/// which has a field of its own. Octave k is simplex noise whose cells are wavelength / 2^k pixels
/// wide, with the weight persistence^k; its place and its gradients follow from seed, stream, draw
/// and number of the picture. Correlated noise is none that solvers and networks for white noise
/// know of: it belongs to networks that were trained with it, and to what needs no exact marginals.
struct simplex {
    std::uint64_t seed = 0;
    std::uint32_t width = 0, height = 0;
    int octaves = 6;
    double wavelength = 64;    ///< in pixels, of the first octave
    double persistence = 0.8;  ///< of each octave, beside the one before

    /// Throws bad_argument unless there are pixels, octaves, and finite constants above 0.
    void check() const {
        diffgen::require(width > 0 && height > 0, "simplex noise for pictures of ", width, " x ",
                         height, " pixels");
        diffgen::require(octaves > 0 && octaves <= 32, "simplex noise of ", octaves,
                         " octaves; must be 1 to 32");
        diffgen::require(
            diffgen::detail::is_positive(wavelength) && diffgen::detail::is_positive(persistence),
            "simplex noise with wavelength = ", wavelength, " and persistence = ", persistence,
            "; must be above 0");
    }

    /// The number of one element in a draw.
    template <scalar_value T>
    DIFFGEN_VALUE T normal(noise::stream stream, std::uint32_t draw, std::uint64_t flat) const {
        const std::uint64_t pixels = std::uint64_t{width} * height, picture = flat / pixels,
                            pixel = flat % pixels, line = pixel / width;
        const auto column = static_cast<double>(pixel % width), row = static_cast<double>(line);
        double sum = 0, squares = 0, weight = 1, scale = 1 / wavelength;
        for (int k = 0; k < octaves; ++k) {
            // the octave's key and its place in the plane
            const words4 bits =
                philox{seed}.words(stream, draw, picture * 32 + static_cast<std::uint64_t>(k));
            const std::uint64_t key = bits.word[0] | std::uint64_t{bits.word[1]} << 32;
            sum = fma(weight,
                      octave(key, fma(column, scale, offset(bits.word[2])),
                             fma(row, scale, offset(bits.word[3]))),
                      sum);
            squares = fma(weight, weight, squares);
            weight *= persistence;
            scale *= 2;
        }
        return static_cast<T>(sum / sqrt(squares));
    }
    template <value V>
    DIFFGEN_VALUE void fill(noise::stream stream, std::uint32_t draw, std::uint64_t first,
                            int count, scalar_of<V>* out) const {
        for (int i = 0; i < count; ++i)
            out[i] = normal<scalar_of<V>>(stream, draw, first + static_cast<std::uint64_t>(i));
    }

  private:
    static constexpr double skew = 0.3660254037844386;    ///< (sqrt(3) - 1) / 2
    static constexpr double unskew = 0.2113248654051871;  ///< (3 - sqrt(3)) / 6

    DIFFGEN_VALUE static double offset(std::uint32_t word) {
        return static_cast<double>(word) * 0x1p-22;  // in 0 .. 1024
    }

    /// Simplex noise at a place, of variance 1 over places. A corner at the distance vector e adds
    /// (1/2 - |e|^2)^4 g.e with a unit gradient g; over the plane, which has sqrt(3) corners a unit
    /// of area, the mean square is sqrt(3) pi (1/2)^10 / 180.
    DIFFGEN_VALUE static double octave(std::uint64_t key, double x, double y) {
        const double s = product(x + y, skew);
        const double i = floor_of(x + s), j = floor_of(y + s);
        const double t = product(i + j, unskew);
        const double x0 = x - (i - t), y0 = y - (j - t);
        const bool lower = x0 > y0;  // which of the two triangles of the cell
        const double i1 = lower ? 1 : 0, j1 = lower ? 0 : 1;
        const double sum = corner(key, i, j, x0, y0) +
                           corner(key, i + i1, j + j1, x0 - i1 + unskew, y0 - j1 + unskew) +
                           corner(key, i + 1, j + 1, x0 - 1 + 2 * unskew, y0 - 1 + 2 * unskew);
        constexpr double mean_square = 1.7320508075688772 * 3.141592653589793 / 1024 / 180;
        return sum / sqrt(mean_square);
    }
    DIFFGEN_VALUE static double corner(std::uint64_t key, double i, double j, double x, double y) {
        const double left = 0.5 - fma(x, x, product(y, y));
        if (!(left > 0)) return 0;
        const auto column = static_cast<std::uint32_t>(static_cast<std::int64_t>(i)),
                   row = static_cast<std::uint32_t>(static_cast<std::int64_t>(j));
        const words4 bits = philox4x32_10({{column, row, 0, 0}}, philox_key(key));
        const double angle = static_cast<double>(bits.word[0]) * (6.283185307179586 * 0x1p-32);
        const double squared = left * left;
        return squared * squared * fma(cos(angle), x, product(sin(angle), y));
    }
    DIFFGEN_VALUE static double floor_of(double v) {
        const auto whole = static_cast<double>(static_cast<std::int64_t>(v));
        return whole > v ? whole - 1 : whole;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::noise

#include <diffgen/core/with_macros.hpp>

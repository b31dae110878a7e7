// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The pictures of a colour font with bitmaps, such as Debian's fonts-noto-color-emoji (OpenType's
// table CBDT, glyphs of format 17: five bytes of metrics, a length, a PNG).

#include <diffgen/io/file.hpp>
#include <diffgen/io/image.hpp>
#include <diffgen/io/png_read.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace colorization {

inline std::size_t big_endian(std::span<const std::uint8_t> b, std::size_t at, std::size_t bytes) {
    std::size_t value = 0;
    for (const std::uint8_t each : b.subspan(at, bytes))
        value = value * 256 + each;
    return value;
}

/// The PNGs of the font's glyphs, in their order; the font must outlive them. Throws
/// std::runtime_error where there is no table of them.
inline std::vector<std::span<const std::uint8_t>> pictures_of_font(
    std::span<const std::uint8_t> font) {
    std::vector<std::span<const std::uint8_t>> found;
    if (font.size() < 12) throw std::runtime_error("this is no font");
    const std::size_t tables = big_endian(font, 4, 2);
    for (std::size_t t = 0; t < tables && 28 + 16 * t <= font.size(); ++t) {
        const std::size_t entry = 12 + 16 * t;
        if (diffgen::io::as_text(font.subspan(entry, 4)) != "CBDT") continue;
        const std::size_t first = big_endian(font, entry + 8, 4),
                          size = big_endian(font, entry + 12, 4);
        if (first > font.size() || size > font.size() - first) break;
        const auto table = font.subspan(first, size);
        for (std::size_t at = 4; at + 9 < table.size();) {
            const std::size_t length = big_endian(table, at + 5, 4);
            if (length == 0 || length > table.size() - at - 9) break;
            found.push_back(table.subspan(at + 9, length));
            at += 9 + length;
        }
    }
    if (found.empty()) throw std::runtime_error("this font has no bitmaps of format 17");
    return found;
}

/// The middle of a PNG as side x side pixels, plane after plane, from -1 to 1, on white: the means
/// of squares of pixels.
inline std::vector<double> small_picture(std::span<const std::uint8_t> png, std::size_t side) {
    const diffgen::io::image p = diffgen::io::decode_png(png, "a glyph");
    std::vector<double> sum(3 * side * side, 0.), count(side * side, 0.);
    const std::size_t size = p.width < p.height ? p.width : p.height;
    const std::size_t left = (p.width - size) / 2, top = (p.height - size) / 2;
    const bool colours = p.channels >= 3, sees_through = p.channels % 2 == 0;
    for (std::size_t row = 0; row < size; ++row)
        for (std::size_t column = 0; column < size; ++column) {
            const std::uint8_t* pixel = p.at(top + row, left + column);
            const std::size_t to = row * side / size * side + column * side / size;
            const double alpha = sees_through ? pixel[p.channels - 1] / 255. : 1;
            for (std::size_t c = 0; c < 3; ++c)
                sum[c * side * side + to] += 1 - alpha + alpha * pixel[colours ? c : 0] / 255.;
            count[to] += 1;
        }
    for (std::size_t i = 0; i < sum.size(); ++i)
        sum[i] = 2 * sum[i] / count[i % (side * side)] - 1;
    return sum;
}

}  // namespace colorization

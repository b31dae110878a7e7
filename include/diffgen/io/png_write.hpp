// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Pictures to PNG files (ISO/IEC 15948), 8-bit grey or RGB.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/io/checksum.hpp>
#include <diffgen/io/cursor.hpp>
#include <diffgen/io/deflate.hpp>
#include <diffgen/io/fail.hpp>
#include <diffgen/io/file.hpp>
#include <diffgen/io/image.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string_view>

namespace diffgen::inline DIFFGEN_ABI::io {

namespace detail {

inline void append_chunk(bytes& out, std::string_view type, std::span<const std::uint8_t> data) {
    if (data.size() > std::numeric_limits<std::int32_t>::max()) {
        throw bad_shape(text("diffgen: a PNG chunk cannot hold ", data.size(), " bytes"));
    }
    append<std::endian::big>(out, static_cast<std::uint32_t>(data.size()));
    const std::size_t start = out.size();
    out.insert(out.end(), type.begin(), type.end());
    out.insert(out.end(), data.begin(), data.end());
    append<std::endian::big>(out, crc32(std::span(out).subspan(start)));
}

/// Every row with its filter in front: "up" (2), which makes rows that repeat the one above zero.
inline bytes filtered_rows(const image& picture) {
    const std::size_t stride = picture.width * picture.channels;
    bytes rows;
    rows.reserve(picture.height * (stride + 1));
    for (std::size_t row = 0; row < picture.height; ++row) {
        rows.push_back(2);
        for (std::size_t i = row * stride; i < (row + 1) * stride; ++i) {
            const int above = row > 0 ? picture.pixels[i - stride] : 0;
            rows.push_back(static_cast<std::uint8_t>(picture.pixels[i] - above));
        }
    }
    return rows;
}

}  // namespace detail

/// The bytes of a PNG file. Throws bad_shape on a picture without pixels, of other than one or
/// three channels, or larger than the format holds.
inline bytes encode_png(const image& picture) {
    check_image(picture);
    constexpr std::size_t largest = std::numeric_limits<std::int32_t>::max();
    if (picture.pixels.empty() || picture.width > largest || picture.height > largest) {
        throw bad_shape(detail::text("diffgen: a PNG file cannot hold a picture of ", picture.width,
                                     " x ", picture.height));
    }
    bytes header;
    detail::append<std::endian::big>(header, static_cast<std::uint32_t>(picture.width));
    detail::append<std::endian::big>(header, static_cast<std::uint32_t>(picture.height));
    const std::uint8_t colour_type = picture.channels == 3 ? 2 : 0;
    // Bit depth, colour type, then the only method of compression, of filtering, no interlace.
    header.insert(header.end(), {8, colour_type, 0, 0, 0});

    bytes out{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    detail::append_chunk(out, "IHDR", header);
    detail::append_chunk(out, "IDAT", zlib_compress(detail::filtered_rows(picture)));
    detail::append_chunk(out, "IEND", {});
    return out;
}

inline void write_png(const std::filesystem::path& path, const image& picture) {
    write_file(path, detail::naming(path.string(), [&] { return encode_png(picture); }));
}

}  // namespace diffgen::inline DIFFGEN_ABI::io

#include <diffgen/core/with_macros.hpp>

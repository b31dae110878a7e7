// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What stands in the chunks of a PNG file (ISO/IEC 15948, 5 and 11): the header, the palette, the
// transparency, and the compressed rows.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/io/checksum.hpp>
#include <diffgen/io/cursor.hpp>
#include <diffgen/io/fail.hpp>
#include <diffgen/io/file.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

namespace diffgen::inline DIFFGEN_ABI::io::detail {

struct png_chunks {
    std::size_t width = 0, height = 0;
    unsigned depth = 0;        ///< bits of a sample
    unsigned colour_type = 0;  ///< 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha
    bool interlaced = false;
    bytes palette;  ///< red, green, blue of each entry
    bool has_transparency = false;
    bytes
        transparency;  ///< alpha of each entry of the palette, or the samples that are transparent
    bytes rows;        ///< compressed

    bool has_palette() const { return colour_type == 3; }
    /// Samples of a pixel in the rows.
    std::size_t row_channels() const {
        return colour_type == 2 ? 3 : colour_type == 4 ? 2 : colour_type == 6 ? 4 : 1;
    }
};

inline void read_png_header(cursor in, png_chunks& out) {
    if (in.remaining() != 13) in.fail("IHDR has ", in.remaining(), " bytes, not 13");
    out.width = in.big<std::uint32_t>("the width");
    out.height = in.big<std::uint32_t>("the height");
    out.depth = in.big<std::uint8_t>("the bit depth");
    out.colour_type = in.big<std::uint8_t>("the colour type");
    const auto methods = in.take(3, "the methods");
    constexpr std::size_t largest = std::numeric_limits<std::int32_t>::max();
    if (out.width == 0 || out.height == 0 || out.width > largest || out.height > largest)
        in.fail("the picture has ", out.width, " x ", out.height, " pixels");
    const unsigned d = out.depth, c = out.colour_type;
    const bool wide = d == 8 || d == 16, narrow = d == 1 || d == 2 || d == 4;
    if (!(c == 0 && (wide || narrow)) && !(c == 3 && (narrow || d == 8)) &&
        !((c == 2 || c == 4 || c == 6) && wide))
        in.fail("samples of ", d, " bits with the colour type ", c, " are not defined");
    if (methods[0] != 0 || methods[1] != 0 || methods[2] > 1)
        in.fail("the methods of compression, filtering and interlacing are ", int{methods[0]}, ", ",
                int{methods[1]}, " and ", int{methods[2]}, ", not 0, 0 and 0 or 1");
    out.interlaced = methods[2] == 1;
}

/// Every chunk of the file, its check sum included. Throws bad_file. Chunks that are not needed for
/// the samples (gamma, colour profiles, texts) are stepped over; what follows the end is not read.
inline png_chunks read_png_chunks(std::span<const std::uint8_t> data, const std::string& name) {
    cursor in(data, name);
    if (as_text(in.take(8, "the signature")) != "\x89PNG\r\n\x1A\n")
        fail(name, 0, "this is no PNG file: its signature is missing");
    png_chunks out;
    std::string_view before;
    while (before != "IEND") {
        const auto length = in.big<std::uint32_t>("the length of a chunk");
        const std::uint64_t start = in.offset();
        const auto type = as_text(in.take(4, "the type of a chunk"));
        const auto content = in.take(length, "a chunk");
        if (in.big<std::uint32_t>("the check sum of a chunk") !=
            crc32(data.subspan(start, 4 + std::size_t{length})))
            fail(name, start, "the check sum of a chunk is wrong");
        if ((type == "IHDR") != before.empty())
            fail(name, start, before.empty() ? "the first chunk is not IHDR" : "IHDR comes twice");
        if (type == "IHDR") {
            read_png_header(cursor(content, name + ": IHDR"), out);
        } else if (type == "PLTE") {
            if (!out.palette.empty() || !out.rows.empty() || length == 0 || length % 3 != 0 ||
                length > 3 * 256)
                fail(name, start, "a palette of ", length, " bytes stands here");
            out.palette.assign(content.begin(), content.end());
        } else if (type == "tRNS") {
            if (out.has_transparency || !out.rows.empty())
                fail(name, start, "a transparency stands here");
            out.has_transparency = true;
            out.transparency.assign(content.begin(), content.end());
        } else if (type == "IDAT") {
            if (!out.rows.empty() && before != "IDAT")
                fail(name, start, "the chunks with the rows do not follow each other");
            out.rows.insert(out.rows.end(), content.begin(), content.end());
        } else if (type != "IEND" && (type.front() & 0x20) == 0) {
            fail(name, start, "a chunk of no known kind is needed for the picture");
        }
        before = type;
    }
    if (out.rows.empty()) in.fail("there are no rows of pixels");
    if (out.has_palette() && out.palette.empty()) in.fail("there is no palette");
    const std::size_t due = out.has_palette()      ? out.palette.size() / 3
                            : out.colour_type == 0 ? 2
                            : out.colour_type == 2 ? 6
                                                   : 0;
    const std::size_t found = out.transparency.size();
    if (out.has_transparency && (out.has_palette() ? found > due : found != due || due == 0))
        in.fail("the transparency has ", found, " bytes, where ", due, " are due");
    return out;
}

}  // namespace diffgen::inline DIFFGEN_ABI::io::detail

#include <diffgen/core/with_macros.hpp>

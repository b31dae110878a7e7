// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Compressed data, compared with zlib where its header is installed, and PNG files.

#include <diffgen/io/gzip.hpp>
#include <diffgen/io/png.hpp>

#include "fuzzing.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#ifdef DIFFGEN_FUZZ_ZLIB
#include <zlib.h>
#endif

namespace fuzz {

namespace io = diffgen::io;

#ifdef DIFFGEN_FUZZ_ZLIB
/// What zlib makes of a Deflate stream, of at most `most` bytes.
inline std::optional<io::bytes> zlib_inflate(input data, std::size_t most) {
    io::bytes out(most);
    z_stream stream{};
    stream.next_in = const_cast<Bytef*>(data.data());
    stream.avail_in = static_cast<uInt>(data.size());
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(most);
    require(inflateInit2(&stream, -15) == Z_OK, "zlib does not begin");
    const int end = inflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    inflateEnd(&stream);
    if (end != Z_STREAM_END) return std::nullopt;
    return out;
}
#endif

/// As a gzip file, as a zlib stream, and as a bare Deflate stream.
inline void gzip(input data) {
    accepts("a.gz", [&] { io::gunzip(data, "a.gz"); });
    accepts("a.z", [&] { io::zlib_decompress(data, "a.z", 1 << 20); });
    io::bytes out;
    io::cursor in(data, "a.deflate");
    const std::size_t most = 1 << 16;
    [[maybe_unused]] const bool read =
        accepts("a.deflate", [&] { io::detail::inflater(in, out, most).blocks(); });
#ifdef DIFFGEN_FUZZ_ZLIB
    const auto theirs = zlib_inflate(data, most);
    require(theirs.has_value() == read, read ? "zlib refuses what is read" : "zlib reads it");
    if (read) require(*theirs == out, "zlib reads other bytes");
#endif
}

/// The chunks of a PNG file with the check sums that they should have; rows that do not begin as a
/// zlib stream are compressed first. A fuzzer finds no check sums.
inline io::bytes with_check_sums(input data) {
    io::bytes out(data.begin(), data.begin() + 8);
    io::cursor in(data.subspan(8), "chunks");
    while (in.remaining() >= 12) {
        const std::size_t length = in.big<std::uint32_t>("a length") % (in.remaining() - 7);
        const auto type = io::as_text(in.take(4, "a type"));
        const auto content = in.take(length, "a chunk");
        in.take(4, "a check sum");
        const bool bare = type == "IDAT" && !content.empty() && content[0] != 0x78;
        io::detail::append_chunk(
            out, type,
            bare ? io::zlib_compress(content) : io::bytes(content.begin(), content.end()));
    }
    return out;
}

inline void png_file(input data) {
    accepts("a.png", [&] { io::decode_png<std::uint16_t>(data, "a.png"); });
    accepts("a.png", [&] {
        const auto picture = io::decode_png(data, "a.png");
        if (picture.channels == 2 || picture.channels == 4) return;
        const auto again = io::decode_png(io::encode_png(picture), "again");
        require(again.pixels == picture.pixels && again.width == picture.width, "PNG changes");
    });
}

inline void png(input data) {
    png_file(data);
    if (data.size() > 8) png_file(with_check_sums(data));
}

}  // namespace fuzz

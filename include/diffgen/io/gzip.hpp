// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Files packed by gzip (RFC 1952).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/io/checksum.hpp>
#include <diffgen/io/cursor.hpp>
#include <diffgen/io/file.hpp>
#include <diffgen/io/inflate.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string>

namespace diffgen::inline DIFFGEN_ABI::io {

/// Whether these are the first bytes of a file packed by gzip.
inline bool is_gzip(std::span<const std::uint8_t> data) {
    return data.size() > 2 && data[0] == 0x1F && data[1] == 0x8B && data[2] == 8;
}

namespace detail {

/// Steps over the header of a member.
inline void skip_gzip_header(cursor& in) {
    const auto fixed = in.take(10, "a gzip header");
    const unsigned flags = fixed[3];
    if (!is_gzip(fixed) || (flags & 0xE0) != 0)
        in.fail("no gzip member begins here (", unsigned{fixed[0]}, ", ", unsigned{fixed[1]},
                ", method ", unsigned{fixed[2]}, ", flags ", flags, ")");
    if (flags & 4) in.take(in.little<std::uint16_t>("the size of a field"), "a field");
    for (const unsigned text : {8u, 16u})  // the name, the comment
        while ((flags & text) && in.little<std::uint8_t>("a text in the gzip header") != 0) {
        }
    if (flags & 2) in.take(2, "the check sum of the gzip header");
}

}  // namespace detail

/// What was packed: the contents of all members, one after the other. At most 1,032 times the size
/// of the packed file. Throws bad_file, with the offset in the packed file.
inline bytes gunzip(std::span<const std::uint8_t> packed, const std::string& name) {
    cursor in(packed, name);
    bytes out;
    do {
        detail::skip_gzip_header(in);
        const std::size_t start = out.size();
        detail::inflater(in, out, std::numeric_limits<std::uint64_t>::max()).blocks();
        const auto member = std::span(out).subspan(start);
        const auto check = in.little<std::uint32_t>("the check sum of a gzip member");
        const auto size = in.little<std::uint32_t>("the size of a gzip member");
        if (check != crc32(member)) in.fail("the check sum of the unpacked data is wrong");
        if (size != static_cast<std::uint32_t>(member.size()))
            in.fail("the unpacked data are ", member.size(), " bytes, not ", size);
        while (in.remaining() > 0 && packed[in.offset()] == 0)  // as gzip pads its files
            in.take(1, "a zero");
    } while (in.remaining() > 0);
    return out;
}

/// The contents of a regular file, unpacked where it is packed by gzip. Throws bad_file. The
/// offsets in the errors of a reader count the unpacked bytes.
inline bytes read_unpacked(const std::filesystem::path& path) {
    bytes data = read_file(path);
    return is_gzip(data) ? gunzip(data, path.string()) : data;
}

}  // namespace diffgen::inline DIFFGEN_ABI::io

#include <diffgen/core/with_macros.hpp>

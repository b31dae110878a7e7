// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whole files in, whole files out: a reader never sees a file that is half-written.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/io/fail.hpp>

#include <cstdint>
#include <exception>
#include <filesystem>
#include <fstream>
#include <ios>
#include <limits>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::io {

using bytes = std::vector<std::uint8_t>;

/// The contents of a regular file. Throws bad_file when it cannot be opened or read, or holds more
/// than `limit` bytes.
inline bytes read_file(const std::filesystem::path& path,
                       std::uint64_t limit = std::numeric_limits<std::uint64_t>::max() / 2) {
    const std::string name = path.string();
    std::error_code code;
    if (!std::filesystem::is_regular_file(path, code)) {
        throw bad_file(
            detail::text("diffgen: ", name, ": ", code ? code.message() : "not a regular file"));
    }
    const std::uint64_t size = std::filesystem::file_size(path, code);
    if (code)
        throw bad_file(detail::text("diffgen: ", name, ": its size is unknown: ", code.message()));
    if (size > limit) {
        throw bad_file(detail::text("diffgen: ", name, ": ", size, " bytes are more than the ",
                                    limit, " allowed"));
    }
    std::ifstream in(path, std::ios::binary);
    if (!in) throw bad_file(detail::text("diffgen: ", name, ": cannot be opened for reading"));
    bytes data;
    try {
        data.resize(size);
    } catch (const std::exception&) {  // bad_alloc, length_error
        throw bad_file(detail::text("diffgen: ", name, ": ", size,
                                    " bytes are more than there is memory for"));
    }
    in.read(reinterpret_cast<char*>(data.data()), static_cast<std::streamsize>(size));
    if (static_cast<std::uint64_t>(in.gcount()) != size) {
        throw bad_file(detail::text("diffgen: ", name, ": only ", in.gcount(), " of ", size,
                                    " bytes readable"));
    }
    return data;
}

/// Writes the contents under a temporary name beside `path`, then renames; so `path` holds either
/// its old contents or all of the new. Throws bad_file when it cannot, and leaves nothing behind.
inline void write_file(const std::filesystem::path& path, std::span<const std::uint8_t> data) {
    std::random_device random;
    std::filesystem::path temporary = path;
    temporary += detail::text(".", random(), random(), ".tmp");

    std::error_code code;
    std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
    if (!out)
        throw bad_file(detail::text("diffgen: ", path.string(), ": cannot be opened for writing"));
    out.write(reinterpret_cast<const char*>(data.data()),
              static_cast<std::streamsize>(data.size()));
    out.close();
    if (!out) {
        std::filesystem::remove(temporary, code);
        throw bad_file(detail::text("diffgen: ", path.string(), ": ", data.size(),
                                    " bytes could not be written"));
    }
    std::filesystem::rename(temporary, path, code);
    if (code) {
        const std::string reason = code.message();
        std::filesystem::remove(temporary, code);
        throw bad_file(detail::text("diffgen: ", path.string(), ": cannot be replaced: ", reason));
    }
}

/// The same bytes as text, and text as bytes.
inline std::string_view as_text(std::span<const std::uint8_t> data) {
    return {reinterpret_cast<const char*>(data.data()), data.size()};
}
inline std::span<const std::uint8_t> as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace diffgen::inline DIFFGEN_ABI::io

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// IDX files, the format of MNIST (Y. LeCun, C. Cortes, C. Burges): one big-endian array.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/io/cursor.hpp>
#include <diffgen/io/fail.hpp>
#include <diffgen/io/file.hpp>
#include <diffgen/io/ndarray.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::io {

namespace detail {

/// The type code in the third byte.
template <class T>
constexpr int idx_code() {
    if constexpr (std::is_same_v<T, std::uint8_t>) {
        return 0x08;
    } else if constexpr (std::is_same_v<T, std::int8_t>) {
        return 0x09;
    } else if constexpr (std::is_same_v<T, std::int16_t>) {
        return 0x0B;
    } else if constexpr (std::is_same_v<T, std::int32_t>) {
        return 0x0C;
    } else if constexpr (std::is_same_v<T, float>) {
        return 0x0D;
    } else {
        static_assert(
            std::is_same_v<T, double>,
            "diffgen: an IDX element is uint8_t, int8_t, int16_t, int32_t, float or double");
        return 0x0E;
    }
}

}  // namespace detail

/// Reads a file held in memory. Throws bad_file when it is not an IDX file (or a compressed one),
/// holds another element type than T, or is longer or shorter than its sizes say.
template <class T>
ndarray<T> decode_idx(std::span<const std::uint8_t> data, const std::string& name) {
    cursor in(data, name);
    const auto magic = in.take(4, "the magic number");
    if (magic[0] == 0x1F && magic[1] == 0x8B) {
        detail::fail(name, 0, "the file is compressed by gzip; unpack it first");
    }
    if (magic[0] != 0 || magic[1] != 0) {
        detail::fail(name, 0, "this is no IDX file: it begins with ", int{magic[0]}, " and ",
                     int{magic[1]}, ", not with two zeros");
    }
    if (magic[2] != detail::idx_code<T>()) {
        detail::fail(name, 2, "the element type is ", int{magic[2]}, ", not ",
                     detail::idx_code<T>());
    }
    ndarray<T> result;
    for (int i = 0; i < magic[3]; ++i)
        result.shape.push_back(in.big<std::uint32_t>("a size"));
    const auto size = byte_count(result.shape, sizeof(T));
    if (!size) in.fail("the size of the shape ", shape_text(result.shape), " overflows");
    if (*size != in.remaining()) {
        in.fail("the shape ", shape_text(result.shape), " takes ", *size, " bytes, the file has ",
                in.remaining());
    }
    result.data = detail::load_all<T, std::endian::big>(in.take(*size, "the elements"));
    return result;
}

/// The bytes of a file. Throws bad_shape when the shape does not hold that many elements or does
/// not fit the format: at most 255 sizes below 2^32.
template <class T>
bytes encode_idx(const ndarray<T>& array) {
    check_shape(array.shape, array.data.size());
    if (array.shape.size() > std::numeric_limits<std::uint8_t>::max()) {
        throw bad_shape(
            detail::text("diffgen: an IDX file holds 255 sizes, not ", array.shape.size()));
    }
    bytes out{0, 0, std::uint8_t{detail::idx_code<T>()},
              static_cast<std::uint8_t>(array.shape.size())};
    for (const std::size_t size : array.shape) {
        if (size > std::numeric_limits<std::uint32_t>::max()) {
            throw bad_shape(
                detail::text("diffgen: an IDX file holds sizes below 2^32, not ", size));
        }
        detail::append<std::endian::big>(out, static_cast<std::uint32_t>(size));
    }
    for (const T value : array.data)
        detail::append<std::endian::big>(out, value);
    return out;
}

template <class T>
ndarray<T> read_idx(const std::filesystem::path& path) {
    return decode_idx<T>(read_file(path), path.string());
}

template <class T>
void write_idx(const std::filesystem::path& path, const ndarray<T>& array) {
    write_file(path, encode_idx(array));
}

}  // namespace diffgen::inline DIFFGEN_ABI::io

#include <diffgen/core/with_macros.hpp>

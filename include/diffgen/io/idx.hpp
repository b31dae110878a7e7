// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// IDX files, the format of MNIST (Y. LeCun, C. Cortes, C. Burges): one big-endian array.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/io/cursor.hpp>
#include <diffgen/io/element.hpp>
#include <diffgen/io/fail.hpp>
#include <diffgen/io/file.hpp>
#include <diffgen/io/gzip.hpp>
#include <diffgen/io/ndarray.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::io {

namespace detail {

/// The type that the third byte stands for.
constexpr std::optional<dtype> idx_type(int code) {
    switch (code) {
        case 0x08:
            return dtype::u8;
        case 0x09:
            return dtype::i8;
        case 0x0B:
            return dtype::i16;
        case 0x0C:
            return dtype::i32;
        case 0x0D:
            return dtype::f32;
        case 0x0E:
            return dtype::f64;
        default:
            return std::nullopt;
    }
}

/// The third byte for an element.
template <class T>
constexpr std::uint8_t idx_code() {
    constexpr std::uint8_t code = [] {
        for (std::uint8_t each = 0x08; each <= 0x0E; ++each)
            if (idx_type(each) == dtype_of<T>()) return each;
        return std::uint8_t{0};
    }();
    static_assert(code != 0,
                  "diffgen: an IDX file holds uint8_t, int8_t, int16_t, int32_t, float or double");
    return code;
}

}  // namespace detail

/// Reads a file held in memory, each number as the T that equals it. Throws bad_file when it is not
/// an IDX file, has a number that no T equals, or is longer or shorter than its sizes say.
template <class T>
ndarray<T> decode_idx(std::span<const std::uint8_t> data, const std::string& name) {
    if (is_gzip(data))
        detail::fail(name, 0, "the file is packed by gzip; io::gunzip unpacks it, read_idx too");
    cursor in(data, name);
    const auto magic = in.take(4, "the magic number");
    if (magic[0] != 0 || magic[1] != 0) {
        detail::fail(name, 0, "this is no IDX file: it begins with ", int{magic[0]}, " and ",
                     int{magic[1]}, ", not with two zeros");
    }
    const auto type = detail::idx_type(magic[2]);
    if (!type) detail::fail(name, 2, "the element type ", int{magic[2]}, " is not known");
    ndarray<T> result;
    for (int i = 0; i < magic[3]; ++i)
        result.shape.push_back(in.big<std::uint32_t>("a size"));
    const auto size = byte_count_as<T>(result.shape, facts(*type).bytes);
    if (!size) in.fail("the size of the shape ", shape_text(result.shape), " overflows");
    if (*size != in.remaining()) {
        in.fail("the shape ", shape_text(result.shape), " takes ", *size, " bytes, the file has ",
                in.remaining());
    }
    const std::uint64_t origin = in.offset();
    result.data = detail::numbers_of<T>(*type, in.take(*size, "the elements"), std::endian::big,
                                        [&](std::size_t place, const std::string& number) {
                                            detail::fail(name, origin + place * facts(*type).bytes,
                                                         "element ", place, " (", facts(*type).name,
                                                         ") is ", number, ", which no ",
                                                         facts(dtype_of<T>()).name, " equals");
                                        });
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
    bytes out{0, 0, detail::idx_code<T>(), static_cast<std::uint8_t>(array.shape.size())};
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

/// The array of a file, which may be packed by gzip, as those of MNIST are. Throws bad_file.
template <class T>
ndarray<T> read_idx(const std::filesystem::path& path) {
    return decode_idx<T>(read_unpacked(path), path.string());
}

template <class T>
void write_idx(const std::filesystem::path& path, const ndarray<T>& array) {
    write_file(path, detail::naming(path.string(), [&] { return encode_idx(array); }));
}

}  // namespace diffgen::inline DIFFGEN_ABI::io

#include <diffgen/core/with_macros.hpp>

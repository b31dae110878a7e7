// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// NumPy's .npy files, versions 1 to 3 (NEP 1; numpy.lib.format): one array, read from either order
// of indices and of bytes, written little-endian in C order.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/io/cursor.hpp>
#include <diffgen/io/element.hpp>
#include <diffgen/io/fail.hpp>
#include <diffgen/io/file.hpp>
#include <diffgen/io/gzip.hpp>
#include <diffgen/io/ndarray.hpp>

#include <array>
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::io {

template <class T>
using npy_array = ndarray<T>;

namespace detail {

struct npy_type {
    dtype type;
    std::endian order;
};

/// What a type code says ('<f4', '|b1', '>i8'; no order is that of the machine, as numpy has it),
/// or nothing where the elements are no numbers that can be read.
inline std::optional<npy_type> parse_npy_type(std::string_view descr) {
    std::endian order = std::endian::native;
    if (descr.starts_with('<')) order = std::endian::little;
    if (descr.starts_with('>')) order = std::endian::big;
    if (descr.find_first_of("<>|=") == 0) descr.remove_prefix(1);
    constexpr std::array<std::pair<std::string_view, dtype>, 12> codes{{{"f8", dtype::f64},
                                                                        {"f4", dtype::f32},
                                                                        {"f2", dtype::f16},
                                                                        {"i8", dtype::i64},
                                                                        {"i4", dtype::i32},
                                                                        {"i2", dtype::i16},
                                                                        {"i1", dtype::i8},
                                                                        {"u8", dtype::u64},
                                                                        {"u4", dtype::u32},
                                                                        {"u2", dtype::u16},
                                                                        {"u1", dtype::u8},
                                                                        {"b1", dtype::boolean}}};
    for (const auto& [code, type] : codes)
        if (descr == code) return npy_type{type, order};
    return std::nullopt;
}

/// The type code that NumPy writes for an element.
template <class T>
std::string npy_descr() {
    dtype_of<T>();
    const char kind = std::is_floating_point_v<T> ? 'f' : std::is_signed_v<T> ? 'i' : 'u';
    return text(sizeof(T) == 1 ? '|' : '<', kind, sizeof(T));
}

/// The same elements with the last index fastest, of an array whose first index is.
template <class T>
std::vector<T> last_index_fastest(const std::vector<T>& values,
                                  const std::vector<std::size_t>& shape) {
    std::vector<T> turned;
    turned.reserve(values.size());
    std::vector<std::size_t> index(shape.size()), strides(shape.size(), 1);
    for (std::size_t k = 1; k < shape.size(); ++k)
        strides[k] = strides[k - 1] * shape[k - 1];
    std::size_t from = 0;
    while (turned.size() < values.size()) {
        turned.push_back(values[from]);
        for (std::size_t k = shape.size(); k-- > 0;) {
            from += strides[k];
            if (++index[k] < shape[k]) break;
            from -= strides[k] * shape[k];
            index[k] = 0;
        }
    }
    return turned;
}

struct npy_header {
    std::string descr;
    bool fortran_order = false;
    std::vector<std::size_t> shape;
};

/// Reads the Python dictionary of the header:
/// {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), } in any order.
class npy_header_parser {
  public:
    npy_header_parser(std::string_view source, const std::string& name, std::uint64_t origin)
        : source_(source), name_(name), origin_(origin) {}

    npy_header parse() {
        std::optional<std::string> descr;
        std::optional<bool> fortran_order;
        std::optional<std::vector<std::size_t>> shape;
        expect('{');
        while (!accept('}')) {
            skip_space();
            const std::size_t start = at_;
            const std::string key = quoted();
            expect(':');
            if (key == "descr" && !descr) {
                descr = quoted();
            } else if (key == "fortran_order" && !fortran_order) {
                fortran_order = boolean();
            } else if (key == "shape" && !shape) {
                shape = tuple();
            } else {
                at_ = start;
                refuse("each of 'descr', 'fortran_order' and 'shape' once");
            }
            if (!accept(',')) {
                expect('}');
                break;
            }
        }
        skip_space();
        if (at_ != source_.size()) refuse("only blanks after the dictionary");
        if (!descr) refuse("a 'descr'");
        if (!fortran_order) refuse("a 'fortran_order'");
        if (!shape) refuse("a 'shape'");
        return {std::move(*descr), *fortran_order, std::move(*shape)};
    }

  private:
    std::string quoted() {
        skip_space();
        const char quote = at_ < source_.size() ? source_[at_] : '\0';
        if (quote != '\'' && quote != '"') refuse("a string");
        const std::size_t end = source_.find(quote, at_ + 1);
        if (end == source_.npos) refuse("a string with a closing quote");
        const std::string_view content = source_.substr(at_ + 1, end - at_ - 1);
        at_ = end + 1;
        return std::string(content);
    }

    bool boolean() {
        skip_space();
        for (const auto& [word, value] : {std::pair("True", true), std::pair("False", false)}) {
            if (source_.substr(at_).starts_with(word)) {
                at_ += std::string_view(word).size();
                return value;
            }
        }
        refuse("True or False");
    }

    std::vector<std::size_t> tuple() {
        std::vector<std::size_t> sizes;
        expect('(');
        while (!accept(')')) {
            sizes.push_back(size());
            if (accept(',')) continue;
            if (sizes.size() == 1) refuse("',' after the only size of a tuple");
            expect(')');
            break;
        }
        return sizes;
    }

    std::size_t size() {
        skip_space();
        std::uint64_t value = 0;
        const char* first = source_.data() + at_;
        const auto [end, problem] = std::from_chars(first, source_.data() + source_.size(), value);
        if (problem == std::errc::result_out_of_range) refuse("a size below 2^64");
        if (problem != std::errc()) refuse("a size");
        at_ += static_cast<std::size_t>(end - first);
        if (at_ < source_.size() && source_[at_] == 'L') ++at_;  // a long of Python 2
        return value;
    }

    bool accept(char wanted) {
        skip_space();
        if (at_ == source_.size() || source_[at_] != wanted) return false;
        ++at_;
        return true;
    }

    void expect(char wanted) {
        if (!accept(wanted)) refuse("'", wanted, "'");
    }

    void skip_space() {
        while (at_ < source_.size() &&
               std::string_view(" \t\r\n").find(source_[at_]) != std::string_view::npos)
            ++at_;
    }

    template <class... Parts>
    [[noreturn]] void refuse(const Parts&... wanted) const {
        fail(name_, origin_ + at_, "the header should have ", wanted..., " here, but reads \"",
             source_.substr(at_, 24), "\"");
    }

    std::string_view source_;
    const std::string& name_;
    std::uint64_t origin_;
    std::size_t at_ = 0;
};

}  // namespace detail

/// Reads a file held in memory; bool, integers, half, float and double are given as the T that
/// equals each number. Throws bad_file when it is not an .npy file, has other elements or a number
/// that no T equals, or is longer or shorter than its shape says.
template <class T>
npy_array<T> decode_npy(std::span<const std::uint8_t> data, const std::string& name) {
    cursor in(data, name);
    if (as_text(data).starts_with("PK\x03\x04")) {
        detail::fail(name, 0, "this is an archive (.npz); unpack it and read the .npy files in it");
    }
    if (as_text(in.take(6, "the magic string")) != "\x93NUMPY") {
        detail::fail(name, 0, "this is no .npy file: the magic string is missing");
    }
    const int major = in.little<std::uint8_t>("the version");
    const int minor = in.little<std::uint8_t>("the version");
    if (major < 1 || major > 3 || minor != 0) {
        detail::fail(name, 6, "the version ", major, ".", minor, " is not 1.0, 2.0 or 3.0");
    }
    const std::uint64_t length = major == 1 ? in.little<std::uint16_t>("the header length")
                                            : in.little<std::uint32_t>("the header length");
    const std::uint64_t origin = in.offset();
    const auto text = as_text(in.take(length, "the header"));
    const detail::npy_header header = detail::npy_header_parser(text, name, origin).parse();

    const auto type = detail::parse_npy_type(header.descr);
    if (!type) {
        detail::fail(name, origin, "the elements are '", header.descr,
                     "', not b1, i1 to i8, u1 to u8, f2, f4 or f8");
    }
    const auto size = byte_count_as<T>(header.shape, facts(type->type).bytes);
    if (!size) in.fail("the size of the shape ", shape_text(header.shape), " overflows");
    if (*size != in.remaining()) {
        in.fail("the shape ", shape_text(header.shape), " of '", header.descr, "' takes ", *size,
                " bytes, the file has ", in.remaining());
    }
    auto numbers = detail::numbers_of<T>(
        type->type, in.take(*size, "the elements"), type->order,
        [&](std::size_t place, const std::string& number) {
            detail::fail(name, origin + length + place * facts(type->type).bytes, "element ", place,
                         " ('", header.descr, "') is ", number, ", which no '",
                         detail::npy_descr<T>(), "' equals");
        });
    if (header.fortran_order && header.shape.size() > 1)
        numbers = detail::last_index_fastest(numbers, header.shape);
    return {header.shape, std::move(numbers)};
}

/// The bytes of a file, of the lowest version that can hold the header. Throws bad_shape when the
/// shape does not hold that many elements.
template <class T>
bytes encode_npy(const npy_array<T>& array) {
    check_shape(array.shape, array.data.size());
    std::string sizes;
    for (const std::size_t size : array.shape)
        sizes += std::to_string(size) + ", ";
    if (array.shape.size() > 1) sizes.resize(sizes.size() - 2);
    std::string header = detail::text("{'descr': '", detail::npy_descr<T>(),
                                      "', 'fortran_order': False, 'shape': (", sizes, "), }");
    // The data begin at a multiple of 64 bytes.
    const bool short_header = header.size() < 65000;
    const std::size_t prefix = short_header ? 10 : 12;
    header.resize((prefix + header.size() + 1 + 63) / 64 * 64 - prefix - 1, ' ');
    header += '\n';

    bytes out{0x93, 'N', 'U', 'M', 'P', 'Y', std::uint8_t(short_header ? 1 : 2), 0};
    if (short_header) {
        detail::append<std::endian::little>(out, static_cast<std::uint16_t>(header.size()));
    } else {
        detail::append<std::endian::little>(out, static_cast<std::uint32_t>(header.size()));
    }
    out.insert(out.end(), header.begin(), header.end());
    for (const T value : array.data)
        detail::append<std::endian::little>(out, value);
    return out;
}

/// The array of a file, which may be packed by gzip. Throws bad_file.
template <class T>
npy_array<T> read_npy(const std::filesystem::path& path) {
    return decode_npy<T>(read_unpacked(path), path.string());
}

template <class T>
void write_npy(const std::filesystem::path& path, const npy_array<T>& array) {
    write_file(path, detail::naming(path.string(), [&] { return encode_npy(array); }));
}

}  // namespace diffgen::inline DIFFGEN_ABI::io

#include <diffgen/core/with_macros.hpp>

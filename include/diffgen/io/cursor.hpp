// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A bounds-checked reader over the bytes of a file, and its counterpart for writing.

#include <diffgen/io/fail.hpp>
#include <diffgen/io/file.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

namespace diffgen::io {

namespace detail {

template <std::size_t Size>
using unsigned_of_size = std::conditional_t<
    Size == 1, std::uint8_t,
    std::conditional_t<Size == 2, std::uint16_t,
                       std::conditional_t<Size == 4, std::uint32_t,
                                          std::conditional_t<Size == 8, std::uint64_t, void>>>>;

/// The value whose bytes stand at `at`, on a machine of any byte order.
template <class T, std::endian Order>
T load(const std::uint8_t* at) {
    using word = unsigned_of_size<sizeof(T)>;
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
        const std::size_t place = Order == std::endian::little ? i : sizeof(T) - 1 - i;
        bits |= std::uint64_t{at[i]} << (8 * place);
    }
    return std::bit_cast<T>(static_cast<word>(bits));
}

template <std::endian Order, class T>
void append(bytes& out, T value) {
    const std::uint64_t bits = std::bit_cast<unsigned_of_size<sizeof(T)>>(value);
    for (std::size_t i = 0; i < sizeof(T); ++i) {
        const std::size_t place = Order == std::endian::little ? i : sizeof(T) - 1 - i;
        out.push_back(static_cast<std::uint8_t>(bits >> (8 * place)));
    }
}

}  // namespace detail

/// Takes values from the front of some bytes. Every take is checked against what is left and throws
/// bad_file with the name, the offset and what was wanted there.
class cursor {
  public:
    cursor(std::span<const std::uint8_t> data, std::string name)
        : data_(data), name_(std::move(name)) {}

    const std::string& name() const { return name_; }
    std::uint64_t offset() const { return offset_; }
    std::uint64_t remaining() const { return data_.size() - offset_; }

    std::span<const std::uint8_t> take(std::uint64_t count, const char* what) {
        if (count > remaining()) {
            fail(what, " needs ", count, " bytes, but ", remaining(), " are left");
        }
        const auto part = data_.subspan(offset_, count);
        offset_ += count;
        return part;
    }

    template <class T>
    T little(const char* what) {
        return detail::load<T, std::endian::little>(take(sizeof(T), what).data());
    }

    template <class T>
    T big(const char* what) {
        return detail::load<T, std::endian::big>(take(sizeof(T), what).data());
    }

    void expect_end() const {
        if (remaining() != 0) fail(remaining(), " bytes follow the end of the data");
    }

    /// Throws bad_file at the present offset.
    template <class... Parts>
    [[noreturn]] void fail(const Parts&... parts) const {
        detail::fail(name_, offset_, parts...);
    }

  private:
    std::span<const std::uint8_t> data_;
    std::string name_;
    std::size_t offset_ = 0;
};

}  // namespace diffgen::io

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A bounds-checked reader over the bytes of a file, and its counterpart for writing.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/io/fail.hpp>
#include <diffgen/io/file.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::io {

namespace detail {

/// The value whose bytes stand at `at`, on a machine of any byte order.
template <class T, std::endian Order>
T load(const std::uint8_t* at) {
    T value;
    if constexpr (Order == std::endian::native) {
        std::memcpy(&value, at, sizeof(T));
    } else {
        std::array<std::uint8_t, sizeof(T)> turned;
        std::reverse_copy(at, at + sizeof(T), turned.begin());
        std::memcpy(&value, turned.data(), sizeof(T));
    }
    return value;
}

template <class T, std::endian Order>
std::vector<T> load_all(std::span<const std::uint8_t> data) {
    std::vector<T> values(data.size() / sizeof(T));
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = load<T, Order>(data.data() + i * sizeof(T));
    }
    return values;
}

template <std::endian Order, class T>
void append(bytes& out, T value) {
    std::array<std::uint8_t, sizeof(T)> all;
    std::memcpy(all.data(), &value, sizeof(T));
    if constexpr (Order != std::endian::native) std::reverse(all.begin(), all.end());
    // Not insert: g++ 12 warns of an overflow there once it is inlined (stringop-overflow).
    for (const std::uint8_t byte : all)
        out.push_back(byte);
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

}  // namespace diffgen::inline DIFFGEN_ABI::io

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The types of elements that files hold, and the numbers that they stand for: every number is given
// as the T that equals it, and one that no T equals is refused.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/io/cursor.hpp>
#include <diffgen/io/fail.hpp>
#include <diffgen/io/half.hpp>

#include <array>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::io {

/// `other` is a type whose elements are not read as numbers.
enum class dtype {
    f64,
    f32,
    f16,
    bf16,
    f8_e4m3,
    f8_e5m2,
    i64,
    i32,
    i16,
    i8,
    u64,
    u32,
    u16,
    u8,
    boolean,
    other
};

struct dtype_facts {
    std::string_view name;
    std::size_t bytes;
};

/// The name in a safetensors header and the size of an element; none for `other`.
constexpr dtype_facts facts(dtype type) {
    constexpr std::array<dtype_facts, 16> table{{{"F64", 8},
                                                 {"F32", 4},
                                                 {"F16", 2},
                                                 {"BF16", 2},
                                                 {"F8_E4M3", 1},
                                                 {"F8_E5M2", 1},
                                                 {"I64", 8},
                                                 {"I32", 4},
                                                 {"I16", 2},
                                                 {"I8", 1},
                                                 {"U64", 8},
                                                 {"U32", 4},
                                                 {"U16", 2},
                                                 {"U8", 1},
                                                 {"BOOL", 1},
                                                 {"", 0}}};
    return table[static_cast<std::size_t>(type)];
}

/// What an element can be read as and written from: float, double or an integer.
template <class T>
concept element = std::is_same_v<T, float> || std::is_same_v<T, double> ||
    (std::is_integral_v<T> && !std::is_same_v<T, bool>);

/// The dtype of a C++ type.
template <class T>
constexpr dtype dtype_of() {
    static_assert(element<T>, "diffgen: an element of a file is a float, a double or an integer");
    if constexpr (std::is_same_v<T, double>) {
        return dtype::f64;
    } else if constexpr (std::is_same_v<T, float>) {
        return dtype::f32;
    } else {
        constexpr int place = std::countr_zero(sizeof(T));
        constexpr dtype with_sign[] = {dtype::i8, dtype::i16, dtype::i32, dtype::i64};
        constexpr dtype without[] = {dtype::u8, dtype::u16, dtype::u32, dtype::u64};
        return std::is_signed_v<T> ? with_sign[place] : without[place];
    }
}

namespace detail {

/// The T that equals v, NaN for NaN, or nothing.
template <class T, class V>
std::optional<T> equal_number(V v) {
    if constexpr (std::is_same_v<T, V>) {
        return v;
    } else if constexpr (std::integral<T> && std::integral<V>) {
        if (!std::in_range<T>(v)) return std::nullopt;
        return static_cast<T>(v);
    } else if constexpr (std::integral<T>) {
        // the bounds are powers of two, which every V holds
        constexpr V low = static_cast<V>(std::numeric_limits<T>::min());
        const V high = std::ldexp(V(1), std::numeric_limits<T>::digits);
        if (!(v >= low && v < high) || std::trunc(v) != v) return std::nullopt;
        return static_cast<T>(v);
    } else if constexpr (std::integral<V>) {
        const T near = static_cast<T>(v);
        const auto back = equal_number<V>(near);
        if (!back || *back != v) return std::nullopt;
        return near;
    } else {
        // A number of a wider type may lie beyond all of T, or between two of them.
        if constexpr (std::numeric_limits<V>::max_exponent > std::numeric_limits<T>::max_exponent) {
            if (std::isfinite(v) && (std::abs(v) > static_cast<V>(std::numeric_limits<T>::max()) ||
                                     static_cast<V>(static_cast<T>(v)) != v))
                return std::nullopt;
        }
        return static_cast<T>(v);
    }
}

template <class Raw>
Raw load(const std::uint8_t* at, std::endian order) {
    return order == std::endian::little ? load<Raw, std::endian::little>(at)
                                        : load<Raw, std::endian::big>(at);
}

/// The numbers that these bytes hold, which number_of makes of each Raw.
template <class T, class Raw, class Number, class Refuse>
std::vector<T> equal_numbers(std::span<const std::uint8_t> data, std::endian order,
                             Number number_of, Refuse refuse) {
    std::vector<T> numbers(data.size() / sizeof(Raw));
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const auto v = number_of(load<Raw>(data.data() + i * sizeof(Raw), order));
        const auto equal = equal_number<T>(v);
        if (!equal) {
            if constexpr (std::floating_point<decltype(v)>)
                refuse(i, diffgen::detail::exactly(static_cast<double>(v)));
            else
                refuse(i, std::to_string(v));
        }
        numbers[i] = *equal;
    }
    return numbers;
}

/// The elements as T. `refuse(place, number)`, which throws, is called for the first number that no
/// T equals; the type must not be `other`.
template <class T, class Refuse>
std::vector<T> numbers_of(dtype type, std::span<const std::uint8_t> data, std::endian order,
                          Refuse refuse) {
    static_assert(element<T>, "diffgen: an element of a file is a float, a double or an integer");
    const auto all = [&](auto raw, auto number_of) {
        return equal_numbers<T, decltype(raw)>(data, order, number_of, refuse);
    };
    const auto itself = [](auto v) { return v; };
    switch (type) {
        case dtype::f64:
            return all(double{}, itself);
        case dtype::f32:
            return all(float{}, itself);
        case dtype::f16:
            return all(std::uint16_t{}, from_half);
        case dtype::bf16:
            return all(std::uint16_t{}, from_bfloat);
        case dtype::f8_e4m3:
            return all(std::uint8_t{}, from_e4m3);
        case dtype::f8_e5m2:
            return all(std::uint8_t{}, from_e5m2);
        case dtype::i64:
            return all(std::int64_t{}, itself);
        case dtype::i32:
            return all(std::int32_t{}, itself);
        case dtype::i16:
            return all(std::int16_t{}, itself);
        case dtype::i8:
            return all(std::int8_t{}, itself);
        case dtype::u64:
            return all(std::uint64_t{}, itself);
        case dtype::u32:
            return all(std::uint32_t{}, itself);
        case dtype::u16:
            return all(std::uint16_t{}, itself);
        case dtype::u8:
            return all(std::uint8_t{}, itself);
        case dtype::boolean:
        case dtype::other:  // which the caller has refused
            break;
    }
    return all(std::uint8_t{}, [](std::uint8_t b) { return b != 0 ? 1 : 0; });
}

}  // namespace detail
}  // namespace diffgen::inline DIFFGEN_ABI::io

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// One lane: the operations of a value on a plain float or double, on the host and on a device.
//
// The rule that keeps the bits: a product that feeds a sum is written fma(a, b, c), never
// a * b + c, because a compiler may or may not contract the latter (g++ does under -march=native,
// nvcc does on the device). A product that feeds anything else is a plain a * b, and product(a, b)
// where it is not known what it feeds. In formulas of the host it is product(a, b) + c instead,
// which has the bits of the plain formula and reads like it.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>

#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace diffgen::inline DIFFGEN_ABI {

/// A plain number that can stand for one lane.
template <class T>
concept scalar_value = std::same_as<T, float> || std::same_as<T, double>;

/// What a value V is made of: its scalar, its number of lanes, the mask of a comparison, and the
/// unsigned integers of the scalar's size. Specialised for packs in core/lanes/pack.hpp.
template <class V>
struct value_traits;

template <>
struct value_traits<float> {
    using scalar = float;
    using mask = bool;
    using bits = std::uint32_t;
    static constexpr int width = 1;
};

template <>
struct value_traits<double> {
    using scalar = double;
    using mask = bool;
    using bits = std::uint64_t;
    static constexpr int width = 1;
};

namespace detail {

/// a * b + c rounded once, for floats without hardware: the product is exact in double, the sum
/// is rounded to odd there (Boldo and Melquiond, IEEE Trans. Comput. 57, 2008), so that the last
/// rounding to float is the only one that counts.
inline float fma_through_double(float a, float b, float c) {
    const double product = static_cast<double>(a) * static_cast<double>(b);
    const double addend = static_cast<double>(c);
    const double sum = product + addend;
    const double rest = sum - product;
    const double error = (product - (sum - rest)) + (addend - rest);
    auto bits = std::bit_cast<std::uint64_t>(sum);
    const bool inexact = error < 0.0 || error > 0.0;  // false for NaN: infinities pass through
    if (inexact && (bits & 1u) == 0) {
        const bool away_from_zero = (error > 0.0) == (sum > 0.0);
        bits = away_from_zero ? bits + 1 : bits - 1;
    }
    return static_cast<float>(std::bit_cast<double>(bits));
}

}  // namespace detail

/// a * b + c, rounded once. A template, as all of these are, so that a program that opens this
/// namespace still finds the C library's function in its own unqualified calls.
template <scalar_value T>
DIFFGEN_HD T fma(T a, T b, T c) {
#if DIFFGEN_DEVICE_CODE
    if constexpr (std::same_as<T, float>) {
        return __fmaf_rn(a, b, c);
    } else {
        return __fma_rn(a, b, c);
    }
#else
#if DIFFGEN_HAS_LANES && !defined(__FMA__)
    // Where there are packs, single numbers are for processors without the instruction.
    if constexpr (std::same_as<T, float>) return detail::fma_through_double(a, b, c);
#endif
    return std::fma(a, b, c);  // an instruction in code for a processor that has it
#endif
}

/// a * b, rounded on its own even where a sum takes it up: for the last product of a function whose
/// result may meet any sum, since minus zero is the addend that changes nothing.
template <scalar_value T>
DIFFGEN_HD constexpr T product(T a, T b) {
    if (std::is_constant_evaluated()) return a * b;
#if defined(__x86_64__) && !defined(__FMA__) && !DIFFGEN_DEVICE_CODE
    return a * b;  // nothing to contract it with
#else
    return diffgen::fma(a, b, T{-0.0});
#endif
}

/// The square root, correctly rounded.
template <scalar_value T>
DIFFGEN_HD T sqrt(T x) {
#if DIFFGEN_DEVICE_CODE
    if constexpr (std::same_as<T, float>) {
        return __fsqrt_rn(x);
    } else {
        return __dsqrt_rn(x);
    }
#else
    return std::sqrt(x);
#endif
}

/// a < b ? a : b. Hence b where either is NaN, and b where both are zeros of any sign.
template <scalar_value T>
DIFFGEN_HD constexpr T min(T a, T b) {
    return a < b ? a : b;
}

/// a > b ? a : b. Hence b where either is NaN, and b where both are zeros of any sign.
template <scalar_value T>
DIFFGEN_HD constexpr T max(T a, T b) {
    return a > b ? a : b;
}

/// mask ? a : b, lane by lane; both are evaluated.
template <scalar_value T>
DIFFGEN_HD constexpr T select(bool mask, T a, T b) {
    return mask ? a : b;
}

/// Whether any lane of the mask is set.
DIFFGEN_HD constexpr bool any(bool mask) {
    return mask;
}

/// The bits of a value as unsigned integers of the same size.
template <scalar_value T>
DIFFGEN_HD constexpr typename value_traits<T>::bits to_bits(T x) {
    return std::bit_cast<typename value_traits<T>::bits>(x);
}

/// The value V with the given bits.
template <scalar_value V>
DIFFGEN_HD constexpr V from_bits(typename value_traits<V>::bits b) {
    return std::bit_cast<V>(b);
}

/// The absolute value: clears the sign bit, of a NaN too.
template <scalar_value T>
DIFFGEN_HD constexpr T abs(T x) {
    using bits = typename value_traits<T>::bits;
    return from_bits<T>(to_bits(x) & static_cast<bits>(~bits{0} >> 1));
}

/// The number V equal to an integer: exact below 2^24 (float; the integer is below 2^31) and below
/// 2^52 (double; no other integer is legal).
template <scalar_value V>
DIFFGEN_HD constexpr V to_number(typename value_traits<V>::bits b) {
    return static_cast<V>(b);
}

/// The product of the lower halves, all 64 bits of it; the upper halves are ignored.
DIFFGEN_HD constexpr std::uint64_t multiply_low_halves(std::uint64_t a, std::uint64_t b) {
    return (a & 0xffffffffu) * (b & 0xffffffffu);
}

/// V with every lane equal to s.
template <scalar_value V>
DIFFGEN_HD constexpr V broadcast(V s) {
    return s;
}

/// V from value_traits<V>::width neighbouring numbers, of any alignment.
template <scalar_value V>
DIFFGEN_HD constexpr V load(const V* from) {
    return *from;
}

/// The counterpart of load.
template <scalar_value V>
DIFFGEN_HD constexpr void store(V* to, V x) {
    *to = x;
}

/// V from numbers `stride` apart: lane i is from[i * stride].
template <scalar_value V>
DIFFGEN_HD constexpr V load_strided(const V* from, std::ptrdiff_t) {
    return *from;
}

/// The counterpart of load_strided.
template <scalar_value V>
DIFFGEN_HD constexpr void store_strided(V* to, std::ptrdiff_t, V x) {
    *to = x;
}

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>

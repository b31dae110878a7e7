// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// From random words to uniform and normal numbers, on values, without libm. G. Box and M. Muller,
// A note on the generation of random normal deviates, Ann. Math. Stat. 29, 1958.
//
//   uniform<T>(word)               in the open interval (0, 1), on a grid of 2^-23 (2^-52) + half
//   box_muller<V>(radius, angle)   two independent normals of two words of scalar's size
//
// The radius uses 32 bits of its word for floats and 53 for doubles, so that the normals reach 6.66
// and 8.65 standard deviations; the angle uses 26 and 54. The two normals are within 2 ulp of the
// exact transform of the bits (tests/noise/normal_test.cpp).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/math.hpp>

#include <concepts>
#include <cstdint>

namespace diffgen::inline DIFFGEN_ABI::noise {

/// The uniform number of a word: (its upper 23 or 52 bits + 1/2) / 2^23 or 2^52, exact.
template <scalar_value T>
DIFFGEN_HD constexpr T uniform(typename value_traits<T>::bits word) {
    if constexpr (std::same_as<T, float>) {
        return (static_cast<float>(word >> 9) + 0.5f) * 0x1p-23f;
    } else {
        return (static_cast<double>(word >> 12) + 0.5) * 0x1p-52;
    }
}

namespace detail {

/// How the bits of a word are used. The radius word is split in two integers that convert exactly.
template <class T>
struct word_layout;

template <>
struct word_layout<float> {
    static constexpr int high_shift = 8;
    static constexpr int low_shift = 0;
    static constexpr std::uint32_t low_mask = 0xff;
    static constexpr float low_range = 0x1p8f;
    static constexpr float radius_bits = 32.0f;
    static constexpr std::uint32_t half_reciprocal = 0x7e7311c7u;  // less the bits of x: 1 / (2 x)
    static constexpr int angle_shift = 6;                          // 2 bits of quadrant, then:
    static constexpr int angle_bits = 24;
    static constexpr float angle_unit = 0x1p-24f;
};

template <>
struct word_layout<double> {
    static constexpr int high_shift = 32;
    static constexpr int low_shift = 11;
    static constexpr std::uint64_t low_mask = 0x1fffff;
    static constexpr double low_range = 0x1p21;
    static constexpr double radius_bits = 53.0;
    static constexpr std::uint64_t half_reciprocal = 0x7fce6238da3c2118u;
    static constexpr int angle_shift = 10;
    static constexpr int angle_bits = 52;
    static constexpr double angle_unit = 0x1p-52;
};

/// sqrt(-2 log(u)) of u = (n + 1/2) / 2^32 (2^53), n the upper bits of the word. The sum n + 1/2 is
/// kept in two numbers, since near u = 1 the logarithm hangs on its last bit, and so is the root:
/// its low part is the residual over 2 r, for which an eighth of accuracy is plenty.
template <value V>
DIFFGEN_VALUE diffgen::detail::two_numbers<V> radius(const bits_of<V>& word) {
    using T = scalar_of<V>;
    using layout = word_layout<T>;
    using c = diffgen::detail::constants_of<V>;
    const V high = to_number<V>(word >> layout::high_shift);
    const V low = to_number<V>((word >> layout::low_shift) & layout::low_mask) + T{0.5};
    const V sum = diffgen::fma(high, broadcast<V>(layout::low_range), low);
    const V rest = low - diffgen::fma(high, broadcast<V>(-layout::low_range), sum);
    const auto reduced = diffgen::detail::reduce_for_log(sum);
    const V scale = diffgen::detail::power_of_two<V>(2 * c::exponent_bias - reduced.field);
    const V f = diffgen::fma(rest, scale, reduced.f);
    const auto log_u = diffgen::detail::log_kernel(f, reduced.k - layout::radius_bits);
    const V square = T{-2} * log_u.high;
    const V root = diffgen::sqrt(square);
    const V f_low = diffgen::fma(rest, scale, reduced.f - f);
    const V residual =
        diffgen::fma(broadcast<V>(T{-2}), log_u.low + f_low, diffgen::fma(-root, root, square));
    const V half_reciprocal = from_bits<V>(layout::half_reciprocal - to_bits(root));
    return {root, residual * half_reciprocal};
}

/// sin and cos of 2 pi times a fraction, the upper 26 (54) bits of the word: a quadrant, nearest,
/// and a signed rest that is an exact number of units.
template <value V>
DIFFGEN_VALUE diffgen::detail::sine_and_cosine<V> direction(const bits_of<V>& word) {
    using layout = word_layout<scalar_of<V>>;
    using c = diffgen::detail::constants_of<V>;
    using bits = typename c::bits;
    constexpr bits half = bits{1} << (layout::angle_bits - 1);
    constexpr auto unit_1 = c::half_pi_1 * layout::angle_unit;
    constexpr auto unit_2 = c::half_pi_2 * layout::angle_unit;
    const bits_of<V> shifted = (word >> layout::angle_shift) + half;
    const bits_of<V> inside = shifted & static_cast<bits>(2 * half - 1);
    const V units = to_number<V>(inside) - static_cast<scalar_of<V>>(half);
    const V r = product(units, broadcast<V>(unit_1));
    const V tail =
        diffgen::fma(units, broadcast<V>(unit_2), diffgen::fma(units, broadcast<V>(unit_1), -r));
    return diffgen::detail::turn<V>(shifted >> layout::angle_bits, r, tail);
}

}  // namespace detail

/// Two independent standard normals.
template <value V>
struct normal_pair {
    V first;
    V second;
};

/// radius(first word) times the cosine and the sine of the second word's angle.
template <value V>
DIFFGEN_VALUE normal_pair<V> box_muller(const bits_of<V>& radius_word,
                                        const bits_of<V>& angle_word) {
    const auto r = detail::radius<V>(radius_word);
    const auto way = detail::direction<V>(angle_word);
    return {diffgen::fma(r.high, way.cosine, r.low * way.cosine),
            diffgen::fma(r.high, way.sine, r.low * way.sine)};
}

}  // namespace diffgen::inline DIFFGEN_ABI::noise

#include <diffgen/core/with_macros.hpp>

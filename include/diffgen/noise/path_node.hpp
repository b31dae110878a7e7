// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The random numbers of a Brownian path, made from the bits of one random word: cheap symmetric
// variables of variance 1 in place of normals. A word is 32 bits for floats and 64 for doubles. It
// is cut into fields, from the lowest bit on:
//
//   the word of a unit          two wide fields for the growth, three narrow ones for tents
//   a word of three levels      seven narrow fields for tents; four bits at the top for signs of
//   jumps
//
// A wide field gives an odd polynomial of degree 7 of its number, a narrow one of degree 3. The
// second and the fourth moment of both, summed over all numbers of the field, are 1 and 3, those of
// a normal. The sixth moment is 13.30 (wide), 11.16 (narrow, floats) and 11.53 (narrow, doubles) in
// place of 15.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/lanes.hpp>
#include <diffgen/noise/normal.hpp>

#include <cstdint>

namespace diffgen::inline DIFFGEN_ABI::noise::detail {

/// The fields of a word, in bits, and the coefficients of the variables. The coefficients belong to
/// x = (2 n + 1) / 2^bits - 1 of the field's number n.
template <scalar_value T>
struct node_layout;

template <>
struct node_layout<float> {
    static constexpr int wide = 10, narrow = 4, place = 16, mixing = 10;
    static constexpr float wide_1 = 1.1539892570643739f, wide_3 = 1.6109798771528208f,
                           wide_5 = -4.26f, wide_7 = 4.18f;
    static constexpr float narrow_1 = 0.53025016605813466f, narrow_3 = 1.9096722239301638f;
};

template <>
struct node_layout<double> {
    static constexpr int wide = 20, narrow = 8, place = 33, mixing = 22;
    static constexpr double wide_1 = 1.1540497051892981, wide_3 = 1.6108711511167894,
                            wide_5 = -4.26, wide_7 = 4.18;
    static constexpr double narrow_1 = 0.60756580398222706, narrow_3 = 1.7690814484055297;
};

/// x in (-1, 1) of a field of so many bits that begins at a bit of the word.
template <value V, int Bits>
DIFFGEN_VALUE V centred_field(const bits_of<V>& word, int from) {
    using T = scalar_of<V>;
    using bits = typename value_traits<T>::bits;
    constexpr T unit = T(2) / static_cast<T>(bits{1} << Bits);
    const V n = to_number<V>((word >> from) & static_cast<bits>((bits{1} << Bits) - 1));
    return diffgen::fma(n, broadcast<V>(unit), broadcast<V>(unit / T(2) - T(1)));  // exact
}

/// sum + factor times the variable of a wide field.
template <value V>
DIFFGEN_VALUE V add_wide(const bits_of<V>& word, int from, scalar_of<V> factor, const V& sum) {
    using layout = node_layout<scalar_of<V>>;
    const V x = centred_field<V, layout::wide>(word, from);
    const V y = x * x;
    V p = diffgen::fma(broadcast<V>(layout::wide_7), y, broadcast<V>(layout::wide_5));
    p = diffgen::fma(p, y, broadcast<V>(layout::wide_3));
    p = diffgen::fma(p, y, broadcast<V>(layout::wide_1));
    return diffgen::fma(broadcast<V>(factor), p * x, sum);
}

/// sum + factor times the variable of a narrow field.
template <value V>
DIFFGEN_VALUE V add_narrow(const bits_of<V>& word, int from, scalar_of<V> factor, const V& sum) {
    using layout = node_layout<scalar_of<V>>;
    const V x = centred_field<V, layout::narrow>(word, from);
    const V p = diffgen::fma(broadcast<V>(layout::narrow_3), x * x, broadcast<V>(layout::narrow_1));
    return diffgen::fma(broadcast<V>(factor), p * x, sum);
}

/// sum + size s (1{U < t} - t) for the jump with a number from 0 to 7 among those of a word.
///
/// The place U is made from the tents' bits, each the exclusive or of bits of two fields, so that
/// it is independent of any one field. The sign s is a bit of the four at the top, or the exclusive
/// or of two neighbours: the signs are independent of U and of all fields, and of each other in
/// pairs. All products of a jump with a tent or with another jump thus have mean 0.
template <value V>
DIFFGEN_VALUE V add_jump(const bits_of<V>& word, int number, double t, double size, const V& sum) {
    using T = scalar_of<V>;
    using layout = node_layout<T>;
    using bits = typename value_traits<T>::bits;
    constexpr int word_bits = static_cast<int>(sizeof(T)) * 8;
    constexpr double places = static_cast<double>(std::uint64_t{1} << layout::place);
    const T limit = static_cast<T>(product(t, places) - 0.5);  // of the place's number
    const bits_of<V> mixed = word ^ (word << layout::mixing);
    const V place =
        to_number<V>((mixed << (word_bits - 7 * layout::narrow)) >> (word_bits - layout::place));
    const V value =
        select(place < broadcast<V>(limit), broadcast<V>(static_cast<T>(size * (1 - t))),
               broadcast<V>(static_cast<T>(-size * t)));
    const bits_of<V> signs = number < 4 ? word : word ^ (word << 1);
    const bits_of<V> negative =
        (signs << (3 - number % 4)) & static_cast<bits>(bits{1} << (word_bits - 1));
    return sum + from_bits<V>(to_bits(value) ^ negative);
}

}  // namespace diffgen::inline DIFFGEN_ABI::noise::detail

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Elementary functions on values (core/lanes.hpp), without libm: the same bits from g++, clang++
// and nvcc, on every instruction set, at every optimisation level. Every multiply-add is an
// explicit fma. The method is that of J.-M. Muller, Elementary Functions (3rd ed., 2016): reduce
// the argument, evaluate a minimax polynomial, put the result back together.
//
//   function   error, ulp   where
//   exp        < 1.1        everywhere, results below the normal numbers rounded once
//   expm1      < 1.75       everywhere
//   log        < 1          everywhere, arguments below the normal numbers too
//   sin, cos   < 1          |x| <= trigonometric_range<T>(); NaN beyond
//   tanh       < 1.6        everywhere
//
// The bounds are measured against long double by tests/core/math_test.cpp.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/lanes.hpp>

#include <concepts>
#include <cstdint>
#include <limits>

namespace diffgen::inline DIFFGEN_ABI {

namespace detail {

/// c0 + c1 x + c2 x^2 + ... by Horner's rule.
template <class V, class T>
DIFFGEN_VALUE V polynomial(const V&, T c) {
    return broadcast<V>(c);
}
template <class V, class T, class... Rest>
DIFFGEN_VALUE V polynomial(const V& x, T c, Rest... rest) {
    return diffgen::fma(x, polynomial(x, rest...), broadcast<V>(c));
}

/// The constants of one precision: of its format, and coefficients fitted with weights that make
/// the relative error of the whole function level (Remez exchange at 60 digits).
template <class T>
struct math_constants;

template <>
struct math_constants<float> {
    using bits = std::uint32_t;
    static constexpr int mantissa_bits = 23;
    static constexpr bits exponent_bias = 127;
    static constexpr float rounder = 0x1.8p23f;  // x + rounder has the nearest integer in its bits
    static constexpr float log2_e = 0x1.715476p0f;
    static constexpr float ln2_high = 0x1.62e4p-1f;  // times any exponent is exact
    static constexpr float ln2_low = 0x1.7f7d1cp-20f;
    static constexpr float two_over_pi = 0x1.45f306p-1f;
    static constexpr float half_pi_1 = 0x1.921fb6p0f;
    static constexpr float half_pi_2 = -0x1.777a5cp-25f;
    static constexpr float half_pi_3 = -0x1.ee59dap-50f;
    static constexpr float exp_low = -110.0f;  // exp is 0 below and infinite above these
    static constexpr float exp_high = 100.0f;
    static constexpr float expm1_high = 60.0f;  // expm1 is exp above
    static constexpr float tanh_split = 0.55f;  // where tanh leaves its polynomial
    static constexpr float trigonometric_range = 1e5f;

    /// (e^r - 1 - r) / r^2 for |r| <= log(2) / 2.
    template <class V>
    DIFFGEN_VALUE static V exp_rest(const V& r) {
        return polynomial(r, 0.5f, 0.166665182f, 0.041666206f, 0.0083688898f, 0.00139505381f);
    }
    /// log(1 + f) - f + f^2 / 2 for 1 / sqrt(2) <= 1 + f <= sqrt(2). A polynomial: in floats it
    /// costs less than a division.
    template <class V>
    DIFFGEN_VALUE static V log_rest(const V& f) {
        return f * f * f *
               polynomial(f, 0.333333135f, -0.250000089f, 0.200021207f, -0.166679993f, 0.14219518f,
                          -0.124055117f, 0.118883617f, -0.116762199f, 0.0674687102f);
    }
    /// (sin(r) / r - 1) / r^2 of z = r^2, for |r| <= pi / 4.
    template <class V>
    DIFFGEN_VALUE static V sin_rest(const V& z) {
        return polynomial(z, -0.166666552f, 0.008332178f, -0.000195172412f);
    }
    /// (cos(r) - 1 + r^2 / 2) / r^4 of z = r^2, for |r| <= pi / 4.
    template <class V>
    DIFFGEN_VALUE static V cos_rest(const V& z) {
        return polynomial(z, 0.0416666456f, -0.00138873665f, 2.44383664e-05f);
    }
    /// (tanh(x) / x - 1) / x^2 of z = x^2, for |x| <= 0.55.
    template <class V>
    DIFFGEN_VALUE static V tanh_rest(const V& z) {
        return polynomial(z, -0.333333194f, 0.133326024f, -0.0538538545f, 0.0210777372f,
                          -0.00628244504f);
    }
};

template <>
struct math_constants<double> {
    using bits = std::uint64_t;
    static constexpr int mantissa_bits = 52;
    static constexpr bits exponent_bias = 1023;
    static constexpr double rounder = 0x1.8p52;
    static constexpr double log2_e = 0x1.71547652b82fep0;
    static constexpr double ln2_high = 0x1.62e42fefa4p-1;
    static constexpr double ln2_low = -0x1.8432a1b0e2634p-43;
    static constexpr double two_over_pi = 0x1.45f306dc9c883p-1;
    static constexpr double half_pi_1 = 0x1.921fb54442d18p0;
    static constexpr double half_pi_2 = 0x1.1a62633145c07p-54;
    static constexpr double half_pi_3 = -0x1.f1976b7ed8fbcp-110;
    static constexpr double exp_low = -800.0;
    static constexpr double exp_high = 800.0;
    static constexpr double expm1_high = 60.0;
    static constexpr double tanh_split = 0.55;
    static constexpr double trigonometric_range = 1e9;

    template <class V>
    DIFFGEN_VALUE static V exp_rest(const V& r) {
        return polynomial(r, 0.5000000000000012, 0.166666666666667, 0.041666666666515445,
                          0.008333333333307092, 0.001388888894701036, 0.00019841269917606098,
                          2.4801489947375367e-05, 2.7557216122839587e-06, 2.7631278681900183e-07,
                          2.5117911083491847e-08);
    }
    /// With s = f / (2 + f) it is s (f^2 / 2 + R), R = 2 atanh(s) / s - 2.
    template <class V>
    DIFFGEN_VALUE static V log_rest(const V& f) {
        const V s = f / (2.0 + f);
        const V z = s * s;
        const V series = polynomial(z, 0.6666666666666734, 0.39999999999414293, 0.28571428742478955,
                                    0.2222219856317434, 0.18183564881717693, 0.15314035423302436,
                                    0.14796110091754433);
        return s * diffgen::fma(z, series, 0.5 * f * f);
    }
    template <class V>
    DIFFGEN_VALUE static V sin_rest(const V& z) {
        return polynomial(z, -0.16666666666666632, 0.008333333333322415, -0.0001984126982980798,
                          2.755731369193814e-06, -2.5050758115442557e-08, 1.5896795583219274e-10);
    }
    template <class V>
    DIFFGEN_VALUE static V cos_rest(const V& z) {
        return polynomial(z, 0.0416666666666666, -0.0013888888888874125, 2.4801587289482035e-05,
                          -2.7557314352277226e-07, 2.0875723264427667e-09, -1.135964730101457e-11);
    }
    template <class V>
    DIFFGEN_VALUE static V tanh_rest(const V& z) {
        return polynomial(z, -0.3333333333333333, 0.13333333333333075, -0.0539682539680498,
                          0.02186948852803223, -0.00886323534025047, 0.0035921252115989786,
                          -0.0014558062377771955, 0.0005898350977471602, -0.0002382212019460276,
                          9.398262684623914e-05, -3.29850171652714e-05, 7.459119750620632e-06);
    }
};

template <value V>
using constants_of = math_constants<scalar_of<V>>;

/// 2^n for the integer n = field - bias, given the exponent field as an integer.
template <value V>
DIFFGEN_VALUE V power_of_two(const bits_of<V>& field) {
    return from_bits<V>(field << constants_of<V>::mantissa_bits);
}

/// x = n log(2) + r with |r| <= log(2) / 2: r, and n as a number and as an integer modulo 2^32
/// (2^64 for doubles).
template <value V>
struct exp_reduction {
    V r;
    V n;
    bits_of<V> integer;
};

template <value V>
DIFFGEN_VALUE exp_reduction<V> reduce_for_exp(const V& x) {
    using c = constants_of<V>;
    const V rounder = broadcast<V>(c::rounder);
    const V shifted = diffgen::fma(x, broadcast<V>(c::log2_e), rounder);
    const V n = shifted - rounder;
    V r = diffgen::fma(n, broadcast<V>(-c::ln2_high), x);
    r = diffgen::fma(n, broadcast<V>(-c::ln2_low), r);
    return {r, n, to_bits(shifted) - to_bits(c::rounder)};
}

/// x, or the nearer end of the interval beyond which e^x is 0 or infinite.
template <value V>
DIFFGEN_VALUE V inside_exp(const V& x) {
    using c = constants_of<V>;
    return diffgen::max(broadcast<V>(c::exp_low), diffgen::min(broadcast<V>(c::exp_high), x));
}

/// e^r 2^n, given e^r and the integer n. 2^n in two factors, so that both are normal: the result is
/// rounded once.
template <value V>
DIFFGEN_VALUE V scale_exp(const V& mantissa, const bits_of<V>& n) {
    using c = constants_of<V>;
    constexpr typename c::bits bias = c::exponent_bias;
    const auto first = (n + 4 * bias) >> 1;
    const auto second = n + 4 * bias - first;
    return product(mantissa * power_of_two<V>(first - bias), power_of_two<V>(second - bias));
}

/// e^r - 1 for |r| <= log(2) / 2.
template <value V>
DIFFGEN_VALUE V expm1_kernel(const V& r) {
    return diffgen::fma(r * r, constants_of<V>::exp_rest(r), r);
}

/// A number in two: low is what high rounds away.
template <value V>
struct two_numbers {
    V high;
    V low;
};

/// log(1 + f) + k log(2) for 1 / sqrt(2) <= 1 + f <= sqrt(2). Unused, low costs nothing.
template <value V>
DIFFGEN_VALUE two_numbers<V> log_kernel(const V& f, const V& k) {
    using c = constants_of<V>;
    const V low = diffgen::fma(k, broadcast<V>(c::ln2_low), c::log_rest(f));
    const V half = scalar_of<V>{0.5} * f;
    const V bend = diffgen::fma(half, f, -low);
    const V near = f - bend;
    const V sum = diffgen::fma(k, broadcast<V>(c::ln2_high), near);
    return {sum, (near - diffgen::fma(k, broadcast<V>(-c::ln2_high), sum)) + ((f - near) - bend)};
}

/// x = 2^k (1 + f) with 1 / sqrt(2) <= 1 + f < sqrt(2), for a normal x.
template <value V>
struct log_reduction {
    V f;
    V k;
    bits_of<V> field;  // k + bias
};

template <value V>
DIFFGEN_VALUE log_reduction<V> reduce_for_log(const V& x) {
    using T = scalar_of<V>;
    using c = constants_of<V>;
    using bits = typename c::bits;
    constexpr bits one = c::exponent_bias << c::mantissa_bits;
    constexpr bits root_half =
        std::same_as<T, float> ? bits{0x3f3504f3u} : static_cast<bits>(0x3fe6a09e667f3bcdu);
    const bits_of<V> shifted = to_bits(x) + (one - root_half);
    const bits_of<V> mantissa = (shifted & ((bits{1} << c::mantissa_bits) - 1)) + root_half;
    const bits_of<V> field = shifted >> c::mantissa_bits;
    const V k = to_number<V>(field) - static_cast<T>(c::exponent_bias);
    return {from_bits<V>(mantissa) - T{1}, k, field};
}

/// sin(r + tail) for |r| <= pi / 4 and a tail below an ulp of r.
template <value V>
DIFFGEN_VALUE V sin_kernel(const V& r, const V& tail) {
    const V z = r * r;
    return r + diffgen::fma(r * z, constants_of<V>::sin_rest(z), tail);
}

/// cos(r + tail) for |r| <= pi / 4 and a tail below an ulp of r. What 1 - z / 2 loses by rounding
/// is put back: (1 - high) is exact.
template <value V>
DIFFGEN_VALUE V cos_kernel(const V& r, const V& tail) {
    using T = scalar_of<V>;
    const V z = r * r;
    const V high = diffgen::fma(z, broadcast<V>(T{-0.5}), broadcast<V>(T{1}));
    const V lost = diffgen::fma(z, broadcast<V>(T{-0.5}), T{1} - high);
    const V rest = diffgen::fma(z * z, constants_of<V>::cos_rest(z), diffgen::fma(-r, tail, lost));
    return high + rest;
}

/// sin and cos of quadrant * pi / 2 + (r + tail); only the two lowest bits of quadrant count.
template <value V>
struct sine_and_cosine {
    V sine;
    V cosine;
};

template <value V>
DIFFGEN_VALUE sine_and_cosine<V> turn(const bits_of<V>& quadrant, const V& r, const V& tail) {
    using bits = typename constants_of<V>::bits;
    constexpr int to_sign = 8 * static_cast<int>(sizeof(bits)) - 2;  // from bit 1 to the sign bit
    constexpr bits sign = bits{1} << (to_sign + 1);
    const V s = sin_kernel(r, tail);
    const V c = cos_kernel(r, tail);
    const auto even = (quadrant & bits{1}) == bits_of<V>(bits{0});
    const V sine = select(even, s, c);
    const V cosine = select(even, c, s);
    return {from_bits<V>(to_bits(sine) ^ ((quadrant << to_sign) & sign)),
            from_bits<V>(to_bits(cosine) ^ (((quadrant + bits{1}) << to_sign) & sign))};
}

}  // namespace detail

/// The largest |x| of sin and cos.
template <scalar_value T>
inline constexpr T trigonometric_range = detail::math_constants<T>::trigonometric_range;

/// e^x.
template <value V>
DIFFGEN_VALUE V exp(const V& x) {
    const auto reduced = detail::reduce_for_exp(detail::inside_exp(x));
    return detail::scale_exp(detail::expm1_kernel(reduced.r) + scalar_of<V>{1}, reduced.integer);
}

/// e^x - 1.
template <value V>
DIFFGEN_VALUE V expm1(const V& x) {
    using T = scalar_of<V>;
    using c = detail::constants_of<V>;
    const V inside =
        diffgen::max(broadcast<V>(c::exp_low), diffgen::min(broadcast<V>(c::expm1_high), x));
    const auto reduced = detail::reduce_for_exp(inside);
    // Far below, 2^n is nothing beside 1: the exponent field stops at 1.
    const V n = diffgen::max(reduced.n, broadcast<V>(T{-100}));
    const auto field = to_bits(n + c::rounder) - to_bits(c::rounder) + c::exponent_bias;
    const V scale = detail::power_of_two<V>(field);
    const V near = diffgen::fma(scale, detail::expm1_kernel(reduced.r), scale - T{1});
    // A zero keeps its sign, which scale - 1 loses.
    const V small = select(x == broadcast<V>(T{0}), x, near);
    return select(x > broadcast<V>(c::expm1_high), exp(x), small);
}

/// log(x): -infinity at zeros, NaN below.
template <value V>
DIFFGEN_VALUE V log(const V& x) {
    using T = scalar_of<V>;
    using c = detail::constants_of<V>;
    constexpr int up = c::mantissa_bits + 2;
    constexpr T infinity = std::numeric_limits<T>::infinity();
    const auto tiny = x < broadcast<V>(std::numeric_limits<T>::min());
    const V scaled = select(tiny, x * static_cast<T>(std::uint64_t{1} << up), x);
    const auto reduced = detail::reduce_for_log(scaled);
    const V k = select(tiny, reduced.k - static_cast<T>(up), reduced.k);
    V result = detail::log_kernel(reduced.f, k).high;
    result = select(x < broadcast<V>(infinity), result, x);  // infinity and NaN
    result = select(x > broadcast<V>(T{0}), result, broadcast<V>(-infinity));
    return select(x >= broadcast<V>(T{0}), result,
                  broadcast<V>(std::numeric_limits<T>::quiet_NaN()));
}

namespace detail {

/// sin and cos of x, NaN beyond trigonometric_range. With n the nearest integer to 2 x / pi,
/// x - n pi / 2 is summed with pi / 2 in three pieces: the first fma is exact, the second piece
/// and what its sum loses are kept in two numbers each (Dekker), the third is below both.
template <value V>
DIFFGEN_VALUE sine_and_cosine<V> sine_and_cosine_of(const V& x) {
    using T = scalar_of<V>;
    using c = constants_of<V>;
    const V inside = select(diffgen::abs(x) <= broadcast<V>(c::trigonometric_range), x,
                            broadcast<V>(std::numeric_limits<T>::quiet_NaN()));
    const V rounder = broadcast<V>(c::rounder);
    const V shifted = diffgen::fma(inside, broadcast<V>(c::two_over_pi), rounder);
    const V n = shifted - rounder;
    const V first = diffgen::fma(n, broadcast<V>(-c::half_pi_1), inside);
    const V second = product(n, broadcast<V>(-c::half_pi_2));
    const V second_low = diffgen::fma(n, broadcast<V>(-c::half_pi_2), -second);
    const V sum = first + second;
    const V lost = second - (sum - first);
    const V low = diffgen::fma(n, broadcast<V>(-c::half_pi_3), lost + second_low);
    const V r = sum + low;
    const V tail = low - (r - sum);
    return turn<V>(to_bits(shifted), r, tail);
}

}  // namespace detail

/// sin(x) for |x| <= trigonometric_range, NaN beyond.
template <value V>
DIFFGEN_VALUE V sin(const V& x) {
    return select(x == broadcast<V>(scalar_of<V>{0}), x, detail::sine_and_cosine_of(x).sine);
}

/// cos(x) for |x| <= trigonometric_range, NaN beyond.
template <value V>
DIFFGEN_VALUE V cos(const V& x) {
    return detail::sine_and_cosine_of(x).cosine;
}

namespace detail {

/// tanh(x), given size = |x| and e^(2 size).
template <value V>
DIFFGEN_VALUE V tanh_from(const V& x, const V& size, const V& exp_of_twice) {
    using T = scalar_of<V>;
    using c = constants_of<V>;
    const V z = size * size;
    const V small = diffgen::fma(size * z, c::tanh_rest(z), size);
    const V large = T{1} - T{2} / (exp_of_twice + T{1});
    const V magnitude = select(size < broadcast<V>(c::tanh_split), small, large);
    // The sign of x, minus zero included; abs of NaN stays NaN.
    const auto sign = to_bits(x) ^ to_bits(size);
    return from_bits<V>(to_bits(magnitude) | sign);
}

}  // namespace detail

/// tanh(x).
template <value V>
DIFFGEN_VALUE V tanh(const V& x) {
    const V size = diffgen::abs(x);
    return detail::tanh_from(x, size, exp(size + size));
}

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/dual_functions.hpp>

#include <diffgen/core/with_macros.hpp>

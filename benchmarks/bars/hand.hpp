// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The loops that one writes by hand for one processor, without the library: what its passes are
// measured against. All on floats, for AVX2 with FMA.

#include <cstddef>
#include <cstdint>
#include <immintrin.h>

namespace hand {

#if defined(__clang__)
#define HAND_LOOP __attribute__((target("avx2,fma"), noinline))
#define HAND_PART __attribute__((target("avx2,fma"), always_inline)) inline
#else
#define HAND_LOOP                                \
    __attribute__((target("avx2,fma"), noinline, \
                   optimize("O3", "schedule-insns", "sched-pressure")))
#define HAND_PART __attribute__((target("avx2,fma"), always_inline)) inline
#endif

/// x = a x + b out.
HAND_LOOP inline void affine(float* x, const float* out, std::size_t n, float a, float b) {
    const __m256 va = _mm256_set1_ps(a), vb = _mm256_set1_ps(b);
    for (std::size_t i = 0; i < n; i += 32)
        for (std::size_t j = i; j < i + 32; j += 8)
            _mm256_storeu_ps(x + j, _mm256_fmadd_ps(va, _mm256_loadu_ps(x + j),
                                                    _mm256_mul_ps(vb, _mm256_loadu_ps(out + j))));
}

/// Philox4x32-10 (Salmon et al. 2011) of eight neighbouring counters: word i of them, every other
/// one in the even and in the odd half.
struct words {
    __m256i even[4], odd[4];
};

/// The keys of the ten rounds.
struct keys {
    __m256i round[10][2];
};

HAND_PART keys keys_of(std::uint64_t seed) {
    keys k;
    std::uint32_t low = static_cast<std::uint32_t>(seed),
                  high = static_cast<std::uint32_t>(seed >> 32);
    for (auto& round : k.round) {
        round[0] = _mm256_set1_epi64x(low);
        round[1] = _mm256_set1_epi64x(high);
        low += 0x9e3779b9u;
        high += 0xbb67ae85u;
    }
    return k;
}

HAND_PART void round_of(__m256i (&w)[4], const keys& k, int round) {
    const __m256i p0 = _mm256_mul_epu32(w[0], _mm256_set1_epi64x(0xd2511f53u));
    const __m256i p1 = _mm256_mul_epu32(w[2], _mm256_set1_epi64x(0xcd9e8d57u));
    w[0] = _mm256_xor_si256(_mm256_srli_epi64(p1, 32), _mm256_xor_si256(w[1], k.round[round][0]));
    w[1] = p1;
    w[2] = _mm256_xor_si256(_mm256_srli_epi64(p0, 32), _mm256_xor_si256(w[3], k.round[round][1]));
    w[3] = p0;
}

HAND_PART void begin(__m256i index, std::uint32_t draw, std::uint32_t stream, __m256i (&to)[4]) {
    to[0] = index;
    to[1] = _mm256_srli_epi64(index, 32);
    to[2] = _mm256_set1_epi64x(draw);
    to[3] = _mm256_set1_epi64x(stream);
}

HAND_PART words words_of(std::uint64_t block, std::uint32_t draw, std::uint32_t stream,
                         const keys& k) {
    const __m256i even = _mm256_add_epi64(_mm256_set1_epi64x(static_cast<long long>(block)),
                                          _mm256_setr_epi64x(0, 2, 4, 6));
    const __m256i odd = _mm256_add_epi64(even, _mm256_set1_epi64x(1));
    words w;
    begin(even, draw, stream, w.even);
    begin(odd, draw, stream, w.odd);
    for (int round = 0; round < 10; ++round) {
        round_of(w.even, k, round);
        round_of(w.odd, k, round);
    }
    return w;
}

/// Word i of the eight blocks.
HAND_PART __m256i joined(const words& w, int i) {
    return _mm256_blend_epi32(w.even[i], _mm256_slli_epi64(w.odd[i], 32), 0xaa);
}

HAND_PART __m256 one(float f) {
    return _mm256_set1_ps(f);
}
HAND_PART __m256i whole(std::uint32_t u) {
    return _mm256_set1_epi32(static_cast<int>(u));
}

/// Normals of two words (Box and Muller 1958), of the same accuracy as the library's: the radius
/// from 32 bits, whose last ones matter near u = 1, in two numbers; the angle from 26 bits.
HAND_PART void box_muller(__m256i radius_word, __m256i angle_word, __m256& first, __m256& second) {
    // u = (n + 1 / 2) / 2^32 as 2^k (1 + f)
    const __m256 high = _mm256_cvtepi32_ps(_mm256_srli_epi32(radius_word, 8));
    const __m256 low =
        _mm256_add_ps(_mm256_cvtepi32_ps(_mm256_and_si256(radius_word, whole(0xff))), one(0.5f));
    const __m256 sum = _mm256_fmadd_ps(high, one(256.0f), low);
    const __m256 rest = _mm256_sub_ps(low, _mm256_fmadd_ps(high, one(-256.0f), sum));
    const __m256i shifted =
        _mm256_add_epi32(_mm256_castps_si256(sum), whole(0x3f800000u - 0x3f3504f3u));
    const __m256i field = _mm256_srli_epi32(shifted, 23);
    const __m256 mantissa = _mm256_castsi256_ps(
        _mm256_add_epi32(_mm256_and_si256(shifted, whole(0x7fffff)), whole(0x3f3504f3u)));
    const __m256 k = _mm256_sub_ps(_mm256_cvtepi32_ps(field), one(127.0f + 32.0f));
    const __m256 f0 = _mm256_sub_ps(mantissa, one(1.0f));
    const __m256 scale =
        _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_sub_epi32(whole(254), field), 23));
    const __m256 f = _mm256_fmadd_ps(rest, scale, f0);
    // log(1 + f), a polynomial of degree 11
    __m256 p = one(0.0674687102f);
    for (const float c : {-0.116762199f, 0.118883617f, -0.124055117f, 0.14219518f, -0.166679993f,
                          0.200021207f, -0.250000089f, 0.333333135f})
        p = _mm256_fmadd_ps(p, f, one(c));
    const __m256 cube = _mm256_mul_ps(_mm256_mul_ps(f, f), f);
    const __m256 log_low = _mm256_fmadd_ps(k, one(0x1.7f7d1cp-20f), _mm256_mul_ps(cube, p));
    const __m256 half = _mm256_mul_ps(one(0.5f), f);
    const __m256 bend = _mm256_fmsub_ps(half, f, log_low);
    const __m256 near = _mm256_sub_ps(f, bend);
    const __m256 log_u = _mm256_fmadd_ps(k, one(0x1.62e4p-1f), near);
    const __m256 lost =
        _mm256_add_ps(_mm256_sub_ps(near, _mm256_fmadd_ps(k, one(-0x1.62e4p-1f), log_u)),
                      _mm256_sub_ps(_mm256_sub_ps(f, near), bend));
    const __m256 square = _mm256_mul_ps(one(-2.0f), log_u);
    const __m256 root = _mm256_sqrt_ps(square);
    const __m256 f_low = _mm256_fmadd_ps(rest, scale, _mm256_sub_ps(f0, f));
    const __m256 residual = _mm256_fmadd_ps(one(-2.0f), _mm256_add_ps(lost, f_low),
                                            _mm256_fnmadd_ps(root, root, square));
    const __m256 root_low = _mm256_mul_ps(
        residual,
        _mm256_castsi256_ps(_mm256_sub_epi32(whole(0x7e7311c7u), _mm256_castps_si256(root))));
    // the quadrant and what is left of the angle, in units of 2^-24 quadrants
    const __m256i turned = _mm256_add_epi32(_mm256_srli_epi32(angle_word, 6), whole(1u << 23));
    const __m256 units = _mm256_sub_ps(
        _mm256_cvtepi32_ps(_mm256_and_si256(turned, whole((1u << 24) - 1))), one(0x1p23f));
    const float unit = 0x1.921fb6p0f * 0x1p-24f, unit_low = -0x1.777a5cp-25f * 0x1p-24f;
    const __m256 r = _mm256_mul_ps(units, one(unit));
    const __m256 tail = _mm256_fmadd_ps(units, one(unit_low), _mm256_fmsub_ps(units, one(unit), r));
    const __m256i quadrant = _mm256_srli_epi32(turned, 24);
    const __m256 z = _mm256_mul_ps(r, r);
    __m256 s = _mm256_fmadd_ps(one(-0.000195172412f), z, one(0.008332178f));
    s = _mm256_fmadd_ps(s, z, one(-0.166666552f));
    const __m256 sine = _mm256_add_ps(r, _mm256_fmadd_ps(_mm256_mul_ps(r, z), s, tail));
    __m256 c = _mm256_fmadd_ps(one(2.44383664e-05f), z, one(-0.00138873665f));
    c = _mm256_fmadd_ps(c, z, one(0.0416666456f));
    const __m256 top = _mm256_fmadd_ps(z, one(-0.5f), one(1.0f));
    const __m256 below = _mm256_fmadd_ps(z, one(-0.5f), _mm256_sub_ps(one(1.0f), top));
    const __m256 cosine = _mm256_add_ps(
        top, _mm256_fmadd_ps(_mm256_mul_ps(z, z), c, _mm256_fnmadd_ps(r, tail, below)));
    const __m256 odd = _mm256_castsi256_ps(_mm256_slli_epi32(quadrant, 31));
    const __m256 sign = one(-0.0f);
    const __m256 along =
        _mm256_xor_ps(_mm256_blendv_ps(cosine, sine, odd),
                      _mm256_and_ps(sign, _mm256_castsi256_ps(_mm256_slli_epi32(
                                              _mm256_add_epi32(quadrant, whole(1)), 30))));
    const __m256 across =
        _mm256_xor_ps(_mm256_blendv_ps(sine, cosine, odd),
                      _mm256_and_ps(sign, _mm256_castsi256_ps(_mm256_slli_epi32(quadrant, 30))));
    first = _mm256_fmadd_ps(root, along, _mm256_mul_ps(root_low, along));
    second = _mm256_fmadd_ps(root, across, _mm256_mul_ps(root_low, across));
}

HAND_PART void pairs(__m256 a, __m256 b, __m256& low, __m256& high) {
    low = _mm256_castpd_ps(_mm256_unpacklo_pd(_mm256_castps_pd(a), _mm256_castps_pd(b)));
    high = _mm256_castpd_ps(_mm256_unpackhi_pd(_mm256_castps_pd(a), _mm256_castps_pd(b)));
}

/// 32 neighbouring normals.
HAND_PART void normals_of(const words& w, __m256 (&z)[4]) {
    __m256 a0, a1, b0, b1;
    box_muller(joined(w, 0), joined(w, 1), a0, a1);
    box_muller(joined(w, 2), joined(w, 3), b0, b1);
    // lane i has the numbers a0 a1 b0 b1 of block i
    const __m256 a_low = _mm256_unpacklo_ps(a0, a1), a_high = _mm256_unpackhi_ps(a0, a1);
    const __m256 b_low = _mm256_unpacklo_ps(b0, b1), b_high = _mm256_unpackhi_ps(b0, b1);
    __m256 q[4];
    pairs(a_low, b_low, q[0], q[1]);
    pairs(a_high, b_high, q[2], q[3]);
    z[0] = _mm256_permute2f128_ps(q[0], q[1], 0x20);
    z[1] = _mm256_permute2f128_ps(q[2], q[3], 0x20);
    z[2] = _mm256_permute2f128_ps(q[0], q[1], 0x31);
    z[3] = _mm256_permute2f128_ps(q[2], q[3], 0x31);
}

/// x = a x + b out + c z for n numbers from number `first` of draw `draw` on, multiples of 128: the
/// random words of four groups, then their normals, which keeps the multiplier and the adder busy.
HAND_LOOP inline void affine_with_noise(float* x, const float* out, std::size_t first,
                                        std::size_t n, float a, float b, float c,
                                        std::uint64_t seed, std::uint32_t draw,
                                        std::uint32_t stream) {
    const keys k = keys_of(seed);
    const __m256 va = _mm256_set1_ps(a), vb = _mm256_set1_ps(b), vc = _mm256_set1_ps(c);
    for (std::size_t i = first; i < first + n; i += 128) {
        words w[4];
        for (std::size_t g = 0; g < 4; ++g)
            w[g] = words_of(i / 4 + 8 * g, draw, stream, k);
        for (std::size_t g = 0; g < 4; ++g) {
            __m256 z[4];
            normals_of(w[g], z);
            for (std::size_t p = 0; p < 4; ++p) {
                const std::size_t j = i + 32 * g + 8 * p;
                const __m256 drift =
                    _mm256_fmadd_ps(vb, _mm256_loadu_ps(out + j), _mm256_mul_ps(vc, z[p]));
                _mm256_storeu_ps(x + j, _mm256_fmadd_ps(va, _mm256_loadu_ps(x + j), drift));
            }
        }
    }
}

}  // namespace hand

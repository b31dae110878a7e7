// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The primitive operations of SSE2, which every x86-64 has.
//
// The three files of primitives read alike because a target attribute belongs to a function and
// cannot depend on a template parameter; nothing but these functions touches a register.

#include <diffgen/core/lanes/storage.hpp>

#include <immintrin.h>

namespace diffgen::detail {

template <>
struct primitive<isa::sse2> {
    template <class T>
    using pack = diffgen::pack<T, isa::sse2>;
    template <class T>
    using mask = lane_mask<typename signed_integer<sizeof(T)>::type, isa::sse2>;

    template <class T>
    static DIFFGEN_SSE2 pack<T> broadcast(T s) {
        pack<T> r;
        r.v = s - typename pack<T>::vec{};  // minus zero stays what it is
        return r;
    }
    template <class T>
    static DIFFGEN_SSE2 pack<T> load(const T* from) {
        typedef T unaligned __attribute__((vector_size(16), aligned(alignof(T)), may_alias));
        pack<T> r;
        r.v = *reinterpret_cast<const unaligned*>(from);
        return r;
    }
    template <class T>
    static DIFFGEN_SSE2 void store(T* to, const pack<T>& x) {
        typedef T unaligned __attribute__((vector_size(16), aligned(alignof(T)), may_alias));
        *reinterpret_cast<unaligned*>(to) = x.v;
    }

    template <class T>
    static DIFFGEN_SSE2 pack<T> add(const pack<T>& a, const pack<T>& b) {
        DIFFGEN_NO_CONTRACTION
        pack<T> r;
        r.v = a.v + b.v;
        return r;
    }
    template <class T>
    static DIFFGEN_SSE2 pack<T> subtract(const pack<T>& a, const pack<T>& b) {
        DIFFGEN_NO_CONTRACTION
        pack<T> r;
        r.v = a.v - b.v;
        return r;
    }
    template <class T>
    static DIFFGEN_SSE2 pack<T> multiply(const pack<T>& a, const pack<T>& b) {
        DIFFGEN_NO_CONTRACTION
        pack<T> r;
        r.v = a.v * b.v;
        return r;
    }
    template <class T>
    static DIFFGEN_SSE2 pack<T> divide(const pack<T>& a, const pack<T>& b) {
        pack<T> r;
        r.v = a.v / b.v;
        return r;
    }
    template <class T>
    static DIFFGEN_SSE2 pack<T> negate(const pack<T>& a) {
        pack<T> r;
        r.v = -a.v;
        return r;
    }
    /// fma_through_double of two lanes at a time.
    static DIFFGEN_SSE2 pack<float> fma(const pack<float>& a, const pack<float>& b,
                                        const pack<float>& c) {
        const __m128 low = fma_of_two(a.v, b.v, c.v);
        const __m128 high =
            fma_of_two(_mm_movehl_ps(a.v, a.v), _mm_movehl_ps(b.v, b.v), _mm_movehl_ps(c.v, c.v));
        pack<float> r;
        r.v = _mm_movelh_ps(low, high);
        return r;
    }
    static DIFFGEN_SSE2 pack<double> fma(const pack<double>& a, const pack<double>& b,
                                         const pack<double>& c) {
        pack<double> r;
        for (int i = 0; i < r.width; ++i)
            r.v[i] = diffgen::fma(a.v[i], b.v[i], c.v[i]);
        return r;
    }
    static DIFFGEN_SSE2 pack<float> sqrt(const pack<float>& x) {
        pack<float> r;
        r.v = _mm_sqrt_ps(x.v);
        return r;
    }
    static DIFFGEN_SSE2 pack<double> sqrt(const pack<double>& x) {
        pack<double> r;
        r.v = _mm_sqrt_pd(x.v);
        return r;
    }

    template <class T>
    static DIFFGEN_SSE2 mask<T> less(const pack<T>& a, const pack<T>& b) {
        mask<T> r;
        r.v = a.v < b.v;
        return r;
    }
    template <class T>
    static DIFFGEN_SSE2 mask<T> less_equal(const pack<T>& a, const pack<T>& b) {
        mask<T> r;
        r.v = a.v <= b.v;
        return r;
    }
    template <class T>
    static DIFFGEN_SSE2 mask<T> equal(const pack<T>& a, const pack<T>& b) {
        mask<T> r;
        r.v = a.v == b.v;
        return r;
    }
    template <class T>
    static DIFFGEN_SSE2 pack<T> select(const mask<T>& m, const pack<T>& a, const pack<T>& b) {
        pack<T> r;
        r.v = m.v ? a.v : b.v;
        return r;
    }
    template <class T>
    static DIFFGEN_SSE2 pack<T> min(const pack<T>& a, const pack<T>& b) {
        pack<T> r;
#if defined(__clang__)
        r.v = a.v < b.v ? a.v : b.v;
#else
        // b where neither is less
        if constexpr (sizeof(T) == 4)
            r.v = _mm_min_ps(a.v, b.v);
        else
            r.v = _mm_min_pd(a.v, b.v);
#endif
        return r;
    }
    template <class T>
    static DIFFGEN_SSE2 pack<T> max(const pack<T>& a, const pack<T>& b) {
        pack<T> r;
#if defined(__clang__)
        r.v = a.v > b.v ? a.v : b.v;
#else
        // b where neither is greater
        if constexpr (sizeof(T) == 4)
            r.v = _mm_max_ps(a.v, b.v);
        else
            r.v = _mm_max_pd(a.v, b.v);
#endif
        return r;
    }
    template <class T>
    static DIFFGEN_SSE2 mask<T> mask_and(const mask<T>& a, const mask<T>& b) {
        mask<T> r;
        r.v = a.v & b.v;
        return r;
    }
    template <class T>
    static DIFFGEN_SSE2 mask<T> mask_or(const mask<T>& a, const mask<T>& b) {
        mask<T> r;
        r.v = a.v | b.v;
        return r;
    }
    template <class T>
    static DIFFGEN_SSE2 mask<T> mask_not(const mask<T>& a) {
        mask<T> r;
        r.v = ~a.v;
        return r;
    }
    template <class T>
    static DIFFGEN_SSE2 bool any(const mask<T>& m) {
        typename mask<T>::lane joined = 0;
        for (int i = 0; i < pack<T>::width; ++i)
            joined |= m.v[i];
        return joined != 0;
    }

    template <class T>
    static DIFFGEN_SSE2 pack<T> bit_and(const pack<T>& a, const pack<T>& b) {
        pack<T> r;
        r.v = a.v & b.v;
        return r;
    }
    template <class T>
    static DIFFGEN_SSE2 pack<T> bit_or(const pack<T>& a, const pack<T>& b) {
        pack<T> r;
        r.v = a.v | b.v;
        return r;
    }
    template <class T>
    static DIFFGEN_SSE2 pack<T> bit_xor(const pack<T>& a, const pack<T>& b) {
        pack<T> r;
        r.v = a.v ^ b.v;
        return r;
    }
    template <class T>
    static DIFFGEN_SSE2 pack<T> shift_left(const pack<T>& a, int by) {
        pack<T> r;
        r.v = a.v << static_cast<T>(by);
        return r;
    }
    template <class T>
    static DIFFGEN_SSE2 pack<T> shift_right(const pack<T>& a, int by) {
        pack<T> r;
        r.v = a.v >> static_cast<T>(by);
        return r;
    }
    template <class To, class From>
    static DIFFGEN_SSE2 pack<To> reinterpret(const pack<From>& a) {
        pack<To> r;
        r.v = reinterpret_cast<typename pack<To>::vec>(a.v);
        return r;
    }
    static DIFFGEN_SSE2 pack<float> to_number(const pack<std::uint32_t>& a) {
        typedef std::int32_t integers __attribute__((vector_size(16)));
        pack<float> r;
        r.v = __builtin_convertvector(reinterpret_cast<integers>(a.v), pack<float>::vec);
        return r;
    }
    static DIFFGEN_SSE2 pack<std::uint64_t> multiply_low_halves(const pack<std::uint64_t>& a,
                                                                const pack<std::uint64_t>& b) {
        pack<std::uint64_t> r;
        r.v = reinterpret_cast<pack<std::uint64_t>::vec>(
            _mm_mul_epu32(reinterpret_cast<__m128i>(a.v), reinterpret_cast<__m128i>(b.v)));
        return r;
    }

    /// a0 b0 a1 b1 ...: the first half of them in low, the second in high.
    template <class T>
    static DIFFGEN_SSE2 void interleave(const pack<T>& a, const pack<T>& b, pack<T>& low,
                                        pack<T>& high) {
        if constexpr (sizeof(T) == 4) {
            low.v = __builtin_shufflevector(a.v, b.v, 0, 4, 1, 5);
            high.v = __builtin_shufflevector(a.v, b.v, 2, 6, 3, 7);
        } else {
            low.v = __builtin_shufflevector(a.v, b.v, 0, 2);
            high.v = __builtin_shufflevector(a.v, b.v, 1, 3);
        }
    }

  private:
    /// The lower two lanes of a * b + c: the product is exact in double, the sum rounded to odd.
    static DIFFGEN_SSE2 __m128 fma_of_two(const __m128& a, const __m128& b, const __m128& c) {
        DIFFGEN_NO_CONTRACTION
        typedef std::int64_t integers __attribute__((vector_size(16)));
        const __m128d exact = _mm_cvtps_pd(a) * _mm_cvtps_pd(b);
        const __m128d addend = _mm_cvtps_pd(c);
        const __m128d sum = exact + addend;
        const __m128d rest = sum - exact;
        const __m128d error = (exact - (sum - rest)) + (addend - rest);
        const __m128d zero = {0.0, 0.0};
        const integers inexact = (error < zero) | (error > zero);  // false for NaN
        const integers outwards = ~((error > zero) ^ (sum > zero));
        const integers bits = reinterpret_cast<integers>(sum);
        const integers even = (bits & 1) - 1;  // all bits where the last one is 0
        const integers step = ((outwards & 2) - 1) & inexact & even;  // 1, -1 or 0
        return _mm_cvtpd_ps(reinterpret_cast<__m128d>(bits + step));
    }
};

}  // namespace diffgen::detail

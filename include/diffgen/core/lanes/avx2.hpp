// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The primitive operations of AVX2 with FMA.
//
// The two files of primitives read alike because a target attribute belongs to a function and
// cannot depend on a template parameter; nothing but these functions touches a register.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/lanes/storage.hpp>

#include <immintrin.h>

namespace diffgen::inline DIFFGEN_ABI::detail {

template <>
struct primitive<isa::avx2> {
    template <class T>
    using pack = diffgen::pack<T, isa::avx2>;
    template <class T>
    using mask = lane_mask<typename signed_integer<sizeof(T)>::type, isa::avx2>;

    template <class T>
    static DIFFGEN_AVX2 pack<T> broadcast(T s) {
        pack<T> r;
        r.v = s - typename pack<T>::vec{};  // minus zero stays what it is
        return r;
    }
    template <class T>
    static DIFFGEN_AVX2 pack<T> load(const T* from) {
        typedef T unaligned __attribute__((vector_size(32), aligned(alignof(T)), may_alias));
        pack<T> r;
        r.v = *reinterpret_cast<const unaligned*>(from);
        return r;
    }
    template <class T>
    static DIFFGEN_AVX2 void store(T* to, const pack<T>& x) {
        typedef T unaligned __attribute__((vector_size(32), aligned(alignof(T)), may_alias));
        *reinterpret_cast<unaligned*>(to) = x.v;
    }

    template <class T>
    static DIFFGEN_AVX2 pack<T> add(const pack<T>& a, const pack<T>& b) {
        DIFFGEN_NO_CONTRACTION
        pack<T> r;
        r.v = a.v + b.v;
        return r;
    }
    template <class T>
    static DIFFGEN_AVX2 pack<T> subtract(const pack<T>& a, const pack<T>& b) {
        DIFFGEN_NO_CONTRACTION
        pack<T> r;
        r.v = a.v - b.v;
        return r;
    }
    template <class T>
    static DIFFGEN_AVX2 pack<T> multiply(const pack<T>& a, const pack<T>& b) {
        DIFFGEN_NO_CONTRACTION
        pack<T> r;
        r.v = a.v * b.v;
        return r;
    }
    template <class T>
    static DIFFGEN_AVX2 pack<T> divide(const pack<T>& a, const pack<T>& b) {
        pack<T> r;
        r.v = a.v / b.v;
        return r;
    }
    template <class T>
    static DIFFGEN_AVX2 pack<T> negate(const pack<T>& a) {
        pack<T> r;
        r.v = -a.v;
        return r;
    }
    static DIFFGEN_AVX2 pack<float> fma(const pack<float>& a, const pack<float>& b,
                                        const pack<float>& c) {
        pack<float> r;
#if defined(__clang__)
#pragma clang loop unroll(full)
        for (int i = 0; i < r.width; ++i)
            r.v[i] = __builtin_fmaf(a.v[i], b.v[i], c.v[i]);
#else
        r.v = _mm256_fmadd_ps(a.v, b.v, c.v);
#endif
        return r;
    }
    static DIFFGEN_AVX2 pack<double> fma(const pack<double>& a, const pack<double>& b,
                                         const pack<double>& c) {
        pack<double> r;
#if defined(__clang__)
#pragma clang loop unroll(full)
        for (int i = 0; i < r.width; ++i)
            r.v[i] = __builtin_fma(a.v[i], b.v[i], c.v[i]);
#else
        r.v = _mm256_fmadd_pd(a.v, b.v, c.v);
#endif
        return r;
    }
    static DIFFGEN_AVX2 pack<float> sqrt(const pack<float>& x) {
        pack<float> r;
#if defined(__clang__)
#pragma clang loop unroll(full)
        for (int part = 0; part < r.width; part += 4) {
            __m128 quarter{};
            for (int i = 0; i < 4; ++i)
                quarter[i] = x.v[part + i];
            quarter = _mm_sqrt_ps(quarter);
            for (int i = 0; i < 4; ++i)
                r.v[part + i] = quarter[i];
        }
#else
        r.v = _mm256_sqrt_ps(x.v);
#endif
        return r;
    }
    static DIFFGEN_AVX2 pack<double> sqrt(const pack<double>& x) {
        pack<double> r;
#if defined(__clang__)
#pragma clang loop unroll(full)
        for (int part = 0; part < r.width; part += 2) {
            __m128d quarter{};
            for (int i = 0; i < 2; ++i)
                quarter[i] = x.v[part + i];
            quarter = _mm_sqrt_pd(quarter);
            for (int i = 0; i < 2; ++i)
                r.v[part + i] = quarter[i];
        }
#else
        r.v = _mm256_sqrt_pd(x.v);
#endif
        return r;
    }

    template <class T>
    static DIFFGEN_AVX2 mask<T> less(const pack<T>& a, const pack<T>& b) {
        mask<T> r;
        r.v = a.v < b.v;
        return r;
    }
    template <class T>
    static DIFFGEN_AVX2 mask<T> less_equal(const pack<T>& a, const pack<T>& b) {
        mask<T> r;
        r.v = a.v <= b.v;
        return r;
    }
    template <class T>
    static DIFFGEN_AVX2 mask<T> equal(const pack<T>& a, const pack<T>& b) {
        mask<T> r;
        r.v = a.v == b.v;
        return r;
    }
    template <class T>
    static DIFFGEN_AVX2 pack<T> select(const mask<T>& m, const pack<T>& a, const pack<T>& b) {
        pack<T> r;
        r.v = m.v ? a.v : b.v;
        return r;
    }
    template <class T>
    static DIFFGEN_AVX2 pack<T> min(const pack<T>& a, const pack<T>& b) {
        pack<T> r;
#if defined(__clang__)
        r.v = a.v < b.v ? a.v : b.v;
#else
        // b where neither is less
        if constexpr (sizeof(T) == 4)
            r.v = _mm256_min_ps(a.v, b.v);
        else
            r.v = _mm256_min_pd(a.v, b.v);
#endif
        return r;
    }
    template <class T>
    static DIFFGEN_AVX2 pack<T> max(const pack<T>& a, const pack<T>& b) {
        pack<T> r;
#if defined(__clang__)
        r.v = a.v > b.v ? a.v : b.v;
#else
        // b where neither is greater
        if constexpr (sizeof(T) == 4)
            r.v = _mm256_max_ps(a.v, b.v);
        else
            r.v = _mm256_max_pd(a.v, b.v);
#endif
        return r;
    }
    template <class T>
    static DIFFGEN_AVX2 mask<T> mask_and(const mask<T>& a, const mask<T>& b) {
        mask<T> r;
        r.v = a.v & b.v;
        return r;
    }
    template <class T>
    static DIFFGEN_AVX2 mask<T> mask_or(const mask<T>& a, const mask<T>& b) {
        mask<T> r;
        r.v = a.v | b.v;
        return r;
    }
    template <class T>
    static DIFFGEN_AVX2 mask<T> mask_not(const mask<T>& a) {
        mask<T> r;
        r.v = ~a.v;
        return r;
    }
    template <class T>
    static DIFFGEN_AVX2 bool any(const mask<T>& m) {
        typename mask<T>::lane joined = 0;
        for (int i = 0; i < pack<T>::width; ++i)
            joined |= m.v[i];
        return joined != 0;
    }

    template <class T>
    static DIFFGEN_AVX2 pack<T> bit_and(const pack<T>& a, const pack<T>& b) {
        pack<T> r;
        r.v = a.v & b.v;
        return r;
    }
    template <class T>
    static DIFFGEN_AVX2 pack<T> bit_or(const pack<T>& a, const pack<T>& b) {
        pack<T> r;
        r.v = a.v | b.v;
        return r;
    }
    template <class T>
    static DIFFGEN_AVX2 pack<T> bit_xor(const pack<T>& a, const pack<T>& b) {
        pack<T> r;
        r.v = a.v ^ b.v;
        return r;
    }
    template <class T>
    static DIFFGEN_AVX2 pack<T> shift_left(const pack<T>& a, int by) {
        pack<T> r;
        r.v = a.v << static_cast<T>(by);
        return r;
    }
    template <class T>
    static DIFFGEN_AVX2 pack<T> shift_right(const pack<T>& a, int by) {
        pack<T> r;
        r.v = a.v >> static_cast<T>(by);
        return r;
    }
    template <class To, class From>
    static DIFFGEN_AVX2 pack<To> reinterpret(const pack<From>& a) {
        pack<To> r;
        r.v = reinterpret_cast<typename pack<To>::vec>(a.v);
        return r;
    }
    static DIFFGEN_AVX2 pack<float> to_number(const pack<std::uint32_t>& a) {
        typedef std::int32_t integers __attribute__((vector_size(32)));
        pack<float> r;
        r.v = __builtin_convertvector(reinterpret_cast<integers>(a.v), pack<float>::vec);
        return r;
    }
    static DIFFGEN_AVX2 pack<std::uint64_t> multiply_low_halves(const pack<std::uint64_t>& a,
                                                                const pack<std::uint64_t>& b) {
        pack<std::uint64_t> r;
#if defined(__clang__)
        r.v = (a.v & 0xffffffffu) * (b.v & 0xffffffffu);
#else
        r.v = reinterpret_cast<pack<std::uint64_t>::vec>(
            _mm256_mul_epu32(reinterpret_cast<__m256i>(a.v), reinterpret_cast<__m256i>(b.v)));
#endif
        return r;
    }

    /// a0 b0 a1 b1 ...: the first half of them in low, the second in high.
    template <class T>
    static DIFFGEN_AVX2 void interleave(const pack<T>& a, const pack<T>& b, pack<T>& low,
                                        pack<T>& high) {
        if constexpr (sizeof(T) == 4) {
            low.v = __builtin_shufflevector(a.v, b.v, 0, 8, 1, 9, 2, 10, 3, 11);
            high.v = __builtin_shufflevector(a.v, b.v, 4, 12, 5, 13, 6, 14, 7, 15);
        } else {
            low.v = __builtin_shufflevector(a.v, b.v, 0, 4, 1, 5);
            high.v = __builtin_shufflevector(a.v, b.v, 2, 6, 3, 7);
        }
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::detail

#include <diffgen/core/with_macros.hpp>

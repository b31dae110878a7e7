// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/core/lanes.hpp>

#include "../support/bits_equal.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

namespace {

using namespace diffgen;

/// Every kind of number in every position of an operation, then random bits of all exponents.
template <class T>
std::vector<T> operands(unsigned seed, std::size_t size) {
    using limits = std::numeric_limits<T>;
    const std::vector<T> special{T{0},
                                 -T{0},
                                 T{1},
                                 T{-1},
                                 limits::min(),
                                 -limits::min(),
                                 limits::denorm_min(),
                                 limits::max(),
                                 limits::lowest(),
                                 limits::infinity(),
                                 -limits::infinity(),
                                 limits::quiet_NaN(),
                                 T{1} + limits::epsilon(),
                                 limits::epsilon() / 4};
    std::mt19937_64 random(seed);
    std::vector<T> x(size);
    for (std::size_t i = 0; i < size; ++i) {
        const auto bits = static_cast<typename value_traits<T>::bits>(random());
        const bool take_special = random() % 4 == 0;
        // Half of the rest lie near 1, where sums cancel and roundings tie.
        x[i] = take_special        ? special[random() % special.size()]
               : random() % 2 == 0 ? std::bit_cast<T>(bits)
                                   : std::ldexp(static_cast<T>(random() % 4096) - T{2048},
                                                static_cast<int>(random() % 24) - 12);
    }
    return x;
}

constexpr int results = 16;

/// All operations on lanes of (a, b, c); result k of operand i is at out[k * size + i].
template <class T>
struct every_operation {
    const T* a;
    const T* b;
    const T* c;
    T* out;
    std::ptrdiff_t size;

    template <class V>
    void operator()(lanes::tag<V>) const {
        for (std::ptrdiff_t i = 0; i < size; i += value_traits<V>::width) {
            const V x = load<V>(a + i);
            const V y = load<V>(b + i);
            const V z = load<V>(c + i);
            const V zero = broadcast<V>(T{0});
            T* to = out + i;
            const auto put = [&](const V& r) {
                store(to, r);
                to += size;
            };
            put(x + y);
            put(x - y);
            put(x * y);
            put(x / y);
            put(-x);
            put(diffgen::fma(x, y, z));
            put(diffgen::sqrt(x));
            put(diffgen::min(x, y));
            put(diffgen::max(x, y));
            put(diffgen::abs(x));
            put(select(x < y, z, zero) + T{0.5} * select(x <= y, z, zero));
            put(select((x == y) | !(y > z), x, y));
            put(select((x != y) & (y >= z), x, y));
            put(from_bits<V>((to_bits(x) ^ to_bits(y)) | (to_bits(z) >> 3)));
            put(to_number<V>((to_bits(x) << 1) >> (8 * static_cast<int>(sizeof(T)) - 23)));
            put(diffgen::fma(T{0.5}, x, product(y, diffgen::max(z, T{-3}))));
        }
    }
};

template <class T, class Isa>
std::vector<T> evaluate(Isa, const std::vector<T>& a, const std::vector<T>& b,
                        const std::vector<T>& c) {
    std::vector<T> out(results * a.size());
    const every_operation<T> kernel{a.data(), b.data(), c.data(), out.data(),
                                    static_cast<std::ptrdiff_t>(a.size())};
    lanes::run<T, Isa>(kernel);
    return out;
}

}  // namespace

TEST_CASE_TEMPLATE("every operation has the bits of one lane on every instruction set", T, float,
                   double) {
    const auto a = operands<T>(1, 40000);
    const auto b = operands<T>(2, 40000);
    const auto c = operands<T>(3, 40000);
    const auto expected = evaluate<T>(isa::one_lane{}, a, b, c);
    for_every_set([&](auto set, const char* name) {
        CAPTURE(name);
        CHECK(differences(evaluate<T>(set, a, b, c), expected) == 0);
    });
}

TEST_CASE_TEMPLATE("fma rounds once, as the C library's does", T, float, double) {
    const auto a = operands<T>(4, 300000);
    const auto b = operands<T>(5, 300000);
    const auto c = operands<T>(6, 300000);
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const T expected = std::fma(a[i], b[i], c[i]);
        wrong += !same_bits(diffgen::fma(a[i], b[i], c[i]), expected);
        if constexpr (std::same_as<T, float>) {
            wrong += !same_bits(detail::fma_through_double(a[i], b[i], c[i]), expected);
        }
    }
    CHECK(wrong == 0);
}

TEST_CASE("fma in two roundings would be another number") {
    // (1 + 2^-12)^2 = 1 + 2^-11 + 2^-24: the last term is a tie that the addend's sign decides.
    const float x = 1.0f + 0x1p-12f;
    CHECK(diffgen::fma(x, x, 0x1p-60f) == 1.0f + 0x1p-11f + 0x1p-23f);
    CHECK(detail::fma_through_double(x, x, 0x1p-60f) == 1.0f + 0x1p-11f + 0x1p-23f);
    CHECK(detail::fma_through_double(x, x, -0x1p-60f) == 1.0f + 0x1p-11f);
}

TEST_CASE_TEMPLATE("min and max take the second where neither is smaller", T, float, double) {
    const T nan = std::numeric_limits<T>::quiet_NaN();
    CHECK(diffgen::min(nan, T{1}) == T{1});
    CHECK(std::isnan(diffgen::min(T{1}, nan)));
    CHECK(diffgen::max(nan, T{1}) == T{1});
    CHECK(std::isnan(diffgen::max(T{1}, nan)));
    CHECK(std::signbit(diffgen::min(T{0}, -T{0})));
    CHECK(!std::signbit(diffgen::max(-T{0}, T{0})));
}

TEST_CASE_TEMPLATE("strided loads and stores keep samples apart, any sees one lane", T, float,
                   double) {
    for_every_set([&](auto set, const char* name) {
        CAPTURE(name);
        std::vector<T> x(3 * 16);
        for (std::size_t i = 0; i < x.size(); ++i)
            x[i] = static_cast<T>(i);
        int wrong = 0;
        lanes::run<T, decltype(set)>([&]<class V>(lanes::tag<V>) {
            constexpr int width = value_traits<V>::width;
            const V second = load_strided<V>(x.data() + 1, 3);
            store_strided(x.data() + 2, 3, -second);
            wrong += any(second < T{1}) ? 1 : 0;
            for (int lane = 0; lane < width; ++lane) {
                wrong += any(second == static_cast<T>(1 + 3 * lane)) ? 0 : 1;
            }
        });
        CHECK(wrong == 0);
        CHECK(x[2] == T{-1});
        CHECK(x[1] == T{1});
        CHECK(x[3] == T{3});
    });
}

TEST_CASE("run takes the widest pack and calls once") {
    int calls = 0;
    int width = 0;
    lanes::run<float>([&]<class V>(lanes::tag<V>) {
        ++calls;
        width = value_traits<V>::width;
    });
    CHECK(calls == 1);
#if DIFFGEN_HAS_LANES
    CHECK(width == (lanes::widest() == lanes::set::avx512 ? 16
                    : lanes::widest() == lanes::set::avx2 ? 8
                                                          : 4));
#else
    CHECK(width == 1);
#endif
}

TEST_CASE("call hands on arguments and result") {
    const auto twice = [](const float& x) { return 2.0f * x; };
    CHECK(lanes::call(twice, 3.0f) == 6.0f);
}

static_assert(value<float> && value<double> && !value<int> && !value<long double>);
static_assert(std::is_trivially_copyable_v<lanes::tag<float>>);

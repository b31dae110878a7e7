// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/noise/normal.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <vector>

namespace {

using namespace diffgen;

template <class T>
using word = typename value_traits<T>::bits;

template <class T>
constexpr bool is_float = std::same_as<T, float>;

template <class T>
double ulps(T got, long double exact) {
    if (exact == 0.0L) return got == T{0} ? 0.0 : 1e30;
    int exponent = 0;
    std::frexp(exact, &exponent);
    const long double ulp = std::ldexp(1.0L, exponent - std::numeric_limits<T>::digits);
    return static_cast<double>(std::fabs(static_cast<long double>(got) - exact) / ulp);
}

/// sqrt(-2 log(u)), u = (n + 1/2) / 2^bits, in long double.
template <class T>
long double exact_radius(word<T> w) {
    constexpr int bits = is_float<T> ? 32 : 53;
    const long double n = static_cast<long double>(is_float<T> ? w : w >> (is_float<T> ? 0 : 11));
    const long double u = std::ldexp(n + 0.5L, -bits);
    const long double rest = std::ldexp(std::ldexp(1.0L, bits) - n - 0.5L, -bits);
    return std::sqrt(-2.0L * (rest < 0.25L ? std::log1p(-rest) : std::log(u)));
}

/// Cosine and sine of 2 pi k / 2^bits, k the upper bits of the word, reduced in integers so that
/// the zeros of both are exact.
template <class T>
std::pair<long double, long double> exact_direction(word<T> w) {
    constexpr int bits = is_float<T> ? 26 : 54;
    const std::uint64_t k = std::uint64_t{w} >> (is_float<T> ? 6 : 10);
    const std::uint64_t quarter = std::uint64_t{1} << (bits - 2);
    const std::uint64_t turned = k + quarter / 2;
    const auto rest =
        static_cast<long double>(turned % quarter) - static_cast<long double>(quarter / 2);
    const long double angle =
        std::ldexp(rest, -(bits - 2)) * (std::numbers::pi_v<long double> / 2.0L);
    const long double c = std::cos(angle);
    const long double s = std::sin(angle);
    switch (turned / quarter % 4) {
        case 0:
            return {c, s};
        case 1:
            return {-s, c};
        case 2:
            return {-c, -s};
        default:
            return {s, -c};
    }
}

/// Words of all magnitudes from both ends, with `dense` neighbours of each, and an even spread.
template <class T>
std::vector<word<T>> words(unsigned dense) {
    constexpr int bits = std::numeric_limits<word<T>>::digits;
    std::vector<word<T>> w;
    for (int e = 0; e < bits; ++e) {
        for (unsigned i = 0; i < dense; ++i) {
            const word<T> step = std::max(word<T>{1}, (word<T>{1} << e) / dense);
            const word<T> from_zero =
                static_cast<word<T>>((word<T>{1} << e) + i * step - dense / 2);
            w.push_back(from_zero);
            w.push_back(static_cast<word<T>>(~from_zero));
        }
    }
    const word<T> stride = static_cast<word<T>>(~word<T>{0} / 20011);
    for (word<T> i = 0; i < 20011; ++i)
        w.push_back(i * stride);
    return w;
}

}  // namespace

TEST_CASE_TEMPLATE("both normals are within 2 ulp of the exact transform of the bits", T, float,
                   double) {
    // 2e7 random words of all magnitudes, run once, gave 1.78 (float) and 1.67 (double).
    const auto radii = words<T>(400);
    const auto angles = words<T>(397);
    double most = 0.0;
    for (std::size_t i = 0; i < radii.size(); ++i) {
        const long double r = exact_radius<T>(radii[i]);
        for (const std::size_t turn : {std::size_t{0}, std::size_t{7919}, std::size_t{15013}}) {
            const word<T> angle = angles[(i + turn) % angles.size()];
            const auto [c, s] = exact_direction<T>(angle);
            const auto z = noise::box_muller<T>(radii[i], angle);
            most = std::max({most, ulps(z.first, r * c), ulps(z.second, r * s)});
        }
    }
    CHECK(most < 2.0);
}

TEST_CASE("tails reach 6.76 and 8.65 standard deviations, and nothing is lost near zero") {
    // sqrt(-2 log(2^-33)), sqrt(-2 log(2^-54)), and sqrt(2 * 2^-33), sqrt(2 * 2^-54) to 6 digits.
    CHECK(noise::box_muller<float>(0u, 0u).first == doctest::Approx(6.76371).epsilon(1e-6));
    CHECK(noise::box_muller<double>(0u, 0u).first == doctest::Approx(8.65216).epsilon(1e-6));
    CHECK(noise::box_muller<float>(~0u, 0u).first == doctest::Approx(1.52588e-5).epsilon(1e-5));
    CHECK(noise::box_muller<double>(~std::uint64_t{0}, std::uint64_t{0}).first ==
          doctest::Approx(1.05367e-8).epsilon(1e-5));
}

TEST_CASE_TEMPLATE("a uniform number is inside (0, 1) and centred", T, float, double) {
    using w = word<T>;
    const T lowest = noise::uniform<T>(w{0});
    const T highest = noise::uniform<T>(static_cast<w>(~w{0}));
    CHECK(lowest > T{0});
    CHECK(highest < T{1});
    CHECK(lowest + highest == T{1});
    constexpr w half = w{1} << (std::numeric_limits<w>::digits - 1);
    CHECK(noise::uniform<T>(half) > T{0.5});
    CHECK(noise::uniform<T>(half - 1) < T{0.5});
}

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/noise/brownian.hpp>

#include "check_fill.hpp"
#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

using namespace diffgen;
using noise::brownian;
using noise::stream;

namespace {

static_assert(std::is_trivially_copyable_v<brownian>);

/// One random number of the path: the unit of the clock, the node in it, and the field of its word.
using number = std::tuple<std::uint32_t, std::uint32_t, int>;

/// What an increment takes from the path: the factors of tents and growths, and for each jump the
/// parts t of its piece that lie below an end of the increment, with the sizes there.
struct expansion {
    std::map<number, double> factors;
    std::map<number, std::vector<std::pair<double, double>>> jumps;
};

expansion expanded(const brownian& b) {
    expansion e;
    const auto& increment = b.increment;
    for (int k = 0; k < increment.units(); ++k) {
        const auto unit = increment.of_unit(k);
        e.factors[{unit.unit, 0, 0}] = unit.growth;
        for (int field = 0; field < 3; ++field)
            e.factors[{unit.unit, 0, 1 + field}] = unit.tent[field];
    }
    for (int k = 0; k < increment.plan.tents; ++k) {
        const auto& t = increment.plan.tent[k];
        const auto& word = increment.plan.word[t.word];
        CHECK(e.factors.count({word.unit, word.node, t.field}) == 0);
        e.factors[{word.unit, word.node, t.field}] = t.factor;
    }
    for (int k = 0; k < increment.plan.jumps; ++k) {
        const auto& j = increment.plan.jump[k];
        const auto& word = increment.plan.word[j.word];
        e.jumps[{word.unit, word.node, j.sign}].emplace_back(j.t, j.size);
    }
    return e;
}

/// The covariance of two increments whose random numbers all have variance 1 and are uncorrelated.
double covariance(const expansion& a, const expansion& b) {
    double sum = 0;
    for (const auto& [at, factor] : a.factors)
        if (const auto other = b.factors.find(at); other != b.factors.end())
            sum += factor * other->second;
    for (const auto& [at, ends] : a.jumps)
        if (const auto other = b.jumps.find(at); other != b.jumps.end())
            for (const auto& [s, size] : ends)
                for (const auto& [t, other_size] : other->second)
                    sum += size * other_size * (std::min(s, t) - s * t);
    return sum;
}

brownian between(double from, double to, std::uint64_t seed = 7) {
    return brownian{seed}.for_piece({from, to, 0, 5});
}

/// W(to) - W(from) of an element.
template <class T>
T increment(double from, double to, std::uint64_t flat) {
    const brownian b = between(from, to);
    return b.normal<T>(stream::solver, 5, flat) * static_cast<T>(std::sqrt(b.increment.length()));
}

}  // namespace

TEST_CASE("the covariance of increments is that of Brownian motion") {
    // Ends on and off the nodes, in one unit of the clock and over several, and beyond its ends.
    const std::vector<double> ends{-1000,    -3.7, -2,     -1.999, 0,    0x1p-20, 0.001,
                                   0.999999, 1,    1.0001, 4. / 3, 12.3, 1000};
    for (std::size_t a = 0; a + 1 < ends.size(); ++a)
        for (std::size_t b = a + 1; b < ends.size(); ++b) {
            const brownian one = between(ends[a], ends[b]);
            const expansion of_one = expanded(one);
            CAPTURE(ends[a]);
            CAPTURE(ends[b]);
            CHECK(std::fabs(covariance(of_one, of_one) - 1) < 1e-11);
            for (std::size_t c = 0; c + 1 < ends.size(); ++c) {
                const std::size_t d = ends.size() - 1 - c / 2;
                if (c == d) continue;
                const brownian two = between(ends[c], ends[d]);
                const auto low = std::max(one.increment.low, two.increment.low);
                const auto high = std::min(one.increment.high, two.increment.high);
                const double sign = ends[c] < ends[d] ? 1 : -1;
                const double shared =
                    low < high ? sign * static_cast<double>(high - low) * 0x1p-46 : 0;
                CHECK(std::fabs(covariance(of_one, expanded(two)) -
                                shared / std::sqrt(one.increment.length() *
                                                   two.increment.length())) < 1e-11);
            }
        }
}

namespace {

/// Sums of powers of the variable over all numbers of a field.
template <int Bits, class Variable>
std::array<double, 3> moments(Variable variable) {
    std::array<double, 3> sum{};
    constexpr std::uint64_t count = std::uint64_t{1} << Bits;
    for (std::uint64_t n = 0; n < count; ++n) {
        const double z = variable(n), square = z * z;
        CHECK(z == -variable(count - 1 - n));  // symmetric
        sum[0] += square / static_cast<double>(count);
        sum[1] += square * square / static_cast<double>(count);
        sum[2] += square * square * square / static_cast<double>(count);
    }
    return sum;
}

}  // namespace

TEST_CASE_TEMPLATE("the numbers of the nodes have a normal's second and fourth moment", T, float,
                   double) {
    using layout = noise::detail::node_layout<T>;
    using bits = typename value_traits<T>::bits;
    constexpr double tolerance = std::is_same_v<T, float> ? 1e-6 : 1e-13;
    const auto narrow = moments<layout::narrow>([](std::uint64_t n) {
        return double(noise::detail::add_narrow<T>(static_cast<bits>(n), 0, T(1), T(0)));
    });
    CHECK(std::fabs(narrow[0] - 1) < tolerance);
    CHECK(std::fabs(narrow[1] - 3) < 5 * tolerance);
    CHECK(std::fabs(narrow[2] - (std::is_same_v<T, float> ? 11.162 : 11.534)) < 1e-3);
    const auto wide = moments<layout::wide>([](std::uint64_t n) {
        return double(noise::detail::add_wide<T>(static_cast<bits>(n), 0, T(1), T(0)));
    });
    CHECK(std::fabs(wide[0] - 1) < tolerance);
    CHECK(std::fabs(wide[1] - 3) < 5 * tolerance);
    CHECK(std::fabs(wide[2] - 13.299) < 1e-3);
}

TEST_CASE("fields are read from their own bits, the factor multiplies, and the sum is kept") {
    using noise::detail::add_narrow;
    using noise::detail::add_wide;
    const float one = add_narrow<float>(5, 0, 1, 0);
    CHECK(add_narrow<float>(0xfffff5ffu, 8, 1, 0) == one);
    CHECK(add_narrow<float>(5, 0, -2, 0.25f) == 0.25f - 2 * one);
    CHECK(add_wide<float>(0xc0000000u | (700u << 20), 20, 1, 0) == add_wide<float>(700, 0, 1, 0));
}

TEST_CASE("a jump has the mean and the variance of a bridge at every part of its piece") {
    // Summed over all places of a float's word, under both signs. Places are rounded to 2^-16. The
    // fields below bit 12 are 0, so that the 16 bits above them run through all places.
    for (const double t : {0.1, 0.25, 0.5, 0.77, 0x1p-16, 1 - 0x1p-12}) {
        double sum = 0, squares = 0;
        for (std::uint32_t place = 0; place < 1u << 16; ++place)
            for (std::uint32_t sign = 0; sign < 2; ++sign) {
                const double z =
                    noise::detail::add_jump<float>(place << 12 | sign << 30, 2, t, 1, 0);
                sum += z;
                squares += z * z;
            }
        CHECK(std::fabs(sum) < 1e-6);
        CHECK(std::fabs(squares * 0x1p-17 - t * (1 - t)) < 0x1p-17 + 1e-7);
    }
}

TEST_CASE("signs of jumps are independent in pairs, and of the tents") {
    // Over the bits that make the signs, t so small that no jump has happened.
    constexpr double t = 0x1p-17;
    for (int i = 0; i < 8; ++i) {
        for (int j = 0; j <= i; ++j) {
            double products = 0, with_tent = 0;
            for (std::uint32_t bits = 0; bits < 1u << 8; ++bits) {
                const std::uint32_t word = bits << 24 | 0x123456;
                const double one = noise::detail::add_jump<float>(word, i, t, 1 / t, 0);
                products += one * noise::detail::add_jump<float>(word, j, t, 1 / t, 0);
                with_tent += one * noise::detail::add_narrow<float>(word, 24, 1, 0);
            }
            CHECK(products == (i == j ? 256 : 0));
            CHECK(with_tent == 0);
        }
    }
}

namespace {

/// Increments of n elements over the pieces of a partition, one vector a piece.
template <class T>
std::vector<std::vector<T>> drawn(const std::vector<double>& ends, std::size_t n) {
    std::vector<std::vector<T>> z(ends.size() - 1, std::vector<T>(n));
    for (std::size_t i = 0; i + 1 < ends.size(); ++i)
        between(ends[i], ends[i + 1], 3)
            .template fill<T>(stream::solver, 5, 0, static_cast<int>(n), z[i].data());
    return z;
}

/// From -1.3 on, pieces of log-SNR whose lengths are drawn between 2^-5 and 2.
std::vector<double> random_partition(std::uint64_t seed, std::uint64_t pieces) {
    std::vector<double> ends{-1.3};
    for (std::uint64_t i = 0; i < pieces; ++i)
        ends.push_back(ends.back() + std::exp2(1 - 6 * noise::philox{seed}.uniform<double>(
                                                           stream{1u << 16}, 0, i)));
    return ends;
}

}  // namespace

TEST_CASE_TEMPLATE("drawn increments have a normal's moments and are independent", T, float,
                   double) {
    // n = 2^16 elements, five partitions of 9 pieces. Sums of z, z^2, z^4, of z_i z_j and of
    // z_i^2 z_j^2 beside those of independent normals, in standard deviations of a normal's: 540
    // checks for each type. False alarm: 7.2 deviations, 6e-13 a check, 7e-10 in all (for z^4 with
    // its heavy tail, 9 deviations). Power: a variance off by 8 %, a fourth moment off by 0.6 or
    // a correlation of 0.06 is missed with less than 1e-9.
    constexpr std::size_t n = 1 << 16;
    const double root = std::sqrt(static_cast<double>(n));
    for (std::uint64_t partition = 0; partition < 5; ++partition) {
        const auto z = drawn<T>(random_partition(partition, 9), n);
        for (std::size_t i = 0; i < z.size(); ++i) {
            double sum = 0, squares = 0, fourths = 0;
            for (std::size_t k = 0; k < n; ++k) {
                const double v = static_cast<double>(z[i][k]);
                sum += v;
                squares += v * v - 1;
                fourths += v * v * v * v - 3;
            }
            CHECK(std::fabs(sum) < 7.2 * root);
            CHECK(std::fabs(squares) < 7.2 * std::sqrt(2.) * root);
            CHECK(std::fabs(fourths) < 9 * std::sqrt(96.) * root);
            for (std::size_t j = 0; j < i; ++j) {
                double products = 0, both_squares = 0;
                for (std::size_t k = 0; k < n; ++k) {
                    const double v = static_cast<double>(z[i][k]), w = static_cast<double>(z[j][k]);
                    products += v * w;
                    both_squares += (v * v - 1) * (w * w - 1);
                }
                CHECK(std::fabs(products) < 7.2 * root);
                CHECK(std::fabs(both_squares) < 9 * 2 * root);
            }
        }
    }
}

TEST_CASE_TEMPLATE("the distribution of an increment is near the normal one", T, float, double) {
    // 2^20 numbers. By the inequality of Dvoretzky, Kiefer, Wolfowitz and Massart (1990) their
    // empirical distribution is 0.0034 off their own with a probability below 1e-10; 0.004 is what
    // docs/concepts/noise_source.md states for such steps. A distance of 0.011 is found.
    constexpr std::size_t n = 1 << 20;
    for (const double from : {-2.2, 0.13}) {
        auto z = drawn<T>({from, from + 0.4}, n)[0];
        std::sort(z.begin(), z.end());
        double worst = 0;
        for (std::size_t k = 0; k < n; ++k) {
            const double normal = 0.5 * std::erfc(-static_cast<double>(z[k]) * std::sqrt(0.5));
            const double below = static_cast<double>(k) / static_cast<double>(n);
            worst =
                std::max({worst, std::fabs(normal - below), std::fabs(normal - below - 1. / n)});
        }
        CHECK(worst < 0.0034 + 0.004);
    }
}

TEST_CASE_TEMPLATE("fill gives the bits of one element at a time from any first to any last", T,
                   float, double) {
    const auto counts = {0, 1, 3, 4, 5, 63, 64, 65, 200};
    testing::check_fill<T>(between(-0.3, 2.9), 0, 5, counts);
    testing::check_fill<T>(between(0.1, 0.1001), (std::uint64_t{1} << 34) - 3, 5, counts);
}

TEST_CASE("all but the increment is what philox draws") {
    const brownian b = between(-0.3, 2.9);
    const noise::philox plain{7};
    CHECK(b.normal<double>(stream::solver, 6, 9) == plain.normal<double>(stream::solver, 6, 9));
    CHECK(b.normal<float>(stream::prior, 5, 9) == plain.normal<float>(stream::prior, 5, 9));
    CHECK(b.normal<float>(stream::solver, 5, 9) != plain.normal<float>(stream::solver, 5, 9));
    // steps too short for an increment, and a source that no run has placed yet
    CHECK(between(1, 1 + 0x1p-22).normal<double>(stream::solver, 5, 9) ==
          plain.normal<double>(stream::solver, 5, 9));
    CHECK(brownian{7}.normal<double>(stream::solver, 0, 9) ==
          plain.normal<double>(stream::solver, 0, 9));
}

TEST_CASE("another stretch, seed or element has another path; the draw's number has none") {
    const noise::piece p{-1, 1, 0, 5};
    const double z = brownian{7}.for_piece(p).normal<double>(stream::solver, 5, 9);
    CHECK(z != brownian{7}.for_piece({-1, 1, 1, 5}).normal<double>(stream::solver, 5, 9));
    CHECK(z != brownian{8}.for_piece(p).normal<double>(stream::solver, 5, 9));
    CHECK(z != brownian{7}.for_piece(p).normal<double>(stream::solver, 5, 10));
    CHECK(z == brownian{7}.for_piece({-1, 1, 0, 8}).normal<double>(stream::solver, 8, 9));
}

TEST_CASE("what is not a number is refused") {
    check_refused<bad_argument>([] { between(std::nan(""), 1); }, {"log-SNR nan to 1"});
}

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/noise/brownian.hpp>

#include "check_fill.hpp"
#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <type_traits>
#include <utility>
#include <vector>

using namespace diffgen;
using noise::brownian;
using noise::stream;

namespace {

static_assert(std::is_trivially_copyable_v<brownian>);

using node = std::pair<std::uint32_t, std::uint32_t>;  // unit of the clock, node in it

/// The increment's factors by node.
template <class T>
std::map<node, double> factors(const brownian& b) {
    std::map<node, double> sum;
    for (int k = 0; k < b.increment.terms(); ++k) {
        const auto t = b.increment.term<T>(k);
        if (t.factor != T(0)) {
            CHECK(sum.count({t.unit, t.node}) == 0);
            sum[{t.unit, t.node}] = static_cast<double>(t.factor);
        }
    }
    return sum;
}

double covariance(const std::map<node, double>& a, const std::map<node, double>& b) {
    double sum = 0;
    for (const auto& [at, factor] : a)
        if (const auto other = b.find(at); other != b.end()) sum += factor * other->second;
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

TEST_CASE_TEMPLATE("the law is exact: factors of increments have the covariance of W", T, float,
                   double) {
    // Ends on and off the nodes, in one unit of the clock and over several, and beyond its ends.
    std::vector<double> ends{-1000, -3.7,     -2, -1.999, 0,    0x1p-20,
                             0.001, 0.999999, 1,  1.0001, 12.3, 1000};
    for (double& end : ends)  // where the path is not interpolated
        end = std::round(end * 0x1p29) * 0x1p-29;
    const double tolerance = std::is_same_v<T, float> ? 1e-6 : 1e-14;
    for (std::size_t a = 0; a + 1 < ends.size(); ++a)
        for (std::size_t b = a + 1; b < ends.size(); ++b) {
            const brownian one = between(ends[a], ends[b]);
            const auto of_one = factors<T>(one);
            CAPTURE(ends[a]);
            CAPTURE(ends[b]);
            CHECK(std::fabs(covariance(of_one, of_one) - 1) < tolerance);
            for (std::size_t c = 0; c + 1 < ends.size(); ++c) {
                const std::size_t d = ends.size() - 1 - c / 2;
                const brownian two = between(ends[c], ends[d]);
                const auto low = std::max(one.increment.low, two.increment.low);
                const auto high = std::min(one.increment.high, two.increment.high);
                const double sign = ends[c] < ends[d] ? 1 : -1;
                const double shared =
                    low < high ? sign * static_cast<double>(high - low) * 0x1p-46 : 0;
                CHECK(std::fabs(covariance(of_one, factors<T>(two)) -
                                shared / std::sqrt(one.increment.length() *
                                                   two.increment.length())) < tolerance);
            }
        }
}

TEST_CASE("between multiples of 2^-30 the path is straight, which takes 2^-31 of the variance") {
    for (const double length : {1e-6, 1e-3, 0.7})
        for (const double shift : {0.0, 0.2, 0.5, 0.9}) {
            // on the clock, which is half the log-SNR: both ends the same part of a piece away
            const double from = 0.1875 + shift * 0x1p-30;
            const double to = from + std::round(length * 0x1p30) * 0x1p-30;
            const brownian b = between(2 * from, 2 * to);
            const auto f = factors<double>(b);
            const double missing = (1 - covariance(f, f)) * b.increment.length();
            CHECK(std::fabs(missing - 2 * shift * (1 - shift) * 0x1p-30) < 1e-14);
        }
}

TEST_CASE_TEMPLATE("increments add up, and change sign with the direction", T, float, double) {
    const double tolerance = std::is_same_v<T, float> ? 4e-6 : 1e-14;
    T worst = 0;
    for (std::uint64_t flat = 0; flat < 200; ++flat) {
        const double u = static_cast<double>(flat) / 37 - 3;
        const double v = u + 0.01 * static_cast<double>(flat + 1), w = v + 1.3;
        const T sum = increment<T>(u, v, flat) + increment<T>(v, w, flat);
        worst = std::max(worst, std::fabs(sum - increment<T>(u, w, flat)));
        CHECK(increment<T>(w, u, flat) == -increment<T>(u, w, flat));
    }
    CHECK(worst < tolerance);
    CHECK(increment<T>(0, 1, 3) != increment<T>(0, 1, 4));
}

TEST_CASE("drawn increments are standard normal and independent of each other") {
    // n = 2^16 elements. False alarm: 6.5 standard deviations each way, 8e-11 a check, 5e-10 in
    // all. Power: a variance off by 6 % or a correlation of 0.05 is missed with less than 1e-9.
    constexpr std::size_t n = 1 << 16;
    const double ends[] = {-1.3, -1.298, 0.4, 7};
    std::vector<std::vector<double>> z(3, std::vector<double>(n));
    for (std::size_t i = 0; i < 3; ++i)
        between(ends[i], ends[i + 1], 3).fill<double>(stream::solver, 5, 0, n, z[i].data());
    const double root = std::sqrt(static_cast<double>(n));
    for (std::size_t i = 0; i < 3; ++i) {
        double sum = 0, squares = 0, products = 0;
        for (std::size_t k = 0; k < n; ++k) {
            sum += z[i][k];
            squares += z[i][k] * z[i][k] - 1;
            products += z[i][k] * z[(i + 1) % 3][k];
        }
        CHECK(std::fabs(sum) < 6.5 * root);
        CHECK(std::fabs(squares) < 6.5 * std::sqrt(2.) * root);
        CHECK(std::fabs(products) < 6.5 * root);
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
    const double z = brownian{7}.at(p).normal<double>(stream::solver, 5, 9);
    CHECK(z != brownian{7}.at({-1, 1, 1, 5}).normal<double>(stream::solver, 5, 9));
    CHECK(z != brownian{8}.at(p).normal<double>(stream::solver, 5, 9));
    CHECK(z != brownian{7}.at(p).normal<double>(stream::solver, 5, 10));
    CHECK(z == brownian{7}.at({-1, 1, 0, 8}).normal<double>(stream::solver, 8, 9));
}

TEST_CASE("what is not a number is refused") {
    check_refused<bad_argument>([] { between(std::nan(""), 1); }, {"log-SNR nan to 1"});
}

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Duals against derivatives by hand and central differences; on lanes against single numbers.
#include <diffgen/core/dual.hpp>
#include <diffgen/core/forward_gradient.hpp>
#include <diffgen/core/math.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

using namespace diffgen;

namespace {

template <class F>
double slope_at(double x, const F& f) {
    return f(dual<double>{x, {1}}).tangents[0];
}

/// A formula with every operation in it.
struct everything {
    template <class V>
    V operator()(std::span<const V> p) const {
        const V &a = p[0], &b = p[1], &c = p[2];
        V s = 2. - a * b / (c + 1.5) + 0.25 / c - (3. * a) / 2.;
        s += exp(a) * log(b) - sqrt(c) + tanh(a - b);
        s -= sin(a) * cos(b) + expm1(c);
        return fma(a, b, s) + max(a, b) * min(b, c) + abs(a - 2.) + select(a < b, a * a, b) -
               product(a, c);
    }
};

}  // namespace

TEST_CASE("derivatives by hand") {
    for (const double x : {0.3, 0.9, 2.5}) {
        CHECK(slope_at(x, [](auto v) { return v * v * v; }) == doctest::Approx(3 * x * x));
        CHECK(slope_at(x, [](auto v) { return 1. / v; }) == doctest::Approx(-1 / (x * x)));
        CHECK(slope_at(x, [](auto v) { return log(v); }) == doctest::Approx(1 / x));
        CHECK(slope_at(x, [](auto v) { return tanh(v); }) ==
              doctest::Approx(1 - std::tanh(x) * std::tanh(x)));
        CHECK(slope_at(x, [](auto v) { return sqrt(v) * exp(v); }) ==
              doctest::Approx((0.5 / std::sqrt(x) + std::sqrt(x)) * std::exp(x)));
        CHECK(slope_at(x, [](auto v) { return v * stopped(v); }) == doctest::Approx(x));
        CHECK(slope_at(-x, [](auto v) { return abs(v); }) == -1);
    }
    // Of a dual of a dual, the second derivative.
    const dual<dual<double>> x{{0.7, {1}}, {{{1, {0}}}}};
    CHECK((x * x * x).tangents[0].tangents[0] == doctest::Approx(6 * 0.7));
}

TEST_CASE("a gradient against central differences") {
    const std::vector<double> p{0.4, 0.7, 1.3};
    const auto found = forward_gradient(everything{}, p);
    CHECK(found.value == everything{}(std::span<const double>(p)));
    for (std::size_t i = 0; i < p.size(); ++i) {
        auto above = p, below = p;
        above[i] += 1e-6;
        below[i] -= 1e-6;
        const double difference = (everything{}(std::span<const double>(above)) -
                                   everything{}(std::span<const double>(below))) /
                                  2e-6;
        CHECK(std::abs(found.gradient[i] - difference) < 1e-8);
    }
}

TEST_CASE("more numbers than directions") {
    std::vector<double> p(19);
    for (std::size_t i = 0; i < p.size(); ++i)
        p[i] = 0.1 * static_cast<double>(i);
    const auto found = forward_gradient(
        []<class V>(std::span<const V> x) {
            V sum = broadcast<V>(0);
            for (const V& v : x)
                sum = sum + v * v * v;
            return sum;
        },
        p);
    for (std::size_t i = 0; i < p.size(); ++i)
        CHECK(found.gradient[i] == doctest::Approx(3 * p[i] * p[i]));
    CHECK(forward_gradient([]<class V>(std::span<const V>) { return broadcast<V>(2); },
                           std::span<const double>{})
              .value == 2);
}

TEST_CASE_TEMPLATE("lanes have the bits of single numbers", T, float, double) {
    constexpr int n = 16;  // as many lanes as there can be
    T x[n], value[n], tangent[n];
    for (int i = 0; i < n; ++i)
        x[i] = T(0.1) + T(0.17) * T(i);
    const auto f = [](const auto& v) { return exp(v) / (v + T(1)) - log(v) * tanh(v) + sqrt(v); };
    lanes::run<T>([&]<class V>(lanes::tag<V>) {
        for (int i = 0; i < n; i += value_traits<V>::width) {
            const auto y = f(dual<V>{load<V>(x + i), {broadcast<V>(T(1))}});
            store(value + i, y.primal);
            store(tangent + i, y.tangents[0]);
        }
    });
    for (int i = 0; i < n; ++i) {
        const auto y = f(dual<T>{x[i], {T(1)}});
        CHECK(value[i] == y.primal);
        CHECK(tangent[i] == y.tangents[0]);
    }
}

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Log densities of samples beside their scores: the two belong together (central differences), they
// are what the formulas say, and have the same bits on all back ends.
#include <diffgen/exec/evaluation.hpp>
#include <diffgen/exec/policy.hpp>
#include <diffgen/predictor/energy.hpp>
#include <diffgen/predictor/gaussian_mixture.hpp>
#include <diffgen/predictor/rescaled.hpp>

#include "check_refused.hpp"
#include "compare.hpp"
#include "mixtures.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <vector>

using namespace diffgen;
using testing::relative_error;

namespace {

constexpr double pi = 3.14159265358979323846;
const noise_level level{0.4, -2 * std::log(0.5 / 0.8), 0.8, 0.5, 0.4};

/// E = (x^2 - 1)^2 / 4 + (x - y)^2 / 2.
struct well {
    template <class V>
    DIFFGEN_VALUE V energy(const std::array<V, 2>& x) const {
        const V a = fma(x[0], x[0], broadcast<V>(-1)), b = x[0] - x[1];
        return fma(product(a, a), broadcast<V>(0.25), product(product(b, b), broadcast<V>(0.5)));
    }
    template <class V>
    DIFFGEN_VALUE std::array<V, 2> operator()(const std::array<V, 2>& x) const {
        const V a = fma(x[0], x[0], broadcast<V>(-1)), b = x[0] - x[1];
        return {fma(a, x[0], b), -b};
    }
};

/// E = sigma x^4 of one element: depends on the level.
struct quartic {
    template <class V, class S>
    DIFFGEN_VALUE V energy(const V& x, const level_of<S>& l) const {
        const V x2 = product(x, x);
        return product(product(x2, x2), broadcast<V>(l.sigma));
    }
    template <class V, class S>
    DIFFGEN_VALUE V operator()(const V& x, const level_of<S>& l) const {
        return product(product(product(x, x), x), broadcast<V>(4 * l.sigma));
    }
};

std::vector<double> places(std::size_t samples, std::size_t elements) {
    std::vector<double> x(samples * elements);
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = 1.7 * std::sin(0.9 * static_cast<double>(i) + 0.3);
    return x;
}

template <class Predictor>
std::vector<double> log_densities(const Predictor& p, std::vector<double> x, std::size_t samples) {
    std::vector<double> out(samples);
    exec::log_density(exec::cpp, p, batch(x, samples), level, out.data());
    return out;
}

/// The score against central differences of the log density, whose error is below 1e-8 here.
template <class Predictor>
void check_differences(const Predictor& p, std::size_t elements) {
    constexpr std::size_t samples = 7;
    constexpr double h = 1e-5;
    const std::vector<double> x = places(samples, elements);
    std::vector<double> net(x.size());
    exec::evaluator<exec::cpp_policy, Predictor, double, false> functors;
    functors.evaluate(exec::cpp, p, batch_view<const double>{x.data(), samples, elements},
                      batch_view<double>{net.data(), samples, elements}, std::span(&level, 1), {});
    const conversion to_d = p.to_denoised(level);
    for (std::size_t i = 0; i < x.size(); ++i) {
        auto up = x, down = x;
        up[i] += h;
        down[i] -= h;
        const std::size_t sample = i / elements;
        const double slope =
            (log_densities(p, up, samples)[sample] - log_densities(p, down, samples)[sample]) /
            (2 * h);
        const double d = to_d.state_factor * x[i] + to_d.output_factor * net[i];
        const double score = (level.alpha * d - x[i]) / (level.sigma * level.sigma);
        CHECK(std::fabs(score - slope) < 1e-8 * (1 + std::fabs(score)));
    }
}

template <class T>
std::vector<T> on(const auto& policy) {
    constexpr std::size_t samples = 1003;  // no multiple of a tile
    std::vector<T> x, out(samples);
    for (const double v : places(samples, 5))
        x.push_back(static_cast<T>(v));
    exec::log_density(policy, exact(testing::two_in_5d), batch(x, samples), level, out.data());
    return out;
}

}  // namespace

TEST_CASE("the score is the gradient of the log density") {
    check_differences(exact(testing::three_in_2d), 2);
    check_differences(exact(testing::two_in_5d), 5);
    check_differences(energy<2>(well{}), 2);
    check_differences(energy<2>(rescaled(well{}, std::array{0.3, 2.})), 2);
    check_differences(pointwise_energy(quartic{}), 3);
}

TEST_CASE("a mixture's log density is normalised") {
    // two components in one dimension, written out
    const gaussian_mixture<1, 2> m{{3, 1}, {{{-1}, {2}}}, {{{0.5}, {0.1}}}};
    const std::vector<double> x{-2, 0.1, 1.6, 30};
    const auto got = log_densities(exact(m), x, x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        const auto term = [&](double weight, double mean, double variance) {
            const double v = 0.64 * variance + 0.25, r = x[i] - 0.8 * mean;
            return std::log(weight / std::sqrt(2 * pi * v)) - r * r / (2 * v);
        };
        const double a = term(0.75, -1, 0.5), b = term(0.25, 2, 0.1);
        CHECK(relative_error(got[i], std::fmax(a, b) + std::log1p(std::exp(-std::fabs(a - b)))) <
              1e-14);
    }
}

TEST_CASE("energies by the formula, of samples and of their elements") {
    const auto x = places(9, 2);
    const auto wells = log_densities(energy<2>(well{}), x, 9);
    const auto quartics = log_densities(pointwise_energy(quartic{}), x, 9);
    for (std::size_t i = 0; i < 9; ++i) {
        const double a = x[2 * i], b = x[2 * i + 1];
        CHECK(relative_error(-wells[i], std::pow(a * a - 1, 2) / 4 + (a - b) * (a - b) / 2) <
              1e-14);
        CHECK(relative_error(-quartics[i], 0.5 * (a * a * a * a + b * b * b * b)) < 1e-14);
    }
}

TEST_CASE("the same bits on all back ends") {
    CHECK(on<double>(exec::omp) == on<double>(exec::cpp));
    CHECK(on<double>(exec::tbb) == on<double>(exec::cpp));
    CHECK(on<float>(exec::omp) == on<float>(exec::cpp));
}

TEST_CASE("samples of another size, and scales that are none, are refused") {
    std::vector<double> x(6), out(2);
    check_refused<bad_shape>(
        [&] { exec::log_density(exec::cpp, energy<2>(well{}), batch(x, 2), level, out.data()); },
        {"samples of 2 elements", "samples of 3"});
    check_refused<bad_argument>(
        [] {
            energy<2>(rescaled(well{}, std::array{1., 0.})).check();
        },
        {"rescaled", "scale 0", "dimension 1"});
}

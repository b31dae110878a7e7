// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Functors of samples, of elements and networks inside the pass: their traces by forward mode
// against the closed form and central differences, on as many lanes as this machine has.
#include <diffgen/density/denoiser.hpp>
#include <diffgen/noise/source.hpp>
#include <diffgen/posterior/mixture.hpp>
#include <diffgen/predictor/gaussian_mixture.hpp>
#include <diffgen/predictor/predicts.hpp>

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

using namespace diffgen;

namespace {

constexpr std::size_t samples = 21;  // not a multiple of any number of lanes

noise_level some_level() {
    noise_level l;
    l.t = 0.3;
    l.alpha = 0.8;
    l.sigma = 0.6;
    l.log_snr = 2 * std::log(l.alpha / l.sigma);
    return l;
}

std::vector<double> some_numbers(std::size_t n, std::uint32_t draw) {
    std::vector<double> x(n);
    for (std::size_t i = 0; i < n; ++i)
        x[i] = noise::philox{3}.normal<double>(noise::stream::data, draw, i);
    return x;
}

/// Every elementary function, of one sample of five elements and the level.
struct any_functor {
    template <class V, class S>
    DIFFGEN_VALUE std::array<V, 5> operator()(const std::array<V, 5>& x,
                                              const level_of<S>& l) const {
        std::array<V, 5> y;
        y[0] = tanh(x[0] + x[1]) * exp(x[2] * S(0.3));
        y[1] = sin(x[1]) + log(x[0] * x[0] + S(1));
        y[2] = x[3] / (S(2) + x[2] * x[2]);
        y[3] = sqrt(x[3] * x[3] + x[4] * x[4] + S(1)) * broadcast<V>(l.alpha);
        y[4] = max(x[4], x[0]) + cos(x[4] * x[1]);
        return y;
    }
};

struct one_element {
    template <class V, class S>
    DIFFGEN_VALUE V operator()(const V& x, const level_of<S>& l) const {
        return tanh(x * broadcast<V>(l.sigma)) * x;
    }
};

/// Estimates, traces and quadratic forms of a predictor against differences of its estimates.
template <class T, class Predictor>
void check_against_differences(const Predictor& p, std::size_t D, double tolerance) {
    density::denoiser<T, const Predictor> ask(p, D);
    const noise_level l = some_level();
    const auto x = some_numbers(samples * D, 0), v = some_numbers(samples * 2 * D, 1);
    std::vector<double> y(x.size()), traces(samples), forms(2 * samples), plain(x.size());
    ask.estimate(x, {&l, 1}, y, traces, {}, 0);
    ask.estimate(x, {&l, 1}, plain, forms, v, 2);
    CHECK(y == plain);
    ask.estimate(x, {&l, 1}, plain);
    for (std::size_t i = 0; i < x.size(); ++i)
        CHECK(std::abs(plain[i] - y[i]) < tolerance);
    const double h = std::cbrt(double(std::numeric_limits<T>::epsilon()));
    const auto along = [&](std::size_t probe, std::size_t element) {
        std::vector<double> sums(samples), up = x, down = x, above(x.size()), below(x.size());
        const auto step = [&](std::size_t i, std::size_t d) {
            return probe < 2 ? v[(i * 2 + probe) * D + d] : d == element ? 1. : 0.;
        };
        for (std::size_t i = 0; i < samples; ++i)
            for (std::size_t d = 0; d < D; ++d) {
                up[i * D + d] += h * step(i, d);
                down[i * D + d] -= h * step(i, d);
            }
        ask.estimate(up, {&l, 1}, above);
        ask.estimate(down, {&l, 1}, below);
        for (std::size_t i = 0; i < samples * D; ++i)
            sums[i / D] += step(i / D, i % D) * (above[i] - below[i]) / (2 * h);
        return sums;
    };
    std::vector<double> sums(samples);
    for (std::size_t d = 0; d < D; ++d) {
        const auto part = along(2, d);
        for (std::size_t i = 0; i < samples; ++i)
            sums[i] += part[i];
    }
    for (std::size_t i = 0; i < samples; ++i)
        CHECK(std::abs(sums[i] - traces[i]) < tolerance * (1 + std::abs(sums[i])));
    for (const std::size_t probe : {std::size_t{0}, std::size_t{1}}) {
        const auto found = along(probe, 0);
        for (std::size_t i = 0; i < samples; ++i)
            CHECK(std::abs(found[i] - forms[2 * i + probe]) < tolerance * (1 + std::abs(found[i])));
    }
}

}  // namespace

TEST_CASE_TEMPLATE("against differences", T, float, double) {
    const double tolerance = std::is_same_v<T, float> ? 2e-3 : 1e-7;
    check_against_differences<T>(predicts(denoised{}, samplewise<5>(any_functor{})), 5, tolerance);
    check_against_differences<T>(predicts(epsilon{}, samplewise<5>(any_functor{})), 5, tolerance);
    check_against_differences<T>(predicts(edm_preconditioned{}, samplewise<5>(any_functor{})), 5,
                                 tolerance);
    check_against_differences<T>(predicts(velocity{}, pointwise{one_element{}}), 7, tolerance);
    check_against_differences<T>(predicts(denoised{}, pointwise{one_element{}}), 1, tolerance);
}

TEST_CASE("a mixture's trace against its closed form") {
    const gaussian_mixture<3, 2> m{
        {0.4, 0.6}, {{{-0.8, 0.2, 0}, {0.9, -0.4, 1}}}, {{{0.1, 0.2, 0.3}, {0.04, 0.1, 0.2}}}};
    const auto same = posterior::mixture::diagonal(
        Eigen::Vector2d(0.4, 0.6), Eigen::MatrixXd{{-0.8, 0.9}, {0.2, -0.4}, {0, 1}},
        Eigen::MatrixXd{{0.1, 0.04}, {0.2, 0.1}, {0.3, 0.2}});
    const auto p = exact(m);
    density::denoiser<double, decltype(p)> ask(p, 3);
    const noise_level l = some_level();
    const auto x = some_numbers(samples * 3, 2);
    std::vector<double> y(x.size()), traces(samples);
    ask.estimate(x, {&l, 1}, y, traces, {}, 0);
    for (std::size_t i = 0; i < samples; ++i)
        CHECK(traces[i] == doctest::Approx(same.at(l).divergence(
                                               Eigen::Map<const Eigen::Vector3d>(x.data() + 3 * i)))
                               .epsilon(1e-12));
}

TEST_CASE("a sample has the bits that it has alone") {
    const auto p = predicts(denoised{}, samplewise<5>(any_functor{}));
    density::denoiser<double, decltype(p)> ask(p, 5);
    const noise_level l = some_level();
    const auto x = some_numbers(samples * 5, 0);
    std::vector<double> y(x.size()), traces(samples), one(5), trace(1);
    ask.estimate(x, {&l, 1}, y, traces, {}, 0);
    for (std::size_t i = 0; i < samples; ++i) {
        ask.estimate({x.data() + 5 * i, 5}, {&l, 1}, one, trace, {}, 0);
        CHECK(trace[0] == traces[i]);
        CHECK(one[2] == y[5 * i + 2]);
    }
    CHECK_THROWS_AS((density::denoiser<double, decltype(p)>(p, 4)), bad_shape);
}

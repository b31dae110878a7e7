// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// The noise of PFGM++: the same bits however it is drawn, the law of its radius, and Gaussian noise
// where there are many further dimensions.

#include <diffgen/core/beta_quantile.hpp>
#include <diffgen/exec/policy.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/noise/poisson_flow.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/solver/ddim.hpp>

#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

using namespace diffgen;

namespace {

constexpr std::size_t size = 5, samples = 40000;

std::vector<double> drawn(double extra, std::uint64_t seed = 4) {
    std::vector<double> z(size * samples);
    noise::poisson_flow{.seed = seed, .elements = size, .extra = extra}.fill<double>(
        noise::stream::prior, 0, 0, static_cast<int>(z.size()), z.data());
    return z;
}

/// b = |z|^2 / (|z|^2 + D) of each sample, in order.
std::vector<double> shares(const std::vector<double>& z, double extra) {
    std::vector<double> b(samples);
    for (std::size_t i = 0; i < samples; ++i) {
        double square = 0;
        for (std::size_t e = 0; e < size; ++e)
            square += z[i * size + e] * z[i * size + e];
        b[i] = square / (square + extra);
    }
    std::sort(b.begin(), b.end());
    return b;
}

/// The largest distance of the empirical distribution function to that of Beta(N / 2, D / 2).
double distance(const std::vector<double>& b, double extra) {
    double most = 0;
    const auto n = static_cast<double>(b.size());
    for (std::size_t i = 0; i < b.size(); ++i) {
        const double p = beta_distribution(b[i], 0.5 * size, 0.5 * extra);
        most = std::max({most, std::abs(p - static_cast<double>(i) / n),
                         std::abs(p - static_cast<double>(i + 1) / n)});
    }
    return most;
}

const auto still = [](auto in, auto out, const noise_level&) {
    std::copy(in.begin(), in.end(), out.begin());
};

}  // namespace

TEST_CASE_TEMPLATE("a fill has the numbers one by one, wherever it begins and ends", T, float,
                   double) {
    const noise::poisson_flow source{.seed = 5, .elements = 19, .extra = 3};
    std::vector<T> all(600);
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = source.normal<T>(noise::stream::forward, 3, i);
    for (const std::size_t first : {0u, 1u, 18u, 19u, 100u})
        for (const std::size_t count : {1u, 7u, 19u, 20u, 200u, 400u}) {
            CAPTURE(first);
            CAPTURE(count);
            std::vector<T> part(count);
            lanes::run<T>([&]<class V>(lanes::tag<V>) {
                source.fill<V>(noise::stream::forward, 3, first, static_cast<int>(count),
                               part.data());
            });
            CHECK(std::equal(part.begin(), part.end(),
                             all.begin() + static_cast<std::ptrdiff_t>(first)));
        }
}

TEST_CASE("the radius has the law that the paper draws it from") {
    for (const double extra : {1., 2.5, 8., 64., 2048.}) {
        CAPTURE(extra);
        const auto b = shares(drawn(extra), extra);
        // Kolmogorov and Smirnov: beyond 3.27 / sqrt(n) with probability 1e-9 at most.
        CHECK(distance(b, extra) < 3.27 / std::sqrt(samples));
        // 1.5 times the dimensions lie twice as far at least, while they are few; how the law tends
        // to the Gaussian one is below.
        if (extra <= 8)
            CHECK(distance(shares(drawn(1.5 * extra), extra), extra) > 6.5 / std::sqrt(samples));
        double mean = 0;
        for (const double each : b)
            mean += each / samples;
        const double p = size / (size + extra), variance = p * (1 - p) / (0.5 * (size + extra) + 1);
        CHECK(std::abs(mean - p) < 6.2 * std::sqrt(variance / samples));
    }
}

TEST_CASE("the moments of the radius") {
    // E |z|^2 = N D / (D - 2), E |z|^4 = N (N + 2) D^2 / ((D - 2) (D - 4)); 6.2 deviations of a
    // mean of 40,000, which are nearly normal here: a false alarm in 1e9.
    constexpr double D = 200, N = size;
    double mean = 0;
    const auto z = drawn(D);
    for (const double each : z)
        mean += each * each / samples;
    const double exact = N * D / (D - 2);
    const double fourth = N * (N + 2) * D * D / ((D - 2) * (D - 4));
    CHECK(std::abs(mean - exact) < 6.2 * std::sqrt((fourth - exact * exact) / samples));
}

TEST_CASE("with many further dimensions it is Gaussian noise") {
    constexpr double infinite = std::numeric_limits<double>::infinity();
    std::vector<double> normal(size * samples);
    noise::philox{4}.fill<double>(noise::stream::prior, 0, 0, static_cast<int>(normal.size()),
                                  normal.data());
    CHECK(drawn(infinite) == normal);
    // The scale is 1 + O(1 / sqrt(D)): its mean square distance to 1 is 1 / (2 D).
    for (const double extra : {1e4, 1e6, 1e8}) {
        const noise::poisson_flow source{.seed = 4, .elements = size, .extra = extra};
        double square = 0;
        for (std::uint64_t i = 0; i < 10000; ++i)
            square += std::pow(source.scale(noise::stream::prior, 0, i) - 1, 2) / 10000;
        CHECK(square * 2 * extra == doctest::Approx(1).epsilon(0.1));
    }
}

TEST_CASE("a prior is that of its samples, however the batch is split") {
    sampler s{schedule::edm{}, kernel::variance_exploding{}, predicts(denoised{}, still),
              solver::ddim{}, noise::poisson_flow{.elements = size, .extra = 8}};
    std::vector<float> x(50 * size), y(x.size());
    s.draw_prior(exec::cpp, batch(x, 50), {.steps = 4, .seed = 4});
    s.draw_prior(exec::cpp, batch(y.data(), 20 * size, 20), {.steps = 4, .seed = 4});
    s.draw_prior(exec::cpp, batch(y.data() + 20 * size, 30 * size, 30),
                 {.steps = 4, .seed = 4, .first_sample = 20});
    CHECK(x == y);
    std::vector<float> z(x.size());
    s.noise.seed = 4;
    s.noise.fill<float>(noise::stream::prior, 0, 0, static_cast<int>(z.size()), z.data());
    for (std::size_t i = 0; i < x.size(); ++i)
        CHECK(x[i] == doctest::Approx(80 * z[i]));
}

TEST_CASE("what makes no sense is refused before x is written") {
    sampler s{schedule::edm{}, kernel::variance_exploding{}, predicts(denoised{}, still),
              solver::ddim{}, noise::poisson_flow{.elements = size, .extra = 8}};
    std::vector<float> x(2 * 6, 3.0f);
    check_refused<bad_shape>([&] { s.generate(exec::cpp, batch(x, 2), {.steps = 2}); },
                             {"5 elements", "samples of 6"});
    for (const double extra : {0.5, -1., std::nan("")}) {
        s.noise = {.elements = 6, .extra = extra};
        check_refused<bad_argument>([&] { s.generate(exec::cpp, batch(x, 2), {.steps = 2}); },
                                    {"6 elements", "further dimensions"});
    }
    CHECK(x == std::vector<float>(2 * 6, 3.0f));
}

TEST_CASE("a step that adds noise wants Gaussian noise") {
    sampler s{schedule::edm{}, kernel::variance_exploding{}, predicts(denoised{}, still),
              solver::ddim{.eta = 0.5}, noise::poisson_flow{.elements = size, .extra = 8}};
    std::vector<float> x(2 * size, 3.0f);
    check_refused<bad_argument>([&] { s.generate(exec::cpp, batch(x, 2), {.steps = 3}); },
                                {"step 0", "must be Gaussian"});
    CHECK(x == std::vector<float>(2 * size, 3.0f));
    s.noise.extra = std::numeric_limits<double>::infinity();
    CHECK_NOTHROW(s.generate(exec::cpp, batch(x, 2), {.steps = 3}));
    s.noise.extra = 8;
    s.solver.eta = 0;
    CHECK_NOTHROW(s.generate(exec::cpp, batch(x, 2), {.steps = 3}));
}

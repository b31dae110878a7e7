// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Autoregressions against what is known of them: the random walk, the stationary first order, a
// series that follows one exactly, and forecasts as sums of innovations.

#include <diffgen/task/autoregression.hpp>

#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace diffgen;
using posterior::Index;
using posterior::matrix;
using posterior::vector;
using task::autoregression;

namespace {

std::vector<double> window(std::vector<double> known, std::size_t missing,
                           const std::vector<double>& after = {}) {
    known.insert(known.end(), missing, NAN);
    known.insert(known.end(), after.begin(), after.end());
    return known;
}

}  // namespace

TEST_CASE("a random walk: straight forecasts, and Brownian bridges over gaps") {
    const autoregression walk(vector::Ones(1), 0, 2);
    const auto future = walk.missing(window({5}, 4));
    const auto gap = walk.missing(window({5}, 3, {9}));
    for (Index k = 0; k < 4; ++k) {
        CHECK(future.mean[k] == doctest::Approx(5).epsilon(1e-12));
        CHECK(future.covariance(k, k) == doctest::Approx(2. * static_cast<double>(k + 1)));
    }
    CHECK(future.covariance(1, 3) == doctest::Approx(4));
    for (Index k = 0; k < 3; ++k) {
        const double s = static_cast<double>(k + 1);
        CHECK(gap.mean[k] == doctest::Approx(5 + s).epsilon(1e-12));
        CHECK(gap.covariance(k, k) == doctest::Approx(2 * s * (4 - s) / 4).epsilon(1e-12));
    }
    CHECK(gap.places == std::vector<Index>{1, 2, 3});
}

TEST_CASE("a forecast is the recursion, its covariance the sums of innovations") {
    vector c(3);
    c << 0.5, -0.3, 0.2;
    const autoregression a(c, 0.4, 1.7);
    const std::vector<double> past{1, -2, 0.5, 3};
    const Index h = 6;
    const auto future = a.missing(window(past, static_cast<std::size_t>(h)));
    std::vector<double> x = past;
    vector psi = vector::Zero(h);
    for (Index k = 0; k < h; ++k) {
        const std::size_t n = x.size();
        x.push_back(0.4 + 0.5 * x[n - 1] - 0.3 * x[n - 2] + 0.2 * x[n - 3]);
        CHECK(future.mean[k] == doctest::Approx(x.back()).epsilon(1e-12));
        psi[k] = k == 0 ? 1 : 0;
        for (Index j = 1; j <= std::min<Index>(k, 3); ++j)
            psi[k] += c[j - 1] * psi[k - j];
    }
    for (Index i = 0; i < h; ++i)
        for (Index j = 0; j <= i; ++j) {
            double sum = 0;
            for (Index k = 0; k <= j; ++k)
                sum += psi[i - k] * psi[j - k];
            CHECK(future.covariance(i, j) == doctest::Approx(1.7 * sum).epsilon(1e-12));
        }
    CHECK(future.density().mean().isApprox(future.mean));
}

TEST_CASE("least squares find the numbers of a series, and differences are integrated") {
    std::vector<double> x{1, 0.3}, levels{10};
    std::uint64_t state = 1;
    for (int t = 0; t < 4000; ++t) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        const double e = static_cast<double>(state >> 11) * 0x1p-53 - 0.5;  // variance 1/12
        x.push_back(0.2 + 0.6 * x[x.size() - 1] - 0.25 * x[x.size() - 2] + e);
    }
    const auto a = autoregression::fit(x, 2);
    CHECK(std::abs(a.coefficients()[0] - 0.6) < 0.1);  // deviations are 0.015
    CHECK(std::abs(a.coefficients()[1] + 0.25) < 0.1);
    CHECK(std::abs(a.variance() - 1. / 12) < 0.01);
    for (const double d : x)
        levels.push_back(levels.back() + d);
    const auto whole = a.integrated();
    REQUIRE(whole.order() == 3);
    const std::vector<double> end(levels.end() - 3, levels.end()), ends(x.end() - 2, x.end());
    const auto of_levels = whole.missing(window(end, 2)), of_steps = a.missing(window(ends, 2));
    CHECK(of_levels.mean[0] == doctest::Approx(levels.back() + of_steps.mean[0]).epsilon(1e-9));
    CHECK(of_levels.mean[1] ==
          doctest::Approx(levels.back() + of_steps.mean[0] + of_steps.mean[1]).epsilon(1e-9));
    CHECK(of_levels.covariance(1, 1) == doctest::Approx(of_steps.covariance.sum()).epsilon(1e-9));
}

TEST_CASE("what makes no sense is refused") {
    const autoregression a(vector::Constant(2, 0.3), 0, 1);
    check_refused<bad_shape>([&] { (void)a.missing(window({1}, 2)); },
                             {"value 1", "needs the first 2"});
    check_refused<bad_shape>(
        [&] {
            (void)a.missing(std::vector<double>{1, 2, 3});
        },
        {"without missing values"});
    check_refused<bad_argument>(
        [&] {
            (void)a.missing(std::vector<double>{1, INFINITY, NAN});
        },
        {"value 1", "inf"});
    check_refused<bad_argument>([] { autoregression(vector(0), 0, 1); }, {"order 0"});
    check_refused<bad_argument>([] { autoregression(vector::Ones(1), 0, 0); }, {"variance 0"});
    check_refused<bad_shape>([] { (void)autoregression::fit(std::vector<double>(5), 2); },
                             {"order 2 from 5 values"});
    check_refused<non_finite>([] { (void)autoregression::fit(std::vector<double>(9, NAN), 2); },
                              {"not finite"});
}

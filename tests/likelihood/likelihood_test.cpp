// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Likelihoods sum or integrate to one, and have the gradients that differences say.
#include <diffgen/core/forward_gradient.hpp>
#include <diffgen/likelihood/bernoulli.hpp>
#include <diffgen/likelihood/dequantised.hpp>
#include <diffgen/likelihood/discretised_gaussian.hpp>
#include <diffgen/likelihood/logistic_mixture.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

using namespace diffgen;

TEST_CASE("the probabilities of all levels sum to one") {
    const likelihood::discretised_gaussian<> model{likelihood::lattice::with_ends(17)};
    for (const double scale : {-4., -1., 1.}) {
        double sum = 0;
        for (int k = 0; k < 17; ++k)
            sum += std::exp(model.log_likelihood(k, 0.3, scale));
        CHECK(sum == doctest::Approx(1).epsilon(1e-13));
    }
    likelihood::discretised_logistic_mixture colour{3, 2, likelihood::lattice::with_ends(6)};
    std::vector<double> p(colour.parameters());
    for (std::size_t i = 0; i < p.size(); ++i)
        p[i] = std::sin(3. * static_cast<double>(i));
    double sum = 0;
    for (int r = 0; r < 6; ++r)
        for (int g = 0; g < 6; ++g)
            for (int b = 0; b < 6; ++b)
                sum += std::exp(
                    colour.log_likelihood(std::array{r, g, b}, std::span<const double>(p)));
    CHECK(sum == doctest::Approx(1).epsilon(1e-13));
    sum = 0;
    const std::vector<double> logits{1, -2, 0.5};
    for (int k = 0; k < 3; ++k)
        sum +=
            std::exp(likelihood::categorical::log_likelihood(k, std::span<const double>(logits)));
    CHECK(sum == doctest::Approx(1));
}

TEST_CASE("the continuous Bernoulli integrates to one, also near logit 0") {
    for (const double logit : {-30., -0.1001, -0.0999, 0., 1e-9, 0.05, 4., 200.}) {
        double sum = 0;
        const int n = 200000;
        for (int i = 0; i < n; ++i)
            sum +=
                std::exp(likelihood::continuous_bernoulli::log_likelihood((i + 0.5) / n, logit)) /
                n;
        CHECK(sum == doctest::Approx(1).epsilon(1e-6));
    }
}

TEST_CASE("far tails keep their logarithms") {
    // log Phi(-40) = -804.608442..., which underflows as a probability (Abramowitz,
    // Stegun 26.2.12).
    CHECK(likelihood::log_normal_mass(-INFINITY, -40.) == doctest::Approx(-804.608442013754));
    const double lower = 40, upper = 40.01;
    CHECK(likelihood::log_normal_mass(lower, upper) ==
          doctest::Approx(likelihood::log_normal_mass(-upper, -lower)));
    CHECK(std::isfinite(likelihood::log_normal_mass(1000., 1001.)));
    CHECK(likelihood::softplus(800.) == 800);
    CHECK(likelihood::softplus(-800.) == 0);
    // Where the asymptotic series takes over from erfc, nothing jumps.
    CHECK(likelihood::detail::log_erfc(20) ==
          doctest::Approx(std::log(std::erfc(20.))).epsilon(1e-14));
}

TEST_CASE("gradients against central differences") {
    const likelihood::discretised_logistic_mixture model{1, 3, likelihood::lattice::with_ends(17)};
    const std::vector<double> p{0.2, -0.5, 0.9, 0.1, -0.8, 0.4, -1.2, -1.5, -0.7};
    for (const int k : {0, 7, 16}) {
        const std::array pixel{k};
        const auto f = [&]<class V>(std::span<const V> q) {
            return model.log_likelihood(std::span<const int>(pixel), q);
        };
        const auto found = forward_gradient(f, p);
        for (std::size_t i = 0; i < p.size(); ++i) {
            auto above = p, below = p;
            above[i] += 1e-6;
            below[i] -= 1e-6;
            CHECK(std::abs((f(std::span<const double>(above)) - f(std::span<const double>(below))) /
                               2e-6 -
                           found.gradient[i]) < 1e-8);
        }
    }
    const likelihood::discretised_gaussian<> exact_mass{likelihood::lattice::with_ends(17)};
    for (const int k : {0, 3, 16}) {
        const auto f = [&]<class V>(std::span<const V> q) {
            return exact_mass.log_likelihood(k, q[0], q[1]);
        };
        const auto found = forward_gradient(f, std::vector<double>{0.9, -2.});
        const double d = (f(std::span<const double>(std::vector<double>{0.9, -2 + 1e-6})) -
                          f(std::span<const double>(std::vector<double>{0.9, -2 - 1e-6}))) /
                         2e-6;
        CHECK(found.gradient[1] == doctest::Approx(d).epsilon(1e-6));
    }
}

TEST_CASE("dequantisation and its inverse, and its derivative") {
    const likelihood::dequantised_logit q{256, 0.05};
    for (const int k : {0, 100, 255}) {
        CHECK(q.level(q(k, 0.5).value) == k);
        const double d = (q(k, 0.5 + 1e-5).value - q(k, 0.5 - 1e-5).value) / 2e-5;
        CHECK(std::exp(q(k, 0.5).log_det) == doctest::Approx(d).epsilon(1e-6));
    }
    CHECK(q.level(100) == 255);
    CHECK(q.level(-100) == 0);
}

TEST_CASE("bad input") {
    const auto check_logit = [](double margin) {
        likelihood::dequantised_logit{256, margin}.check();
    };
    CHECK_THROWS_AS(check_logit(0.5), bad_argument);
    CHECK_THROWS_AS(static_cast<void>(likelihood::lattice::with_ends(1)), bad_argument);
    const auto lattice = likelihood::lattice::with_ends(5);
    CHECK_THROWS_WITH_AS(static_cast<void>(lattice.level(1.3)),
                         "diffgen: the value 1.3 is none of 5 levels from -1 in steps of 0.5",
                         bad_argument);
    const likelihood::discretised_logistic_mixture two{2, 3};
    CHECK_THROWS_AS(two.check(), bad_argument);
    const likelihood::discretised_logistic_mixture one{1, 1};
    const std::vector<double> p(5);
    CHECK_THROWS_AS(
        static_cast<void>(one.log_likelihood(std::array{3}, std::span<const double>(p))),
        bad_shape);
}

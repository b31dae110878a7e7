// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/posterior/draw.hpp>
#include <diffgen/posterior/exact_posterior.hpp>
#include <diffgen/posterior/fit_mixture.hpp>
#include <diffgen/posterior/mixture.hpp>

#include <diffgen/posterior/operators/dense.hpp>

#include "check_refused.hpp"
#include "mixtures.hpp"

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

using namespace diffgen;
using posterior::matrix;
using posterior::mixture;
using posterior::vector;

TEST_CASE("one Gaussian has the formulas of the textbook") {
    const auto m = mixture::full(vector::Ones(1), matrix{{1}, {-2}}, {matrix{{2, 0.5}, {0.5, 1}}});
    const auto at = m.at(0.6, 0.8);
    const vector x{{0.3, 0.4}};
    const matrix c = m.gaussian_components::covariance(0);
    const matrix s = 0.36 * c + 0.64 * matrix::Identity(2, 2);
    const vector r = x - 0.6 * m.means().col(0);
    const matrix inverse = s.inverse();
    CHECK((at.score(x) + inverse * r).norm() < 1e-14);
    CHECK((at.denoised(x) - (m.means().col(0) + 0.6 * c * inverse * r)).norm() < 1e-14);
    CHECK((at.covariance(x) - (c - 0.36 * c * inverse * c)).norm() < 1e-14);
    const double pi = 3.141592653589793;
    const double log_density =
        -0.5 * (r.dot(inverse * r) + std::log(s.determinant())) - std::log(2 * pi);
    CHECK(at.log_density(x) == doctest::Approx(log_density).epsilon(1e-14));
}

TEST_CASE("isotropic and diagonal covariances are full ones of that form") {
    const auto weights = vector{{1., 3.}};
    const matrix means{{0, 1}, {2, -1}}, variances{{0.5, 2}, {0.5, 2}};
    const auto a = mixture::isotropic(weights, means, vector{{0.5, 2}});
    const auto b = mixture::diagonal(weights, means, variances);
    const auto c =
        mixture::full(weights, means, {0.5 * matrix::Identity(2, 2), 2 * matrix::Identity(2, 2)});
    const vector x{{0.2, 0.1}};
    for (const mixture* other : {&b, &c}) {
        CHECK((other->at(0.5, 0.7).denoised(x) - a.at(0.5, 0.7).denoised(x)).norm() < 1e-15);
        CHECK((other->covariance() - a.covariance()).norm() < 1e-15);
    }
    CHECK(a.weights() == vector{{0.25, 0.75}});
}

TEST_CASE("the score is the gradient of the log density, the products those of the Jacobian") {
    const mixture m = mixtures::full(3, 4);
    const auto at = m.at(0.7, 0.4);
    const vector x{{0.3, -0.8, 1.1}}, v{{0.2, 1, -0.7}};
    const double h = 1e-5;
    const double slope = (at.log_density(x + h * v) - at.log_density(x - h * v)) / (2 * h);
    CHECK(slope == doctest::Approx(at.score(x).dot(v)).epsilon(1e-8));
    const vector column = (at.denoised(x + h * v) - at.denoised(x - h * v)) / (2 * h);
    CHECK((column - at.jvp(x, v)).norm() < 1e-8);
    CHECK((at.vjp(x, v) - 0.7 / 0.16 * at.covariance(x) * v).norm() < 1e-13);
    // Tweedie
    CHECK((at.denoised(x) - (x + 0.16 * at.score(x)) / 0.7).norm() < 1e-14);
}

TEST_CASE("far away from all components every result is finite") {
    const mixture m = mixtures::full(3, 4);
    const auto at = m.at(1, 1e-3);
    const vector x = vector::Constant(3, 1e6);
    CHECK(at.denoised(x).allFinite());
    CHECK(std::isfinite(at.log_density(x)));
    CHECK(at.shares(x).sum() == doctest::Approx(1));
}

TEST_CASE("the mixture of a class has its components alone") {
    const mixture m = mixtures::full(2, 3);
    const std::vector<int> labels{0, 1, 0};
    const mixture c = m.of_class(labels, 0);
    CHECK(c.components() == 2);
    CHECK(c.weights()[1] == doctest::Approx(m.weights()[2] / (m.weights()[0] + m.weights()[2])));
    CHECK(c.gaussian_components::covariance(1) == m.gaussian_components::covariance(2));
    check_refused<bad_argument>([&] { (void)(m.of_class(labels, 7)); }, {"label 7"});
    check_refused<bad_shape>([&] { (void)(m.of_class(std::vector<int>{1}, 1)); },
                             {"1 elements, not 3"});
}

TEST_CASE("mixtures that make no sense are refused") {
    const matrix means{{0, 1}};
    check_refused<bad_shape>(
        [&] { (void)(mixture::isotropic(vector::Ones(3), means, vector::Ones(2))); },
        {"3 weights"});
    check_refused<bad_argument>(
        [&] {
            (void)(mixture::isotropic(vector{{1, 0}}, means, vector::Ones(2)));
        },
        {"weight 1"});
    check_refused<bad_argument>(
        [&] {
            (void)(mixture::isotropic(vector::Ones(2), means, vector{{1, -1}}));
        },
        {"variance -1"});
    check_refused<non_finite>(
        [&] {
            (void)(mixture::isotropic(vector::Ones(2),
                                      matrix{{0, std::numeric_limits<double>::quiet_NaN()}},
                                      vector::Ones(2)));
        },
        {"component 1"});
    check_refused<bad_argument>(
        [&] {
            (void)(mixture::full(vector::Ones(1), matrix{{0}, {0}}, {matrix{{1, 2}, {2, 1}}}));
        },
        {"-1"});
    check_refused<bad_argument>(
        [&] {
            (void)(mixture::full(vector::Ones(1), matrix{{0}, {0}}, {matrix{{1, 0.5}, {0, 1}}}));
        },
        {"transpose"});
    const auto point = mixture::isotropic(vector::Ones(1), matrix{{0}}, vector::Zero(1));
    check_refused<bad_argument>([&] { (void)(point.at(1, 0)); }, {"without variance"});
    CHECK(point.at(1, 0.1).denoised(vector::Ones(1))[0] == 0);
    check_refused<bad_shape>([&] { (void)(point.at(1, 1).score(vector::Ones(2))); },
                             {"2 elements, not 1"});
}

TEST_CASE("a measurement without noise pins what it sees") {
    const mixture m = mixtures::full(3, 4);
    const posterior::dense a(matrix{{1, 0, 0}});
    const auto [given, log_evidence] = posterior::exact_posterior(m, a, vector{{0.4}}, 0);
    const matrix x = posterior::draw(given, 50, 3);
    CHECK((x.row(0).array() - 0.4).abs().maxCoeff() < 1e-7);
    const auto line = mixture::diagonal(m.weights(), m.means().row(0), [&] {
        matrix v(1, 4);
        for (int k = 0; k < 4; ++k)
            v(0, k) = m.gaussian_components::covariance(k)(0, 0);
        return v;
    }());
    CHECK(log_evidence == doctest::Approx(line.at(1, 0).log_density(vector{{0.4}})).epsilon(1e-12));
    const posterior::dense twice(matrix{{1, 0, 0}, {1, 0, 0}});
    check_refused<bad_argument>(
        [&] {
            (void)(posterior::exact_posterior(m, twice, vector{{0.4, 0.4}}, 0));
        },
        {"without variance"});
}

TEST_CASE("every iteration of a fit raises the likelihood, and finds what was drawn") {
    const auto truth =
        mixture::full(vector{{0.3, 0.7}}, matrix{{-2, 2}, {0, 1}},
                      {matrix{{1, 0.6}, {0.6, 1}}, matrix{{0.5, -0.2}, {-0.2, 0.3}}});
    const matrix x = posterior::draw(truth, 4000, 5);
    for (const auto kind :
         {posterior::covariance_kind::isotropic, posterior::covariance_kind::diagonal,
          posterior::covariance_kind::full}) {
        const auto fit = posterior::fit_mixture(
            x, {.components = 2, .covariances = kind, .ridge = 0, .seed = 1});
        CHECK(fit.converged);
        for (std::size_t i = 1; i < fit.log_likelihood.size(); ++i)
            CHECK(fit.log_likelihood[i] >= fit.log_likelihood[i - 1] - 1e-12);
        if (kind != posterior::covariance_kind::full) continue;
        const posterior::Index left = fit.mixture.means()(0, 0) < 0 ? 0 : 1;
        // Standard errors are below 0.04: eight of them is a false alarm rate below 1e-12.
        CHECK(std::abs(fit.mixture.weights()[left] - 0.3) < 0.06);
        CHECK((fit.mixture.means().col(left) - vector{{-2, 0}}).cwiseAbs().maxCoeff() < 0.25);
        CHECK((fit.mixture.gaussian_components::covariance(left) - matrix{{1, 0.6}, {0.6, 1}})
                  .cwiseAbs()
                  .maxCoeff() < 0.4);
    }
    check_refused<bad_argument>(
        [&] { (void)(posterior::fit_mixture(x.leftCols(1), {.components = 2})); },
        {"not at least 2"});
}

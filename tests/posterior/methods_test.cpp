// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// The estimates that methods make of a measurement, against the exact ones: for one Gaussian, those
// of moment matching are exact.

#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/posterior/exact_posterior.hpp>
#include <diffgen/posterior/finite_differences.hpp>
#include <diffgen/posterior/given.hpp>
#include <diffgen/posterior/methods/gradient.hpp>
#include <diffgen/posterior/methods/moment_matching.hpp>
#include <diffgen/posterior/methods/projection.hpp>
#include <diffgen/posterior/operators/dense.hpp>
#include <diffgen/posterior/operators/selection.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/process/process.hpp>
#include <diffgen/schedule/linear_beta.hpp>

#include "check_refused.hpp"
#include "mixtures.hpp"

#include <Eigen/LU>
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <span>
#include <type_traits>
#include <vector>

using namespace diffgen;
using posterior::Index;
using posterior::matrix;
using posterior::measured;
using posterior::mixture;
using posterior::vector;

namespace {

const noise_level level{.t = 0.4, .log_snr = std::log(0.49 / 0.25), .alpha = 0.7, .sigma = 0.5};

template <class Predictor>
matrix estimate(Predictor p, const matrix& x) {
    return posterior::estimator<Predictor>(std::move(p)).denoised(x, level);
}

/// The network's noise prediction for a mixture: another output, another Jacobian.
struct noise_network {
    mixture m;

    template <class Level>
    void operator()(batch_view<const double> in, batch_view<double> out, const Level& l) const {
        m(in, out, l);
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = (in.data[i] - level.alpha * out.data[i]) / level.sigma;
    }
    template <class Level>
    void vjp(batch_view<const double> in, batch_view<const double> v, batch_view<double> out,
             const Level& l) const {
        m.vjp(in, v, out, l);
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = (v.data[i] - level.alpha * out.data[i]) / level.sigma;
    }
};

const matrix states = mixtures::normals(5, 3, 77);
const matrix A = mixtures::normals(2, 5, 78);
const vector y{{0.4, -1.2}};

}  // namespace

TEST_CASE("moment matching is exact for one Gaussian, by conjugate gradients and by GMRES") {
    const mixture prior = mixtures::full(5, 1);
    const auto exact = posterior::exact_posterior(prior, posterior::dense(A), y, 0.3).posterior;
    const measured m(posterior::dense(A), y, 0.3);
    const auto p = predicts(denoised{}, prior);
    using method = posterior::krylov::method;
    const matrix by_cg = estimate(
        posterior::given(p, m, posterior::moment_matching{{method::conjugate_gradients, 2}}),
        states);
    const matrix by_gmres =
        estimate(posterior::given(p, m, posterior::moment_matching{{method::gmres, 2}}), states);
    const matrix known =
        estimate(posterior::given(p, m, posterior::prior_covariance(prior.covariance())), states);
    for (Index i = 0; i < states.cols(); ++i) {
        const vector truth = exact.at(level).denoised(states.col(i));
        CHECK((by_cg.col(i) - truth).norm() < 1e-12);
        CHECK((by_gmres.col(i) - truth).norm() < 1e-12);
        CHECK((known.col(i) - truth).norm() < 1e-12);
    }
}

TEST_CASE("one measured number: the row sum is the variance, and TMPD is exact for one Gaussian") {
    const mixture prior = mixtures::full(5, 1);
    const posterior::dense a(A.row(0));
    const auto exact = posterior::exact_posterior(prior, a, y.head(1), 0.3).posterior;
    const matrix d =
        estimate(posterior::given(predicts(denoised{}, prior), measured(a, vector(y.head(1)), 0.3),
                                  posterior::row_sums{}),
                 states);
    for (Index i = 0; i < states.cols(); ++i)
        CHECK((d.col(i) - exact.at(level).denoised(states.col(i))).norm() < 1e-12);
}

TEST_CASE("the gain of PGDM is exact for standard normal data of a level that preserves variance") {
    const mixture prior = mixture::isotropic(vector::Ones(1), matrix::Zero(5, 1), vector::Ones(1));
    const noise_level preserved{
        .t = 0.3, .log_snr = std::log(0.36 / 0.64), .alpha = 0.6, .sigma = 0.8};
    const auto exact = posterior::exact_posterior(prior, posterior::dense(A), y, 0.3).posterior;
    auto p = posterior::given(predicts(denoised{}, prior), measured(posterior::dense(A), y, 0.3),
                              posterior::pseudo_inverse_guidance{});
    const matrix d = posterior::estimator<decltype(p)>(p).denoised(states, preserved);
    for (Index i = 0; i < states.cols(); ++i)
        CHECK((d.col(i) - exact.at(preserved).denoised(states.col(i))).norm() < 1e-13);
}

TEST_CASE("DPS is the gradient of the likelihood of the estimate") {
    const mixture prior = mixtures::full(5, 3);
    const measured m(posterior::dense(A), y, 0.3);
    const auto p = predicts(denoised{}, prior);
    const matrix d = estimate(posterior::given(p, m, posterior::dps{.weight = 0.6}), states);
    const auto log_likelihood = [&](const vector& x) {
        return -(y - A * prior.at(level).denoised(x)).squaredNorm() / (2 * 0.09);
    };
    for (Index e = 0; e < 5; ++e) {
        const vector step = 1e-6 * vector::Unit(5, e), x = states.col(1);
        const double slope = (log_likelihood(x + step) - log_likelihood(x - step)) / 2e-6;
        const double moved = d(e, 1) - prior.at(level).denoised(x)[e];
        CHECK(moved == doctest::Approx(0.6 * 0.25 / 0.7 * slope).epsilon(1e-6));
    }
}

TEST_CASE("projections see what was measured, and minimise what they say") {
    const mixture prior = mixtures::full(5, 3);
    const posterior::dense a(A);
    const auto p = predicts(denoised{}, prior);
    const matrix exact =
        estimate(posterior::given(p, measured(a, y, 0), posterior::null_space(a)), states);
    CHECK((A * exact - y.replicate(1, 3)).norm() < 1e-13);
    const matrix d = estimate(p, states);
    const Eigen::FullPivLU<matrix> lu(A);
    CHECK((lu.kernel().transpose() * (exact - d)).norm() < 1e-13);  // nothing else moved

    const matrix q = estimate(
        posterior::given(p, measured(a, y, 0.3), posterior::proximal{.lambda = 2}), states);
    const double pull = 2 * 0.49 / 0.25;
    CHECK((A.transpose() * (A * q - y.replicate(1, 3)) / 0.09 + pull * (q - d)).norm() < 1e-12);
}

TEST_CASE(
    "every method gives the same for any output of the network, and for rows at levels of their "
    "own") {
    const mixture prior = mixtures::full(5, 3);
    const posterior::dense a(A);
    const measured m(a, y, 0.3);
    const noise_network noise{prior};
    const auto check = [&](auto method) {
        const matrix one =
            estimate(posterior::given(predicts(denoised{}, prior), m, method), states);
        const matrix other = estimate(
            posterior::given(predicts(epsilon{}, noise_network{prior}), m, method), states);
        CHECK((one - other).norm() < 1e-11);
        CHECK(other ==
              estimate(posterior::given(predicts(epsilon{}, std::ref(noise)), m, method), states));
        const matrix differences = estimate(
            posterior::given(predicts(denoised{}, posterior::finite_differences(prior)), m, method),
            states);
        CHECK((one - differences).norm() < 1e-7);

        std::vector<noise_level> levels(3, level);
        levels[2].sigma = 0.9;
        auto p = posterior::given(predicts(denoised{}, prior), m, method);
        posterior::estimator<decltype(p)> e(p);
        const matrix rows = e.denoised(states, std::span<const noise_level>(levels));
        CHECK(rows.leftCols(2) == one.leftCols(2));
        CHECK(rows.col(2) == e.denoised(matrix(states.col(2)), levels[2]));
    };
    check(posterior::moment_matching{});
    check(posterior::row_sums{});
    check(posterior::prior_covariance(prior.covariance()));
    check(posterior::pseudo_inverse_guidance{});
    check(posterior::dps{.inflation = 1});
    check(posterior::null_space(a));
    check(posterior::proximal{});
}

TEST_CASE("a measurement for each row is that row's") {
    const mixture prior = mixtures::full(5, 3);
    const matrix ys = mixtures::normals(2, 3, 5);
    const auto p = predicts(denoised{}, prior);
    const matrix all = estimate(
        posterior::given(p, measured(posterior::dense(A), ys, 0.3), posterior::moment_matching{}),
        states);
    for (Index i = 0; i < 3; ++i)
        CHECK(all.col(i) ==
              estimate(posterior::given(p, measured(posterior::dense(A), matrix(ys.col(i)), 0.3),
                                        posterior::moment_matching{}),
                       matrix(states.col(i))));
    auto wrong =
        posterior::given(p, measured(posterior::dense(A), ys, 0.3), posterior::moment_matching{});
    check_refused<bad_shape>([&] { (void)estimate(wrong, matrix(states.leftCols(2))); },
                             {"3 measurements", "2 samples"});
}

TEST_CASE("what makes no sense is refused") {
    const posterior::dense a(A);
    check_refused<bad_shape>([&] { measured(a, vector(vector::Ones(3)), 0.1); },
                             {"3 elements, not 2"});
    check_refused<bad_argument>([&] { measured(a, y, -0.1); }, {"sigma = -0.1"});
    check_refused<bad_argument>(
        [&] {
            (void)posterior::given(predicts(denoised{}, mixtures::full(5, 2)), measured(a, y, 0.1),
                                   posterior::dps{.weight = -1});
        },
        {"weight = -1"});
    check_refused<bad_argument>(
        [&] {
            (void)estimate(posterior::given(predicts(denoised{}, mixtures::full(5, 2)),
                                            measured(a, y, 0), posterior::dps{}),
                           states);
        },
        {"without noise"});
    static_assert(posterior::differentiable_network<mixture>);
    static_assert(!posterior::differentiable_network<decltype(
                      [](batch_view<const double>, batch_view<double>, noise_level) {})>);
}

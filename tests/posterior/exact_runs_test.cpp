// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Runs that are exact in a limit: twisted Monte Carlo as the particles grow, split Gibbs at its own
// noise, Langevin dynamics in small steps.

#include <diffgen/exec/policy.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/posterior/alternating.hpp>
#include <diffgen/posterior/exact_posterior.hpp>
#include <diffgen/posterior/langevin.hpp>
#include <diffgen/posterior/operators/dense.hpp>
#include <diffgen/posterior/operators/selection.hpp>
#include <diffgen/posterior/twisted.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ancestral.hpp>

#include "check_refused.hpp"
#include "mixtures.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>
#include <vector>

using namespace diffgen;
using posterior::Index;
using posterior::matrix;
using posterior::measured;
using posterior::mixture;
using posterior::vector;

namespace {

template <class Predictor>
auto sampler_of(Predictor p) {
    return sampler{schedule::linear_beta{}, kernel::variance_preserving{}, std::move(p),
                   solver::ancestral{}};
}

const mixture standard = mixture::isotropic(vector::Ones(1), matrix::Zero(1, 1), vector::Ones(1));

}  // namespace

TEST_CASE("systematic resampling gives each particle its share, up to one") {
    const vector w{{0.1, 0.55, 0, 0.35}};
    vector mean = vector::Zero(4);
    constexpr int n = 1000;
    for (int i = 0; i < n; ++i) {
        vector count = vector::Zero(4);
        for (const Index p : posterior::systematic(w, (i + 0.5) / n))
            count[p] += 1;
        CHECK((count - 4 * w).cwiseAbs().maxCoeff() < 1);
        mean += count / n;
    }
    CHECK((mean - 4 * w).cwiseAbs().maxCoeff() < 2e-3);
    CHECK(posterior::effective_sample_size(vector::Constant(8, 0.125)) == 8);
    check_refused<non_finite>([] { (void)posterior::normalise(vector::Constant(2, -INFINITY)); },
                              {"2 log weights is -inf"});
}

TEST_CASE("twisted Monte Carlo: moments and evidence of the posterior, group by group") {
    const mixture prior = mixtures::full(2, 3);
    const posterior::dense a(matrix{{1, -0.5}});
    const vector y{{0.8}};
    const auto exact = posterior::exact_posterior(prior, a, y, 0.4);
    const auto s = sampler_of(predicts(denoised{}, prior));
    const auto levels = s.levels({.steps = 60});
    const measured m(a, y, 0.4);
    const auto run = posterior::twisted(s.predictor, m, levels, 20, {.particles = 100, .seed = 2});
    const vector mean = run.samples.rowwise().mean();
    const matrix off = run.samples.colwise() - exact.posterior.mean();
    const double deviation = std::sqrt(exact.posterior.covariance().trace());
    // 2,000 dependent samples: the means lie within 0.03 deviations, and 60 steps cost about as
    // much.
    CHECK((mean - exact.posterior.mean()).norm() < 0.12 * deviation);
    CHECK(off.squaredNorm() / 2000 / exact.posterior.covariance().trace() ==
          doctest::Approx(1).epsilon(0.15));
    const double evidence = (run.log_evidence.array() - exact.log_evidence).exp().mean();
    CHECK(std::abs(evidence - 1) < 0.1);

    const auto alone = posterior::twisted(s.predictor, m, levels, 1,
                                          {.particles = 100, .seed = 2, .first_group = 7});
    CHECK(alone.samples == run.samples.middleCols(700, 100));
    CHECK(alone.log_evidence[0] == run.log_evidence[7]);
    check_refused<bad_argument>(
        [&] { (void)posterior::twisted(s.predictor, measured(a, y, 0), levels, 1); }, {"noise 0"});
}

TEST_CASE("one particle is the guided sampler, and its weight is never resampled away") {
    const auto s = sampler_of(predicts(denoised{}, standard));
    const auto run =
        posterior::twisted(s.predictor, measured(posterior::identity(1), vector::Ones(1), 0.5),
                           s.levels({.steps = 20}), 3, {.particles = 1});
    CHECK(run.samples.allFinite());
    CHECK((run.effective.array() == 1).all());
}

TEST_CASE(
    "split Gibbs at a fixed noise has the law of its own target; DAPS is near the posterior") {
    // Of a standard normal number measured with noise 0.3, at noise r: precision 1 + 1 / (0.09 +
    // r^2).
    auto s = sampler_of(predicts(denoised{}, standard));
    const measured m(posterior::identity(1), vector::Constant(1, 0.9), 0.3);
    constexpr Index n = 4000;
    const matrix z = posterior::split_gibbs(
        exec::cpp, s, m, n,
        {.steps = 5, .inner_steps = 40, .last_noise = 0.4, .stay = 6, .seed = 3});
    const double precision = 1 + 1 / (0.09 + 0.16);
    const double mean = 0.9 / (0.09 + 0.16) / precision;
    // Seven deviations of mean and variance, 1.5e-2 and 2.2e-2 relative, beside a bias of 40 steps.
    CHECK(std::abs(z.mean() - mean) < 7 * std::sqrt(1 / precision / n) + 0.01);
    CHECK(std::abs((z.array() - z.mean()).square().mean() * precision - 1) <
          7 * std::sqrt(2. / n) + 0.03);

    const matrix x =
        posterior::daps(exec::cpp, s, m, n, {.steps = 60, .inner_steps = 4, .seed = 3});
    const double exact = 1 + 1 / 0.09;
    CHECK(std::abs(x.mean() - 0.9 / 0.09 / exact) < 0.05);
    CHECK(std::abs((x.array() - x.mean()).square().mean() * exact - 1) < 0.25);
}

TEST_CASE("both Langevin steps keep the smoothed posterior, SK-ROCK at twenty times the step") {
    // Prior N(0, 1) at noise 0.2: variance 1.04; measured with noise 0.3.
    const measured m(posterior::identity(1), vector::Constant(1, 0.9), 0.3);
    posterior::smoothed_posterior target(predicts(denoised{}, standard), m, 0.2);
    const double precision = 1 / 1.04 + 1 / 0.09, mean = 0.9 / 0.09 / precision;
    constexpr Index n = 4000;
    const auto check = [&](const auto& step, int steps, double bias) {
        step.check();
        matrix x = matrix::Zero(1, n);
        for (int i = 0; i < steps; ++i)
            x = step(target, x, mixtures::normals(1, n, 100 + static_cast<std::uint64_t>(i)));
        CHECK(std::abs(x.mean() - mean) < 7 * std::sqrt(1 / precision / n) + 1e-3);
        CHECK(std::abs((x.array() - x.mean()).square().mean() * precision - 1) <
              7 * std::sqrt(2. / n) + bias);
    };
    check(posterior::ula{0.005}, 120, 0.04);
    check(posterior::sk_rock{0.1, 5}, 12, 0.15);
    check_refused<bad_argument>([&] { posterior::sk_rock{.stages = 1}.check(); }, {"stages = 1"});
    check_refused<bad_argument>(
        [&] { posterior::smoothed_posterior(predicts(denoised{}, standard), m, 0.); },
        {"noise of 0"});
}

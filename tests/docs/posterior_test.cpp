// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// The snippets of docs/concepts/posterior.md.

#include <diffgen/exec/policy.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/posterior/exact_posterior.hpp>
#include <diffgen/posterior/given.hpp>
#include <diffgen/posterior/known.hpp>
#include <diffgen/posterior/methods/moment_matching.hpp>
#include <diffgen/posterior/mixture.hpp>
#include <diffgen/posterior/operators/selection.hpp>
#include <diffgen/posterior/operators/separable.hpp>
#include <diffgen/posterior/twisted.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/restart.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace diffgen;

namespace {

const posterior::mixture net = posterior::mixture::full(
    posterior::vector::Ones(1), posterior::matrix::Zero(4, 1),
    {posterior::matrix{{1, 0.5, 0, 0}, {0.5, 1, 0.5, 0}, {0, 0.5, 1, 0.5}, {0, 0, 0.5, 1}}});

/// The mean of samples of 4 numbers.
posterior::vector mean_of(const std::vector<double>& x) {
    const auto n = static_cast<posterior::Index>(x.size()) / 4;
    return Eigen::Map<const posterior::matrix>(x.data(), 4, n).rowwise().mean();
}

}  // namespace

TEST_CASE("a measurement changes the estimate under any solver, and the truth is known") {
    const posterior::vector y{{1., -0.5}};
    std::vector<double> x(4 * 500);
    // [given]
    // Pictures of 1 x 2 x 2, of which the mean of each row was measured, with noise 0.2.
    const auto A = posterior::block_mean({.channels = 1, .height = 2, .width = 2}, 1, 2);
    const posterior::measured m(A, y, 0.2);

    const auto p = posterior::given(predicts(denoised{}, net), m, posterior::moment_matching{});
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, p, solver::ancestral{}};
    s.generate(exec::cpp, batch(x, 500), {.steps = 50});
    // [given]
    // [exact]
    const auto [exact, log_evidence] = posterior::exact_posterior(net, A, y, 0.2);
    const posterior::vector mean = exact.mean();
    // [exact]
    // Means of 500 have a deviation of at most 0.05; 50 steps cost as much.
    CHECK((mean_of(x) - mean).cwiseAbs().maxCoeff() < 0.4);
    CHECK(log_evidence < 0);
}

TEST_CASE("known elements, and RePaint") {
    std::vector<double> x(4 * 100);
    // [known]
    const posterior::known k(posterior::mask(4, {0, 1}), posterior::vector{{0.5, -0.5}});

    const sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
                    predicts(denoised{}, net), solver::restart{solver::ancestral{}}};
    s.generate(exec::cpp, batch(x, 100),
               {.steps = 20,
                .grid = posterior::resampled{grid::uniform{}, 5, 4},
                .observe = k.observe(7)});
    // [known]
    CHECK(x[0] == 0.5);
    CHECK(x[4 * 99 + 1] == -0.5);
}

TEST_CASE("particles that tend to the posterior") {
    const posterior::vector y{{1., -0.5}};
    const posterior::measured m(posterior::mask(4, {0, 3}), y, 0.2);
    const sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
                    predicts(denoised{}, net), solver::ancestral{}};
    // [twisted]
    const auto levels = s.levels({.steps = 50});
    const auto run = posterior::twisted(s.predictor, m, levels, 10, {.particles = 64, .seed = 3});
    // [twisted]
    CHECK(run.samples.cols() == 640);
    CHECK(run.log_evidence.size() == 10);
}

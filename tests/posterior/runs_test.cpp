// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Runs under a measurement that are not a changed estimate: DDRM, DPS by steps, replacement.

#include <diffgen/compat/deepinv/ddrm.hpp>
#include <diffgen/exec/policy.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/posterior/ddrm.hpp>
#include <diffgen/posterior/exact_posterior.hpp>
#include <diffgen/posterior/gradient_steps.hpp>
#include <diffgen/posterior/known.hpp>
#include <diffgen/posterior/operators/dense.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/restart.hpp>

#include "check_refused.hpp"
#include "mixtures.hpp"
#include "sampler_of.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace diffgen;
using posterior::Index;
using posterior::matrix;
using posterior::measured;
using posterior::mixture;
using posterior::vector;

namespace {

/// Data that are one point, and every state that the network is shown, over its alpha.
struct point {
    vector at;
    std::vector<matrix>* seen;
    std::vector<double>* noise;

    void operator()(batch_view<const double> in, batch_view<double> out,
                    const noise_level& l) const {
        const auto n = static_cast<Index>(in.samples);
        seen->push_back(Eigen::Map<const matrix>(in.data, at.size(), n) / l.alpha);
        noise->push_back(l.sigma_over_alpha());
        Eigen::Map<matrix>(out.data, at.size(), n).colwise() = at;
    }
};

}  // namespace

TEST_CASE("DDRM keeps the variance of every level, in whatever direction; deepinv halves it") {
    const vector x0{{0.5, -1, 2}};
    const posterior::dense a(matrix{{1, 0, 0}, {0, 0.5, 0}});
    constexpr Index n = 4000;
    constexpr double sigma = 0.2;
    const matrix y = a.apply(x0).replicate(1, n) + sigma * mixtures::normals(2, n, 3);
    std::vector<matrix> seen;
    std::vector<double> noise;
    const auto s = sampler_of(predicts(denoised{}, point{x0, &seen, &noise}), solver::ancestral{});
    (void)posterior::ddrm(s.predictor, measured(a, y, sigma), s.levels({.steps = 8}), n,
                          {.eta = 0.7, .eta_b = 0.9, .seed = 5});
    REQUIRE(seen.size() == 8);
    // The deviation of an estimated variance is sqrt(2 / n) of it: seven of them are a false alarm
    // rate below 3e-12 each. Half the variance lies 22 of them away.
    const double seven = 7 * std::sqrt(2. / n);
    for (std::size_t t = 0; t < seen.size(); ++t)
        for (Index e = 0; e < 3; ++e) {
            const double v = (seen[t].row(e).array() - x0[e]).square().mean();
            const bool began = t > 0 || e < 2;  // where nothing is measured the prior has no mean
            const double moved = began ? 0 : x0[e] * x0[e];
            CHECK(std::abs(v / (noise[t] * noise[t] + moved) - 1) < seven);
        }

    // The peer's rule, in the directions of what was not measured.
    std::vector<double> variances(3, 0);
    for (Index i = 0; i < 400; ++i) {
        const auto run = compat::deepinv::ddrm{.eta = 1, .etab = 1}(
            predicts(denoised{}, point{x0, &seen, &noise}), matrix::Identity(2, 2),
            vector{{1, 0.5, 0}}, matrix::Identity(3, 3), vector(y.col(i)), sigma, {3, 2, 1},
            [&](Index count) { return mixtures::normals(count, 1, 1000 + seen.size()); });
        for (std::size_t t = 1; t < 3; ++t)
            variances[t] += std::pow((run.calls[t].input[2] - x0[2]) / run.calls[t].sigma, 2) / 400;
    }
    for (std::size_t t = 1; t < 3; ++t)
        CHECK(std::abs(variances[t] / 0.5 - 1) < 7 * std::sqrt(2. / 400));
}

TEST_CASE("DDRM without noise ends on the measurement, and does not depend on the batch") {
    const mixture prior = mixtures::full(4, 3);
    const posterior::dense a(mixtures::normals(2, 4, 9));
    const vector y{{0.3, -0.4}};
    const auto s = sampler_of(predicts(denoised{}, prior), solver::ancestral{});
    const auto levels = s.levels({.steps = 10});
    const matrix x = posterior::ddrm(s.predictor, measured(a, y, 0), levels, 5);
    for (Index i = 0; i < 5; ++i) {
        CHECK((a.apply(x.col(i)) - y).norm() < 1e-12);
        CHECK(x.col(i) == posterior::ddrm(s.predictor, measured(a, y, 0), levels, 1,
                                          {.first_sample = static_cast<std::uint64_t>(i)}));
    }
    check_refused<bad_argument>(
        [&] {
            (void)posterior::ddrm(s.predictor, measured(a, y, 0),
                                  {levels[2], levels[1], levels[10]}, 1);
        },
        {"rise"});
}

TEST_CASE("DPS by steps: without length the sampler alone, with it its gradient is taken away") {
    const mixture prior = mixtures::full(3, 2);
    const posterior::dense a(mixtures::normals(2, 3, 9));
    const measured m(a, vector{{0.3, -0.4}}, 0.1);
    auto s = sampler_of(predicts(denoised{}, prior), solver::ancestral{});
    const options o{.steps = 6, .seed = 3, .end_step = 1};
    matrix plain(3, 2), still(3, 2), moved(3, 2), start(3, 2);
    s.generate(exec::cpp, batch(plain.data(), 6, 2), o);
    posterior::generate_with_gradient(exec::cpp, s, m, 0, still, o);
    CHECK((plain - still).norm() < 1e-13);
    posterior::generate_with_gradient(exec::cpp, s, m, 0.3, moved, o);
    { auto run = s.start(exec::cpp, batch(start.data(), 6, 2), o); }
    const noise_level l = s.levels(o)[0];
    for (Index i = 0; i < 2; ++i) {
        const auto norm = [&](const vector& x) {
            return (m.y(0) - a.apply(prior.at(l).denoised(x))).norm();
        };
        for (Index e = 0; e < 3; ++e) {
            const vector h = 1e-5 * vector::Unit(3, e), x = start.col(i);
            CHECK(std::abs(plain(e, i) - moved(e, i) - 0.3 * (norm(x + h) - norm(x - h)) / 2e-5) <
                  1e-8);
        }
    }
}

TEST_CASE("replacement ends on the data; RePaint brings the rest into line with them") {
    // Two numbers with correlation 0.9: given the first as 2, the second has mean 1.8.
    const auto prior =
        mixture::full(vector::Ones(1), matrix::Zero(2, 1), {matrix{{1, 0.9}, {0.9, 1}}});
    const posterior::known k(posterior::mask(2, {0}), matrix{{2}});
    constexpr std::size_t n = 1000;
    const auto mean = [&](const auto& s, const any_grid& grid, posterior::replacement_noise kind) {
        matrix x(2, n);
        s.generate(exec::cpp, batch(x.data(), 2 * n, n),
                   {.steps = 20, .seed = 4, .grid = grid, .observe = k.observe(11, kind)});
        CHECK((x.row(0).array() == 2).all());
        return x.row(1).mean();
    };
    using posterior::replacement_noise;
    const auto p = predicts(denoised{}, prior);
    const double once =
        mean(sampler_of(p, solver::ancestral{}), grid::uniform{}, replacement_noise::fresh);
    const double often =
        mean(sampler_of(p, solver::restart{solver::ancestral{}}),
             posterior::resampled{grid::uniform{}, 2, 8}, replacement_noise::fresh);
    // A mean of n has the deviation 0.015.
    CHECK(once < 1.7);
    CHECK(std::abs(often - 1.8) < std::abs(once - 1.8) / 2);
    const double shared =
        mean(sampler_of(p, solver::ancestral{}), grid::uniform{}, replacement_noise::shared);
    CHECK(shared != once);
}

TEST_CASE("RePaint's grid goes down each piece as often as it says, and once to the end") {
    const auto s = sampler_of(predicts(denoised{}, mixtures::full(2, 2)),
                              solver::restart{solver::ancestral{}});
    const auto down = s.levels({.steps = 5});
    const auto all = s.levels({.steps = 5, .grid = posterior::resampled{grid::uniform{}, 2, 3}});
    std::vector<double> t, expected;
    for (const auto& l : all)
        t.push_back(l.t);
    for (const int i : {0, 1, 2, 0, 1, 2, 0, 1, 2, 3, 4, 2, 3, 4, 2, 3, 4, 5})
        expected.push_back(down[static_cast<std::size_t>(i)].t);
    CHECK(t == expected);
    check_refused<bad_argument>(
        [&] {
            (void)s.levels({.steps = 5, .grid = posterior::resampled{grid::uniform{}, 0, 3}});
        },
        {"jump = 0"});
}

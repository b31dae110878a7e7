// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

#include <diffgen/posterior/alternating.hpp>
#include <diffgen/posterior/ddrm.hpp>
#include <diffgen/posterior/gradient_steps.hpp>
#include <diffgen/posterior/known.hpp>
#include <diffgen/posterior/langevin.hpp>
#include <diffgen/posterior/twisted.hpp>
#include <diffgen/solver/restart.hpp>

#include "methods.hpp"
#include "sampling.hpp"

#include <algorithm>
#include <cmath>

namespace truth {

namespace {

auto ancestral(const problem& p) {
    return sampler_of(diffgen::solver::ancestral{}, predictor_of(p));
}
auto levels(const problem& p, int n) {
    return ancestral(p).levels({.steps = n, .grid = quadratic_times{}});
}

posterior::known known_of(const problem& p) {
    return {posterior::mask(p.prior.dimension(), p.op.known), p.given.y(0), p.given.sigma()};
}

matrix dps_steps(const problem& p, int evaluations, Index count) {
    const double zeta = 0.5;
    auto s = ancestral(p);
    matrix x(p.prior.dimension(), count);
    posterior::generate_with_gradient(diffgen::exec::cpp, s, p.given, zeta, x,
                                      {.steps = evaluations, .seed = 5, .grid = quadratic_times{}});
    return x;
}

matrix replacement(const problem& p, int evaluations, Index count) {
    return generate(p.prior, p, count,
                    {.steps = evaluations,
                     .seed = 5,
                     .grid = quadratic_times{},
                     .observe = known_of(p).observe()});
}

matrix repaint(const problem& p, int evaluations, Index count) {
    const auto s =
        sampler_of(diffgen::solver::restart{diffgen::solver::ancestral{}}, predictor_of(p));
    const int repeats = 5;
    matrix x(p.prior.dimension(), count);
    s.generate(diffgen::exec::cpp,
               diffgen::batch(x.data(), static_cast<std::size_t>(x.size()),
                              static_cast<std::size_t>(count)),
               {.steps = evaluations / repeats,
                .seed = 5,
                .grid = posterior::resampled{quadratic_times{}, 1, repeats},
                .observe = known_of(p).observe()});
    return x;
}

matrix ddrm(const problem& p, int evaluations, Index count) {
    return posterior::ddrm(predictor_of(p), p.given, levels(p, evaluations), count, {.seed = 5});
}

/// Alternations of so many inner evaluations each: about as many of one as of the other.
posterior::alternating_options alternating(const problem& p, int evaluations) {
    const int inner = std::max(4, static_cast<int>(std::sqrt(evaluations)));
    return {.steps = evaluations / inner,
            .grid = quadratic_times{},
            .inner_steps = inner,
            .inner_grid = quadratic_times{},
            .last_noise = std::max(0.1, p.given.sigma() / 2),
            .seed = 5};
}

/// Each level widens the samples by its own noise, so that many levels matter more than exact ways.
matrix daps(const problem& p, int evaluations, Index count) {
    auto s = ancestral(p);
    auto o = alternating(p, evaluations);
    o.inner_steps = 2;
    o.steps = evaluations / 2;
    return posterior::daps(diffgen::exec::cpp, s, p.given, count, o);
}

matrix split_gibbs(const problem& p, int evaluations, Index count) {
    auto s = ancestral(p);
    auto o = alternating(p, evaluations);
    o.stay = o.steps / 3;
    o.steps -= o.stay;
    return posterior::split_gibbs(diffgen::exec::cpp, s, p.given, count, o);
}

/// Langevin dynamics at noise 0.1 of the prior, at the longest step that is stable.
matrix sk_rock(const problem& p, int evaluations, Index count) {
    constexpr double sigma = 0.1;
    constexpr int stages = 10;
    const double s_max = p.op.a.svd().values[0];
    const double curvature = s_max * s_max / p.given.variance() + 1 / (sigma * sigma);
    // The stages reach over (stages - 1/2)^2 (2 - 4/3 eta) - 3/2 of an unadjusted step's range.
    const posterior::sk_rock step{0.9 * (9.5 * 9.5 * (2 - 4. / 3 * 0.05) - 1.5) / curvature / 2,
                                  stages};
    posterior::smoothed_posterior target(predictor_of(p), p.given, sigma);
    matrix x = posterior::draw(p.prior, count, 9);
    for (int i = 0; i < evaluations / stages; ++i)
        x = step(target, x, normals(x.rows(), count, 200 + static_cast<std::uint32_t>(i)));
    return x;
}

}  // namespace

twisted_result twisted(const problem& p, int steps, Index count, Index particles) {
    const auto run = posterior::twisted(predictor_of(p), p.given, levels(p, steps),
                                        count / particles, {.particles = particles, .seed = 5});
    const double log_evidence =
        posterior::exact_posterior(p.prior, p.op.a, p.given.y(0), p.given.sigma()).log_evidence;
    const double error =
        std::sqrt(((run.log_evidence.array() - log_evidence).exp() - 1).square().mean());
    return {run.samples, error};
}

std::vector<method> runs() {
    return {{"twisted, 64 particles",
             [](const problem& p, int evaluations, Index count) {
                 return twisted(p, evaluations, count, 64).samples;
             }},
            {"DPS by steps", dps_steps},
            {"ddrm", ddrm},
            {"daps", daps},
            {"split_gibbs", split_gibbs},
            {"sk_rock", sk_rock},
            {"known (replacement)", replacement, true},
            {"known, resampled (RePaint)", repaint, true}};
}

}  // namespace truth

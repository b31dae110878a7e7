// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// CFG++ around every method: what it is by hand, and what it is another sampler for.

#include <diffgen/grid/explicit.hpp>
#include <diffgen/guidance/clipped.hpp>
#include <diffgen/guidance/guided.hpp>
#include <diffgen/guidance/weighted.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/ancestral_of.hpp>
#include <diffgen/solver/cfg_pp.hpp>
#include <diffgen/solver/churn.hpp>
#include <diffgen/solver/ddim.hpp>
#include <diffgen/solver/dpm_2.hpp>
#include <diffgen/solver/er_sde.hpp>
#include <diffgen/solver/gradient_estimation.hpp>
#include <diffgen/solver/names.hpp>
#include <diffgen/solver/pndm.hpp>
#include <diffgen/solver/restart.hpp>
#include <diffgen/solver/runge_kutta.hpp>
#include <diffgen/solver/seeds.hpp>

#include "branch_means.hpp"
#include "compare.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <tuple>
#include <utility>
#include <vector>

using namespace diffgen;
using namespace diffgen::solver;

namespace {

const testing::branch_means<2> two{{1.4, -0.3}};
constexpr std::size_t samples = 6;
constexpr std::uint64_t seed = 8;

/// cond and uncond: the estimate of a branch at a level.
double estimate(double x, const noise_level& l, int branch) {
    return (x - l.sigma * two(x, cast_level<double>(l), guidance_branch{branch})) / l.alpha;
}

template <class Predictor, class Solver>
std::vector<double> run(const Predictor& p, const Solver& solver, const options& o) {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, p, solver};
    std::vector<double> x(samples);
    s.generate(exec::cpp, batch(x, samples), o);
    return x;
}
const options six{.steps = 6, .seed = seed};

auto guided_by(double w) {
    return guided{predicts(epsilon{}, pointwise(two)), classifier_free{w}};
}
auto alone(int branch) {
    return predicts(epsilon{}, pointwise(testing::one_branch<2>{two, branch}));
}

/// Calls f(method) with a method of every kind.
template <class F>
void for_every_kind(const F& f) {
    std::apply(
        [&](const auto&... method) { (f(method), ...); },
        std::tuple(ddim{}, ddim{.eta = 0.5}, ancestral{}, euler{}, heun{}, rk4{}, dormand_prince{},
                   dpm_2{}, dpm_solver_pp_singlestep<3>{}, dpm_solver_singlestep<2>{},
                   dpm_solver_pp_multistep<2>{}, dpm_solver_pp_multistep<3>{.tau = 1}, deis<3>{},
                   lms<3>{}, unipc<2>{}, unipc<3>{.start_up = start_up::first_order},
                   sa_solver<2, 2>{}, ipndm<3>{}, pndm{}, gradient_estimation{}, ancestral_of<>{},
                   churn<>{.s_min = 0}, seeds<2>{}, er_sde<2>{}, restart<>{}));
}

}  // namespace

TEST_CASE("without a second branch, and at weight 0, it is the method itself") {
    for_every_kind([](const auto& method) {
        using M = std::remove_cvref_t<decltype(method)>;
        const auto expected = run(alone(1), method, six);
        CHECK(testing::largest_difference(run(alone(1), cfg_pp<M, 0>{method}, six), expected) <
              1e-11);
        CHECK(testing::largest_difference(run(guided_by(0), cfg_pp<M>{method}, six), expected) <
              1e-11);
    });
}

TEST_CASE("Chung et al. 2024, algorithm 2: the guided estimate, and the noise without condition") {
    for (const double w : {0.2, 0.6, 1.}) {
        const sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, guided_by(w),
                        ddim{}};
        const auto levels = s.levels(six);
        std::vector<double> x(samples);
        for (std::size_t i = 0; i < samples; ++i) {
            x[i] = levels[0].sigma * noise::philox{seed}.normal<double>(noise::stream::prior, 0, i);
            for (std::size_t k = 0; k + 1 < levels.size(); ++k) {
                const noise_level &from = levels[k], &to = levels[k + 1];
                const double u = estimate(x[i], from, 1), c = estimate(x[i], from, 0);
                const double eps_u = (x[i] - from.alpha * u) / from.sigma;
                x[i] = to.alpha * (u + w * (c - u)) + to.sigma * eps_u;
            }
        }
        CHECK(testing::largest_difference(run(guided_by(w), cfg_pp<ddim>{}, six), x) < 1e-12);
    }
}

TEST_CASE("a step is one of classifier-free guidance by w / (1 - sigma' alpha / (sigma alpha'))") {
    for (const double w : {0.3, 0.8}) {
        const options one{.seed = seed, .grid = grid::times{{0.7, 0.55}}};
        const sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, guided_by(w),
                        ddim{}};
        const auto l = s.levels(one);
        const double same = w / (1 - l[1].sigma_over_alpha() / l[0].sigma_over_alpha());
        CHECK(same > w);
        CHECK(testing::largest_difference(run(guided_by(w), cfg_pp<ddim>{}, one),
                                          run(guided_by(same), ddim{}, one)) < 1e-12);
    }
}

TEST_CASE("methods of several evaluations move the state once a step") {
    // Heun in r = sigma / alpha on x / alpha, from alpha D + sigma eps_u
    const double w = 0.6;
    const options one{.seed = seed, .grid = grid::times{{0.7, 0.4}}};
    const sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, guided_by(w), heun{}};
    const auto l = s.levels(one);
    const double r = l[0].sigma_over_alpha(), below = l[1].sigma_over_alpha();
    std::vector<double> x(samples);
    for (std::size_t i = 0; i < samples; ++i) {
        x[i] = l[0].sigma * noise::philox{seed}.normal<double>(noise::stream::prior, 0, i);
        const double u = estimate(x[i], l[0], 1), d = u + w * (estimate(x[i], l[0], 0) - u);
        const double eps_u = (x[i] / l[0].alpha - u) / r;
        const double moved = d + r * eps_u, next = moved + (below - r) * eps_u;
        const double u2 = estimate(l[1].alpha * next, l[1], 1);
        const double d2 = u2 + w * (estimate(l[1].alpha * next, l[1], 0) - u2);
        x[i] = l[1].alpha * (moved + (below - r) * 0.5 * (eps_u + (next - d2) / below));
    }
    CHECK(testing::largest_difference(run(guided_by(w), cfg_pp<heun>{}, one), x) < 1e-12);
}

TEST_CASE("under a hook the step goes to the estimate that the hook leaves") {
    const double w = 0.7;
    const options one{.seed = seed, .grid = grid::times{{0.7, 0.4}}};
    const sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, guided_by(w), ddim{}};
    const auto l = s.levels(one);
    std::vector<double> x(samples);
    for (std::size_t i = 0; i < samples; ++i) {
        x[i] = l[0].sigma * noise::philox{seed}.normal<double>(noise::stream::prior, 0, i);
        const double u = estimate(x[i], l[0], 1), d = u + w * (estimate(x[i], l[0], 0) - u);
        x[i] = l[1].alpha * std::clamp(d, -0.2, 0.2) +
               l[1].sigma * (x[i] - l[0].alpha * u) / l[0].sigma;
    }
    CHECK(testing::largest_difference(run(clipped{guided_by(w), -0.2, 0.2}, cfg_pp<ddim>{}, one),
                                      x) < 1e-12);
}

TEST_CASE("the branch without a condition can be any") {
    const testing::branch_means<3> three{{1.4, 0.2, -0.3}};
    const auto rule = instruct_pix2pix(0.6, 0.5);
    // none + 0.6 (image - none) + 0.5 (both - image) with Gaussian branches: a condition's mean
    const double mean = -0.3 + 0.6 * 0.5 + 0.5 * 1.2;
    const testing::branch_means<2> merged{{mean, -0.3}};
    CHECK(testing::largest_difference(
              run(guided{predicts(epsilon{}, pointwise(three)), rule}, cfg_pp<ddim, 2>{}, six),
              run(guided{predicts(epsilon{}, pointwise(merged)), classifier_free{1}},
                  cfg_pp<ddim>{}, six)) < 1e-12);
}

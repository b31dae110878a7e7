// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Solvers that are the same method must give the same samples: to the bit where they plan the same
// stages, else to rounding.
#include <diffgen/exec/policy.hpp>
#include <diffgen/grid/explicit.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/process/process.hpp>
#include <diffgen/process/process_view.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/betas.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/churn.hpp>
#include <diffgen/solver/ddim.hpp>
#include <diffgen/solver/euler_maruyama.hpp>
#include <diffgen/solver/langevin.hpp>
#include <diffgen/solver/predictor_corrector.hpp>
#include <diffgen/solver/runge_kutta.hpp>

#include "compare.hpp"
#include "mixture_as.hpp"
#include "mixtures.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace diffgen;
using testing::largest_difference;

namespace {

constexpr std::size_t samples = 20;

template <class Output, class Solver>
std::vector<double> run(Output output, const Solver& solver, const options& o) {
    sampler s{schedule::scaled_linear{}, kernel::variance_preserving{},
              testing::batched_predictor(output, testing::three_in_2d), solver};
    std::vector<double> x(2 * samples);
    s.generate(exec::cpp, batch(x, samples), o);
    return x;
}

const options twenty{.steps = 20, .seed = 3};

}  // namespace

TEST_CASE("DDIM without noise is Euler's method in sigma / alpha") {
    CHECK(largest_difference(run(epsilon{}, solver::ddim{}, twenty),
                             run(epsilon{}, solver::euler{}, twenty)) < 1e-12);
}

TEST_CASE("DDIM with eta = 1 is ancestral sampling, DDPM") {
    CHECK(largest_difference(run(epsilon{}, solver::ddim{.eta = 1}, twenty),
                             run(epsilon{}, solver::ancestral{}, twenty)) < 1e-12);
}

// The posterior's deviation is at most sigma_t, so that a large eta makes all of the noise fresh.
TEST_CASE("DDIM whose eta asks for more noise than there is renoises the estimate") {
    const process p{schedule::linear_beta{}, kernel::variance_preserving{}};
    const std::vector<noise_level> levels{p.level(0.5), p.level(0.4)};
    const stage plan = solver::ddim{.eta = 30}.plan({process_view(p), levels}, 0);
    CHECK(plan.updates[0].form.registers[0] == 0);
    CHECK(plan.updates[0].form.denoised == levels[1].alpha);
    CHECK(plan.updates[0].form.noise[0] == levels[1].sigma);
}

TEST_CASE("on the variance-exploding kernel reverse diffusion is ancestral, transition variance") {
    const auto sample = [](const auto& solver) {
        sampler s{schedule::edm{}, kernel::variance_exploding{},
                  testing::batched_predictor(denoised{}, testing::three_in_2d), solver};
        std::vector<double> x(2 * samples);
        s.generate(exec::cpp, batch(x, samples), twenty);
        return x;
    };
    CHECK(largest_difference(sample(solver::reverse_diffusion{}),
                             sample(solver::ancestral{.variance = solver::variance::transition})) <
          1e-12);
}

TEST_CASE("churn of amount 0, and outside [s_min, s_max], is its method: the same bits") {
    const auto plain = run(denoised{}, solver::heun{}, twenty);
    CHECK(run(denoised{}, solver::churn<>{.amount = 0}, twenty) == plain);
    CHECK(run(denoised{}, solver::churn<>{.s_min = 1e6, .s_max = 1e7}, twenty) == plain);
    CHECK(run(denoised{}, solver::churn<>{}, twenty) != plain);
}

TEST_CASE("predictor-corrector without corrections is its predictor: the same bits") {
    const auto plain = run(epsilon{}, solver::ancestral{}, twenty);
    CHECK(run(epsilon{},
              solver::predictor_corrector(solver::ancestral{}, solver::langevin_corrector{}, 0),
              twenty) == plain);
    CHECK(run(epsilon{},
              solver::predictor_corrector(solver::ancestral{}, solver::langevin_corrector{}, 1),
              twenty) != plain);
}

TEST_CASE("annealed Langevin at one level is Langevin that many steps long: the same bits") {
    const auto sample = [](const auto& solver, std::vector<double> sigmas) {
        sampler s{schedule::edm{}, kernel::variance_exploding{},
                  testing::batched_predictor(score{}, testing::three_in_2d), solver};
        std::vector<double> x(2 * samples);
        s.generate(exec::cpp, batch(x, samples), {.seed = 5, .grid = grid::sigmas(sigmas)});
        return x;
    };
    CHECK(sample(solver::annealed_langevin{.steps = 3, .step = 0.01}, {1, 0.5}) ==
          sample(solver::langevin{.delta = 0.01}, {1, 1, 1, 0.5}));
}

TEST_CASE("all predictions of one mixture give the same samples") {
    const auto check = [](const auto& solver, double bound) {
        const auto x = run(denoised{}, solver, twenty);
        CHECK(largest_difference(run(epsilon{}, solver, twenty), x) < bound);
        CHECK(largest_difference(run(velocity{}, solver, twenty), x) < bound);
        CHECK(largest_difference(run(score{}, solver, twenty), x) < bound);
        CHECK(largest_difference(run(flow{}, solver, twenty), x) < bound);
        CHECK(largest_difference(run(edm_preconditioned{}, solver, twenty), x) < bound);
    };
    // alpha = 0.07 at the start: x / alpha, some 15 |x|, is what an epsilon network's D is the
    // difference of, and twenty steps add up
    check(solver::ddim{}, 1e-12);
    check(solver::ancestral{}, 1e-12);
    check(solver::heun{}, 1e-12);
    check(solver::rk4{}, 1e-12);
    check(solver::churn<>{}, 1e-12);
    check(solver::euler_maruyama{}, 1e-12);
}

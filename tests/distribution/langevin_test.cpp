// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Langevin dynamics samples its density: plain and underdamped, from an energy, annealed, tempered,
// and as a corrector.
//
// False alarms: below 1e-9 a check (support/mixture_statistics.hpp). Power: with 60,000 samples a
// variance 8 % off moves the energy statistic by 0.08 sqrt(60,000) = 20, of which the overlap of
// the components at this noise hides a quarter: 7 deviations beyond the threshold. Bias: the
// unadjusted dynamics has the variance v / (1 - delta / (4 v)) on a Gaussian of variance v
// (tests/order/weak_test.cpp); with v at least 0.79 for every component here, and delta = 0.0077,
// it is 0.24 % too wide: 0.6 deviations of the energy statistic. Relaxation: a deviation of the
// variance shrinks by exp(-delta / v) a step, to exp(-9) of it in 1,100 steps at the last level,
// where v is at most 0.94; the barriers between the components are low at this noise. Underdamped
// dynamics is exact on a Gaussian in steps of any size, and off by O(h^2) where the components
// overlap; with h = 0.15 and friction near the critical a deviation shrinks by exp(-h) a step at
// least.
#include <diffgen/exec/policy.hpp>
#include <diffgen/grid/explicit.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/predictor/energy.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/schedule/stationary.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/annealed.hpp>
#include <diffgen/solver/langevin.hpp>
#include <diffgen/solver/predictor_corrector.hpp>
#include <diffgen/solver/tempered.hpp>
#include <diffgen/solver/underdamped_langevin.hpp>

#include "mixture_statistics.hpp"
#include "mixtures.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <vector>

using namespace diffgen;

namespace {

constexpr std::size_t samples = 60000;
constexpr double sigma = 0.8, delta = 0.0077;

const noise_level level{sigma, -2 * std::log(sigma), 1, sigma, sigma};
const auto target = testing::marginal_mixture(testing::centred_in_2d, level);

void check(const std::vector<float>& x) {
    CHECK(testing::largest_z(x, target) < testing::largest_fair_z);
    CHECK(testing::largest_z(x, testing::bent(target, 1.08, 0)) > testing::largest_fair_z);
    CHECK(testing::largest_z(x, testing::bent(target, 1 / 1.08, 0)) > testing::largest_fair_z);
    CHECK(testing::largest_z(x, testing::bent(target, 1, 0.06)) > testing::largest_fair_z);
}

/// Gradient of -log of the density of data + sigma eps: (x - E[data | x]) / sigma^2.
struct energy_gradient {
    decltype(testing::centred_in_2d)::at_level<float> exact;

    template <class V>
    DIFFGEN_VALUE std::array<V, 2> operator()(const std::array<V, 2>& x) const {
        std::array<V, 2> g = exact(x);
        for (std::size_t d = 0; d < 2; ++d)
            g[d] = (x[d] - g[d]) * static_cast<float>(1 / (sigma * sigma));
        return g;
    }
};

}  // namespace

TEST_CASE("plain Langevin dynamics on a stationary density, from its energy") {
    const energy_gradient gradient{testing::centred_in_2d.at(level_as<float>(level))};
    sampler s{schedule::stationary{}, kernel::variance_exploding{}, energy<2>(gradient),
              solver::langevin{.delta = delta}};
    std::vector<float> x(2 * samples);
    s.generate(exec::omp, batch(x, samples), {.steps = 1500, .seed = 5});
    check(x);
}

TEST_CASE("underdamped Langevin dynamics on a stationary density, from its energy") {
    const energy_gradient gradient{testing::centred_in_2d.at(level_as<float>(level))};
    sampler s{schedule::stationary{}, kernel::variance_exploding{}, energy<2>(gradient),
              solver::underdamped_langevin{.step = 0.15, .friction = 2}};
    std::vector<float> x(2 * samples);
    s.generate(exec::omp, batch(x, samples), {.steps = 300, .seed = 7});
    check(x);
}

TEST_CASE("underdamped Langevin dynamics, cooled to the density") {
    const energy_gradient gradient{testing::centred_in_2d.at(level_as<float>(level))};
    const auto cooled = [](int i, int n) { return i < n / 2 ? 4. : 1.; };
    sampler s{schedule::stationary{}, kernel::variance_exploding{}, energy<2>(gradient),
              solver::tempered(solver::underdamped_langevin{.step = 0.15, .friction = 2}, cooled)};
    std::vector<float> x(2 * samples);
    s.generate(exec::omp, batch(x, samples), {.steps = 400, .seed = 8});
    check(x);
}

TEST_CASE("annealed Langevin dynamics, ended at its last level") {
    sampler s{schedule::edm{}, kernel::variance_exploding{}, exact(testing::centred_in_2d),
              solver::annealed_langevin{.steps = 100, .step = delta / (sigma * sigma)}};
    std::vector<double> levels{8, 4, 2, 1.4, 1};
    levels.insert(levels.end(), 12, sigma);  // 11 steps of 100 at the last
    std::vector<float> x(2 * samples);
    s.generate(exec::omp, batch(x, samples), {.seed = 6, .grid = grid::sigmas(levels)});
    check(x);
}

TEST_CASE("annealed underdamped Langevin dynamics, ended at its last level") {
    using solver::underdamped_langevin;
    sampler s{schedule::edm{}, kernel::variance_exploding{}, exact(testing::centred_in_2d),
              solver::annealed(
                  solver::scaled_by_noise(underdamped_langevin{.step = 0.2, .friction = 1.6}), 20)};
    std::vector<double> levels{8, 4, 2, 1.4, 1};
    levels.insert(levels.end(), 12, sigma);
    std::vector<float> x(2 * samples);
    s.generate(exec::omp, batch(x, samples), {.seed = 9, .grid = grid::sigmas(levels)});
    check(x);
}

TEST_CASE("underdamped corrections make up for a few large steps of the predictor") {
    using solver::underdamped_langevin;
    sampler s{
        schedule::edm{}, kernel::variance_exploding{}, exact(testing::centred_in_2d),
        solver::predictor_corrector(
            solver::ancestral{},
            solver::scaled_by_noise(underdamped_langevin{.step = 0.2, .friction = 1.6}), 150)};
    std::vector<float> x(2 * samples);
    const options o{.seed = 10, .grid = grid::sigmas({8, 3, sigma})};
    s.generate(exec::omp, batch(x, samples), o);
    check(x);
    s.solver.corrections = 0;
    s.generate(exec::omp, batch(x, samples), o);
    CHECK(testing::largest_z(x, target) > testing::largest_fair_z);
}

TEST_CASE("at a higher temperature a Gaussian is wider") {
    // q^(1 / T) of N(0, 1.64) is N(0, 1.64 T); one component, for there the power is known
    const gaussian_mixture<2, 1> data{{1}, {{{0, 0}}}, {{{1, 1}}}},
        hot{{1}, {{{0, 0}}}, {{{3 * 1.64, 3 * 1.64}}}};
    sampler s{schedule::edm{}, kernel::variance_exploding{}, exact(data),
              solver::underdamped_langevin{.step = 0.5, .friction = 1.6, .temperature = 3}};
    std::vector<float> x(2 * samples);
    s.generate(exec::omp, batch(x, samples),
               {.seed = 11, .grid = grid::sigmas(std::vector<double>(101, sigma))});
    CHECK(testing::largest_z(x, hot) < testing::largest_fair_z);
    auto colder = hot;
    for (double& v : colder.variances[0])
        v /= 1.05;
    CHECK(testing::largest_z(x, colder) > testing::largest_fair_z);
}

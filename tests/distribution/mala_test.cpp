// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// The Metropolis-adjusted Langevin algorithm has its density in steps of any size, where plain
// Langevin dynamics is far off; alone on an energy, as a corrector, and over falling levels.
//
// Every sum of squares below is a chi-squared of 2,000 degrees or more. False alarms: 7 deviations
// of it are met with a probability below 1e-9 (Wilson and Hilferty 1931). Power: in each case the
// same check finds what goes without the decision.

#include <diffgen/grid/explicit.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/predictor/energy.hpp>
#include <diffgen/predictor/gaussian_mixture.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/schedule/stationary.hpp>
#include <diffgen/solver/annealed.hpp>
#include <diffgen/solver/langevin.hpp>
#include <diffgen/solver/mala.hpp>
#include <diffgen/solver/predictor_corrector.hpp>
#include <diffgen/solver/runge_kutta.hpp>
#include <diffgen/solver/tempered.hpp>

#include "check_refused.hpp"
#include "same_bits.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <span>
#include <vector>

using namespace diffgen;
using solver::mala;

namespace {

/// How far the sum of chi-squared terms, one degree each, is from its mean, in deviations.
double deviations(double sum, double degrees) {
    return (sum - degrees) / std::sqrt(2 * degrees);
}

/// Of elements that should be N(mean, variance).
double deviations(const std::vector<double>& x, double mean, double variance) {
    double sum = 0;
    for (const double e : x)
        sum += (e - mean) * (e - mean) / variance;
    return deviations(sum, static_cast<double>(x.size()));
}

/// A batched network that knows its density: N(0, I), or the half of it above 0.
struct standard_normal {
    bool half = false;

    void operator()(batch_view<const double> in, batch_view<double> out,
                    std::span<const noise_level>) const {
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = -in.data[i];
    }
    void log_density(batch_view<const double> in, batch_view<double> out,
                     std::span<const noise_level>) const {
        for (std::size_t i = 0; i < in.samples; ++i) {
            out.data[i] = 0;
            for (std::size_t d = 0; d < in.elements; ++d) {
                const double x = in.sample(i)[d];
                out.data[i] -= half && x < 0 ? std::numeric_limits<double>::infinity() : x * x / 2;
            }
        }
    }
};

/// E = x^4 / 4 of every element: x^4 / 4 is gamma distributed with shape 1/4, and twice the sum of
/// four of them a chi-squared of 2 degrees.
struct quartic {
    template <class V>
    DIFFGEN_VALUE V operator()(const V& x) const {
        return product(product(x, x), x);
    }
    template <class V>
    DIFFGEN_VALUE V energy(const V& x) const {
        const V x2 = product(x, x);
        return product(product(x2, x2), broadcast<V>(0.25));
    }
};

/// A solver that hands on the stages of another, but not its judge.
struct forgets {
    static constexpr int registers = 4, rows = 3, draws = 1;
    static int stages(const step& s) { return mala::stages(s); }
    static stage plan(const step& s, int j) { return mala{}.plan(s, j); }
};

template <class Predictor, class Solver>
auto on_density(Predictor p, Solver s) {
    return sampler{schedule::stationary{}, kernel::variance_exploding{}, p, s};
}

/// The ends of n runs of a hundred steps from 1, each of so many elements.
template <class Predictor, class Solver>
std::vector<double> ends(Predictor p, Solver solver, std::size_t n, std::size_t elements) {
    std::vector<double> x(n * elements, 1.);
    on_density(p, solver).generate_from(exec::cpp, 1, batch(x, n), {.steps = 100, .seed = 5});
    return x;
}

double quartic_deviations(const std::vector<double>& x) {
    double sum = 0;
    for (const double e : x)
        sum += e * e * e * e / 2;
    return deviations(sum, static_cast<double>(x.size()) / 2);
}

const gaussian_mixture<2, 1> gaussian{{1}, {{{0.7, 0.7}}}, {{{0.3, 0.3}}}};

/// The ends of runs on the Gaussian's levels at t = 0.9, 0.6 and 0.3, from 0.
template <class Solver>
std::vector<double> over_levels(Solver solver) {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, exact(gaussian), solver};
    std::vector<double> x(2000);
    s.generate_from(exec::cpp, 0.9, batch(x, 1000),
                    {.seed = 8, .grid = grid::times{{0.9, 0.6, 0.3}}});
    return x;
}

noise_level level(double t) {
    return process(schedule::linear_beta{}, kernel::variance_preserving{}).level(t);
}
double marginal_variance(const noise_level& l) {
    return l.alpha * l.alpha * 0.3 + l.sigma * l.sigma;
}

}  // namespace

// Plain Langevin dynamics has the variance 1 / (1 - delta / 4) here: 2.
TEST_CASE("the law is that of the density in a step of any size") {
    const auto p = predicts(score{}, standard_normal{});
    CHECK(std::abs(deviations(ends(p, mala{.delta = 2}, 1000, 2), 0, 1)) < 7);
    const auto scaled = [](auto x) { return x; };
    CHECK(deviations(ends(pointwise_energy(scaled), solver::langevin{.delta = 2}, 1000, 2), 0, 1) >
          7);
}

TEST_CASE("the law at a temperature is that of the power of the density") {
    const auto p = predicts(score{}, standard_normal{});
    CHECK(std::abs(deviations(ends(p, mala{.delta = 1, .temperature = 0.5}, 1000, 2), 0, 0.5)) < 7);
}

// The last of a hundred steps, with a proposal in two taken, forget those before.
TEST_CASE("tempered, its law is that of the last temperature") {
    const auto cooling = [](int i, int n) { return i < n - 60 ? 3. - 0.05 * i : 0.5; };
    const auto z = [](const std::vector<double>& x) { return deviations(x, 0, 0.5); };
    const auto p = predicts(score{}, standard_normal{});
    CHECK(std::abs(z(ends(p, solver::tempered{mala{.delta = 1.5}, cooling}, 1000, 2))) < 7);
    const auto harmonic = pointwise_energy([](auto x) { return x; });
    const solver::tempered plain{solver::langevin{.delta = 1.5}, cooling};
    CHECK(z(ends(harmonic, plain, 1000, 2)) > 7);
}

TEST_CASE("the law of an energy of elements, whose forces grow fast") {
    const auto p = pointwise_energy(quartic{});
    CHECK(std::abs(quartic_deviations(ends(p, mala{.delta = 0.5}, 500, 8))) < 7);
    // plain Langevin dynamics is thrown further out by every step from beyond |x| = 2.8
    check_refused<non_finite>([&] { ends(p, solver::langevin{.delta = 0.5}, 500, 8); }, {"step"});
}

TEST_CASE("a wall of no density is not crossed, and bends the law nowhere") {
    const auto p = predicts(score{}, standard_normal{.half = true});
    const std::vector<double> x = ends(p, mala{.delta = 1}, 2000, 1);
    for (const double e : x)
        CHECK(e > 0);
    CHECK(std::abs(deviations(x, 0, 1)) < 7);
}

// In two dimensions, from N(0, I), a proposal is taken if it is nearer to 0, and this is half of
// what is taken (the chain is reversible). The difference of the squares is a form of two
// correlated Gaussians with the roots (t +- sqrt(t^2 + 4 delta)) / 2, t = delta^2 / 4; hence the
// rate 1 - t / sqrt(t^2 + 4 delta), 2/3 for delta = 2.
TEST_CASE("the rate of acceptance is that of the formula") {
    constexpr std::size_t n = 20000;
    for (const double delta : {0.5, 2., 3.}) {
        CAPTURE(delta);
        auto s = on_density(predicts(score{}, standard_normal{}), mala{.delta = delta});
        std::vector<double> x(2 * n);
        noise::philox{3}.fill<double>(noise::stream{1u << 16}, 0, 0, 2 * n, x.data());
        auto run = s.start_from(exec::cpp, 1, batch(x, n), {.steps = 1, .seed = 4});
        for (; run; run.advance()) {
            s.predictor.call(run.input(), run.output(), run.levels());
            s.predictor.log_densities(run.input(), run.log_densities(), run.levels());
        }
        int taken = 0;
        for (std::size_t i = 0; i < n; ++i)
            taken += 1 - run.refused(i);
        const double t = delta * delta / 4, rate = 1 - t / std::sqrt(t * t + 4 * delta);
        // a binomial of this size is normal to where 6.5 deviations have a probability of 1e-10
        CHECK(std::abs(taken - n * rate) < 6.5 * std::sqrt(n * rate * (1 - rate)));
        CHECK(run.summary().evaluations == 2);
    }
}

TEST_CASE("as a corrector it gives the level's law to whatever its predictor brings") {
    const noise_level l = level(0.3);
    const double mean = l.alpha * 0.7, variance = marginal_variance(l);
    const solver::scaled_by_noise corrector{mala{.delta = 2}};
    CHECK(
        std::abs(deviations(over_levels(solver::predictor_corrector{solver::heun{}, corrector, 40}),
                            mean, variance)) < 7);
    CHECK(
        std::abs(deviations(over_levels(solver::predictor_corrector{solver::heun{}, corrector, 0}),
                            mean, variance)) > 7);
    const solver::scaled_by_noise plain{solver::langevin{.delta = 2}};
    CHECK(deviations(over_levels(solver::predictor_corrector{solver::heun{}, plain, 40}), mean,
                     variance) > 7);
}

// The last corrections are those at t = 0.6; then the state is that of the same x / alpha at t =
// 0.3.
TEST_CASE("annealed over levels, each has its law") {
    const noise_level l = level(0.6);
    const double alpha = level(0.3).alpha, factor = alpha / l.alpha;
    const double variance = factor * factor * marginal_variance(l);
    const auto z = [&](const auto& corrector) {
        return deviations(over_levels(solver::annealed{solver::scaled_by_noise{corrector}, 40}),
                          alpha * 0.7, variance);
    };
    CHECK(std::abs(z(mala{.delta = 2})) < 7);
    CHECK(z(solver::langevin{.delta = 2}) > 7);
}

TEST_CASE("a sample under a judge does not see the others, and ends clean where the grid does") {
    sampler s{
        schedule::linear_beta{}, kernel::variance_preserving{}, exact(gaussian),
        solver::predictor_corrector{solver::euler{}, solver::scaled_by_noise{mala{.delta = 2}}, 3}};
    const std::size_t n = 5;
    std::vector<double> together(2 * n, 0.5), alone = together;
    const options o{.steps = 4, .seed = 2, .first_sample = 7};
    CHECK(s.generate_from(exec::cpp, 0.8, batch(together, n), o).evaluations == 4 + 3 * 4);
    for (std::size_t i = 0; i < n; ++i)
        s.generate_from(exec::cpp, 0.8, batch(&alone[2 * i], 2, 1),
                        {.steps = 4, .seed = 2, .first_sample = 7 + i});
    CHECK(testing::same_bits(together, alone));
}

TEST_CASE("constants without sense, and a solver that drops the judge of its part, are refused") {
    const auto run = [](auto solver) {
        std::vector<double> x(2);
        on_density(exact(gaussian), solver).generate_from(exec::cpp, 1, batch(x, 1), {.steps = 2});
    };
    check_refused<bad_argument>([&] { run(mala{.delta = 0}); }, {"mala with delta = 0"});
    check_refused<bad_argument>([&] { run(mala{.temperature = -1}); }, {"temperature = -1"});

    check_refused<bad_argument>([&] { run(forgets{}); }, {"stage 0 of step 0", "has no judge"});
}

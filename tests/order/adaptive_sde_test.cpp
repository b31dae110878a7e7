// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// The adaptive solver of the reverse SDE: its law on Gaussian data, and its path against that of
// fixed fine steps on the same noise.

#include <diffgen/grid/explicit.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/noise/brownian.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/adaptive_sde.hpp>
#include <diffgen/solver/euler_maruyama.hpp>

#include "check_refused.hpp"
#include "compare.hpp"
#include "gaussian_reverse.hpp"
#include "mixture_as.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

using namespace diffgen;
using solver::adaptive_sde;

namespace {

constexpr double from = 0.9, to = 0.1;

/// Two components in so many dimensions that the error of a step is no accident of its noise.
constexpr std::size_t D = 16;
const gaussian_mixture<D, 2> two = [] {
    gaussian_mixture<D, 2> m{{0.4, 0.6}, {}, {}};
    for (std::size_t d = 0; d < D; ++d) {
        const double shift = 0.01 * static_cast<double>(d);
        m.means[0][d] = -0.2 - shift;
        m.means[1][d] = 0.2 + 2 * shift;
        m.variances[0][d] = 0.3;
        m.variances[1][d] = 0.2;
    }
    return m;
}();

template <class Data, class Solver, class Noise>
auto composed(const Data& data, const Solver& solver, Noise noise) {
    return sampler{schedule::linear_beta{}, kernel::variance_preserving{},
                   testing::batched_predictor(epsilon{}, data), solver, noise};
}

/// Philox where a path is wanted: every try of a step has noise of its own.
struct forgetful : noise::philox {
    [[nodiscard]] forgetful for_piece(const noise::piece&) const { return *this; }
};

/// Mean and variance of the ends of many samples that start off the marginal, in deviations of the
/// two estimates from the exact solution of the SDE.
template <class Noise>
testing::moments deviations(Noise source) {
    constexpr std::size_t n = 2000;
    const gaussian_mixture<1, 1> data{{1}, {{{testing::data.mean}}}, {{{testing::data.variance}}}};
    auto s = composed(data, adaptive_sde{.within = {0.01, 0.01}}, source);
    const noise_level first = s.process.level(from), last = s.process.level(to);
    const testing::moments start{1.5, 0.4};
    const testing::moments exact = testing::exact_end(first, last, 1, start);
    std::vector<double> x(n);
    noise::philox{99}.fill<double>(noise::stream{1u << 16}, 0, 0, static_cast<int>(n), x.data());
    for (double& e : x)
        e = start.mean + std::sqrt(start.variance) * e;
    s.generate_from(exec::cpp, from, batch(x, n),
                    {.steps = 20, .seed = 12, .grid = grid::times{{from, 0.85, to}}});
    double sum = 0, squares = 0;
    for (const double e : x) {
        sum += e - exact.mean;
        squares += (e - exact.mean) * (e - exact.mean);
    }
    const double count = static_cast<double>(n);
    return {sum / std::sqrt(count * exact.variance),
            (squares / exact.variance - count) / std::sqrt(2 * count)};
}

std::vector<double> starts() {
    std::vector<double> x(2 * D);
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = 1.5 * std::sin(1.3 * static_cast<double>(i) + 0.4);
    return x;
}

template <class Solver>
std::vector<double> ends(const Solver& solver, std::vector<double> times) {
    auto s = composed(two, solver, noise::brownian{});
    std::vector<double> x = starts();
    s.generate_from(exec::cpp, from, batch(x, 2),
                    {.seed = 3, .grid = grid::times{std::move(times)}});
    return x;
}

std::vector<double> fine_times(int n) {
    std::vector<double> t;
    for (int i = 0; i <= n; ++i)
        t.push_back(from + (to - from) * i / n);
    return t;
}

}  // namespace

// False alarms below 1e-9: the first number is standard normal, and a chi-squared of 2,000 degrees
// is 7 deviations off with a probability below 1e-10 (Wilson and Hilferty 1931).
TEST_CASE("the law of its samples is that of the SDE") {
    const testing::moments z = deviations(noise::brownian{});
    CHECK(std::abs(z.mean) < 7);
    CHECK(std::abs(z.variance) < 7);
}

// ... and this is why a path is wanted: noise that goes with the drift is refused more often than
// noise against it, and does not come back. The variance is about 0.7 of itself too large.
TEST_CASE("the test of the law finds noise that is drawn anew after a refusal") {
    CHECK(deviations(forgetful{}).variance > 7);
}

TEST_CASE("on a path of the noise it tends to the solution, whatever the first step") {
    const std::vector<double> expected = ends(solver::euler_maruyama{}, fine_times(1 << 12));
    double before = 0.2;
    for (const double tolerance : {3e-2, 3e-3, 3e-4}) {
        CAPTURE(tolerance);
        const adaptive_sde solver{.within = {tolerance, tolerance}};
        double error = 0;
        for (const double first : {0.89, 0.8999, 0.3})
            error = std::max(
                error, testing::largest_difference(ends(solver, {from, first, to}), expected));
        CHECK(error < before / 2);
        before = error;
    }
    CHECK(before < 6e-3);
}

TEST_CASE("a first step that is far too long is refused, and a clean end is reached") {
    auto s = composed(two, adaptive_sde{}, noise::brownian{});
    std::vector<double> x = starts();
    auto run = s.start_from(exec::cpp, from, batch(x, 2), {.steps = 2});
    for (; run; run.advance())
        s.predictor.call(run.input(), run.output(), run.levels());
    CHECK(run.refused(0) >= 1);
    CHECK(run.refused(1) >= 1);
    CHECK(run.summary().finished);

    s.solver.exponent = 1.5;
    check_refused<bad_argument>([&] { s.generate_from(exec::cpp, from, batch(x, 2), {}); },
                                {"exponent = 1.5"});
}

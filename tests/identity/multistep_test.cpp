// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Methods known under names of their own that are cases of the general ones: Adams-Bashforth,
// exponential Heun and RES 2, gradient estimation.
#include <diffgen/exec/policy.hpp>
#include <diffgen/grid/uniform.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ddim.hpp>
#include <diffgen/solver/exponential_single.hpp>
#include <diffgen/solver/gradient_estimation.hpp>
#include <diffgen/solver/names.hpp>

#include "check_refused.hpp"
#include "mixture_as.hpp"
#include "quantile_flow.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

using namespace diffgen;
using namespace diffgen::solver;

namespace {

const gaussian_mixture<1, 1> gaussian{{1}, {{{0.5}}}, {{{0.3}}}};

/// D of N(0.5, 0.3) at sigma, alpha = 1.
double denoise(double x, double sigma) {
    return (0.3 * x + sigma * sigma * 0.5) / (0.3 + sigma * sigma);
}

constexpr double from = 3, to = 0.4;  ///< sigmas of all runs, and the schedule's times
constexpr int steps = 13;             ///< of 0.2 in sigma

template <class Solver>
double run(const Solver& solver) {
    sampler s{schedule::edm{}, kernel::variance_exploding{},
              testing::batched_predictor(denoised{}, gaussian), solver};
    std::vector<double> x{2};
    s.generate_from(exec::cpp, from, batch(x, 1),
                    {.steps = steps, .grid = grid::uniform{.stop_at = to}});
    return x[0];
}

double sigma(int i) {
    return from + (to - from) * i / steps;
}

}  // namespace

TEST_CASE("over sigma / alpha on equal steps, the weights are those of Adams and Bashforth") {
    const std::array<std::array<double, 4>, 4> known{{{1},
                                                      {3. / 2, -1. / 2},
                                                      {23. / 12, -16. / 12, 5. / 12},
                                                      {55. / 24, -59. / 24, 37. / 24, -9. / 24}}};
    const double h = -0.2;
    for (int count = 1; count <= 4; ++count) {
        const auto w = exponential_weights(0, h, {0, -h, -2 * h, -3 * h}, count);
        for (std::size_t i = 0; i < 4; ++i)
            CHECK(std::fabs(w[i] - h * known[static_cast<std::size_t>(count - 1)][i]) < 1e-14);
    }
}

TEST_CASE("PLMS: Adams-Bashforth of orders 1, 2, 3, then 4, all on one evaluation a step") {
    const std::array<std::array<double, 4>, 4> weights{{{1},
                                                        {3. / 2, -1. / 2},
                                                        {23. / 12, -16. / 12, 5. / 12},
                                                        {55. / 24, -59. / 24, 37. / 24, -9. / 24}}};
    double x = 2;
    std::vector<double> eps;
    for (int i = 0; i < steps; ++i) {
        eps.insert(eps.begin(), (x - denoise(x, sigma(i))) / sigma(i));
        const std::size_t order = std::min<std::size_t>(eps.size(), 4);
        for (std::size_t k = 0; k < order; ++k)
            x += (sigma(i + 1) - sigma(i)) * weights[order - 1][k] * eps[k];
    }
    CHECK(std::fabs(run(lms<4>{.start_up = start_up::first_order}) - x) < 1e-13);
}

TEST_CASE("exponential Heun and RES 2: b_1 = phi_1 - phi_2 / c, b_2 = phi_2 / c") {
    for (const double c : {1., 0.5, 0.7}) {
        double x = 2;
        for (int i = 0; i < steps; ++i) {
            const double s = sigma(i), h = std::log(s / sigma(i + 1));
            const auto phi_1 = [](double z) { return std::expm1(z) / z; };
            const double first = denoise(x, s);
            const double middle =
                std::exp(-c * h) * x + c * h * phi_1(-c * h) * first;  // at exp(-c h) sigma
            const double second = denoise(middle, s * std::exp(-c * h));
            const double phi_2 = (phi_1(-h) - 1) / -h;
            x = std::exp(-h) * x + h * ((phi_1(-h) - phi_2 / c) * first + phi_2 / c * second);
        }
        CHECK(std::fabs(run(exponential_single<2>{.middle = c}) - x) < 1e-13);
    }
}

TEST_CASE("gradient estimation with gamma 1 is DDIM, with 3/2 Adams-Bashforth of order 2") {
    CHECK(std::fabs(run(gradient_estimation{.gamma = 1}) - run(ddim{})) < 1e-13);
    CHECK(std::fabs(run(gradient_estimation{.gamma = 1.5}) -
                    run(lms<2>{.start_up = start_up::first_order})) < 1e-13);
}

TEST_CASE("gradient estimation is of order 1, and of 2 with gamma = 3/2 on equal steps") {
    testing::check_order(schedule::linear_beta{}, kernel::variance_preserving{}, epsilon{},
                         gradient_estimation{}, {0.5, 0.1, 32}, 1);
    testing::check_order(schedule::edm{}, kernel::variance_exploding{}, denoised{},
                         gradient_estimation{}, {3, 0.4, 32}, 1);
    testing::check_order(schedule::edm{}, kernel::variance_exploding{}, denoised{},
                         gradient_estimation{.gamma = 1.5}, {3, 0.4, 512}, 2);
    check_refused<bad_argument>(
        [] { gradient_estimation{std::numeric_limits<double>::infinity()}.check(); },
        {"gamma = inf"});
}

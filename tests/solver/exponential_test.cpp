// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// The weights of the exponential integrators, and what the first orders are under other names.
#include <diffgen/diffgen.hpp>

#include "compare.hpp"
#include "mixture_as.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <vector>

using namespace diffgen;
using namespace diffgen::solver;

namespace {

/// int_0^h exp(rate (s - h)) P(s) ds by Simpson's rule in long double: the error is below 1e-13.
double quadrature(double rate, double h, const std::array<double, 4>& c) {
    constexpr int n = 4000;
    const auto f = [&](long double s) {
        long double p = 0;
        for (std::size_t k = 4; k-- > 0;)
            p = p * s + static_cast<long double>(c[k]);
        return std::exp(static_cast<long double>(rate) * (s - static_cast<long double>(h))) * p;
    };
    const long double d = static_cast<long double>(h) / n;
    long double sum = f(0) + f(static_cast<long double>(h));
    for (int i = 1; i < n; ++i)
        sum += f(i * d) * (i % 2 == 1 ? 4 : 2);
    return static_cast<double>(sum * d / 3);
}

const gaussian_mixture<2, 2> data{{0.4, 0.6}, {{{-1, 0.5}, {1, 0}}}, {{{0.2, 0.3}, {0.1, 0.2}}}};

template <class Solver>
std::vector<double> samples(const Solver& solver, const any_grid& grid) {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
              testing::batched_predictor(velocity{}, data), solver};
    std::vector<double> x(2 * 50);
    s.generate(exec::cpp, batch(x, 50), {.steps = 12, .seed = 3, .grid = grid});
    return x;
}

}  // namespace

TEST_CASE("weights are exact for polynomials, on both sides of the series") {
    for (const double rate : {-1., 0., 1., 2., 1.25})
        for (const double h : {1e-6, 0.05, 0.7, 1.4, 1.6, 4.}) {
            const std::array<double, max_nodes> nodes{0, -0.9 * h, -1.7 * h, h};
            for (int count = 1; count <= 4; ++count) {
                const auto w = exponential_weights(rate, h, nodes, count);
                for (int degree = 0; degree < count; ++degree) {
                    std::array<double, 4> c{};
                    c[static_cast<std::size_t>(degree)] = std::pow(h, -degree);
                    double sum = 0;
                    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
                        sum += w[i] * std::pow(nodes[i] / h, degree);
                    CAPTURE(rate);
                    CAPTURE(h);
                    CAPTURE(degree);
                    const double exact = quadrature(rate, h, c);
                    CHECK(std::fabs(sum - exact) <= 1e-12 * std::max(h, std::fabs(exact)));
                }
            }
        }
}

TEST_CASE("first orders under other names, to 1e-12") {
    for (const any_grid& grid : {any_grid(grid::uniform{}), any_grid(grid::uniform{.stop_at = 0.1}),
                                 any_grid(grid::karras{})}) {
        const auto same = [&](const auto& a, const auto& b) {
            CHECK(testing::largest_difference(samples(a, grid), samples(b, grid)) <= 1e-12);
        };
        same(dpm_solver_pp_multistep<1>{}, ddim{});
        same(dpm_solver_multistep<1>{}, ddim{});
        same(dpm_solver_pp_singlestep<1>{}, ddim{});
        same(lms<1>{}, euler{});
        same(exponential_multistep<1>{.tau = 1}, ancestral{});
    }
}

TEST_CASE("multistep methods start at pure noise and survive any number of steps") {
    for (const int n : {1, 2, 3, 4, 9}) {
        const auto finite = [n](const auto& solver) {
            sampler s{schedule::rectified{}, kernel::linear_interpolant{},
                      testing::batched_predictor(flow{}, data), solver};
            std::vector<double> x(2 * 8);
            s.generate(exec::cpp, batch(x, 8), {.steps = n, .seed = 3});
            for (const double v : x)
                CHECK(std::fabs(v) < 10);
        };
        finite(dpm_solver_pp_multistep<2>{});
        finite(dpm_solver_pp_multistep<3>{});
        finite(dpm_solver_pp_singlestep<3>{});
        finite(unipc<2>{});
        finite(unipc<3>{});
        finite(sa_solver<2, 2>{.tau = 1});
        finite(dpm_solver_pp_multistep<3>{.start_up = start_up::first_order});
    }
}

TEST_CASE("a negative tau is refused") {
    CHECK_THROWS_WITH_AS(samples(exponential_multistep<2>{.tau = -1}, grid::uniform{}),
                         "diffgen: exponential_multistep with tau = -1; must be 0 (the probability "
                         "flow) or more, and 1 is the reverse SDE",
                         bad_argument);
}

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// The recipe of docs/extending.md that measures the order of a solver without the library's tests.
#include <diffgen/diffgen.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdio>
#include <vector>

namespace recipe {

// [order]
/// The error of n steps, against 4,096 steps of rk4, on two Gaussians in one dimension.
template <class Solver>
double error(const Solver& solver, int n) {
    using namespace diffgen;
    const gaussian_mixture<1, 2> data{{0.4, 0.6}, {{{-0.8}, {0.9}}}, {{{0.3}, {0.2}}}};
    const auto end = [&](auto method, int steps) {
        sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, exact(data), method};
        std::vector<double> x{-1.7, -0.9, -0.2, 0.1, 0.6, 1.4};  // where the paths begin, t = 0.8
        s.generate_from(exec::cpp, 0.8, batch(x, x.size()),
                        {.steps = steps, .grid = grid::uniform{.stop_at = 0.2}});
        return x;
    };
    const auto x = end(solver, n), y = end(solver::rk4{}, 4096);
    double largest = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
        largest = std::fmax(largest, std::fabs(x[i] - y[i]));
    return largest;
}

template <class Solver>
double order(const Solver& solver, int n) {  // what the error falls by when the steps are halved
    return std::log2(error(solver, n) / error(solver, 2 * n));
}
// [order]

}  // namespace recipe

TEST_CASE("the recipe finds the orders that the table of solvers states") {
    using namespace diffgen::solver;
    CHECK(std::fabs(recipe::order(ddim{}, 256) - 1) < 0.1);
    CHECK(std::fabs(recipe::order(heun{}, 64) - 2) < 0.1);
    CHECK(std::fabs(recipe::order(midpoint{}, 64) - 2) < 0.1);
    CHECK(std::fabs(recipe::order(runge_kutta<tableau::kutta3>{}, 32) - 3) < 0.15);
    CHECK(std::fabs(recipe::order(unipc<2>{}, 64) - 3) < 0.2);
}

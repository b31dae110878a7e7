// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Orders of the deterministic solvers on a mixture in two dimensions, against a solution computed
// here in long double: RK4 for dy/du of y = x / alpha over u = log(sigma / alpha), in 4,000 steps.
#include <diffgen/exec/policy.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ddim.hpp>
#include <diffgen/solver/runge_kutta.hpp>

#include "compare.hpp"
#include "mixture_as.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <vector>

using namespace diffgen;

namespace {

const gaussian_mixture<2, 3> data{{0.2, 0.5, 0.3},
                                  {{{-1, 0.5}, {0.8, 0.9}, {0.1, -1.2}}},
                                  {{{0.2, 0.3}, {0.3, 0.15}, {0.25, 0.25}}}};

using point = std::array<long double, 2>;

/// dy/du = y - E[x_0 | y], u = log r, y = x_0 + r eps.
point slope(long double u, const point& y) {
    const long double r2 = std::exp(2 * u);
    long double total = 0;
    point mean{};
    for (std::size_t k = 0; k < 3; ++k) {
        long double density = data.weights[k];
        for (std::size_t d = 0; d < 2; ++d) {
            const long double v = data.variances[k][d] + r2, z = y[d] - data.means[k][d];
            density *= std::exp(-z * z / (2 * v)) / std::sqrt(v);
        }
        total += density;
        for (std::size_t d = 0; d < 2; ++d) {
            const long double v = data.variances[k][d], z = y[d] - data.means[k][d];
            mean[d] += density * (data.means[k][d] + v / (v + r2) * z);
        }
    }
    return {y[0] - mean[0] / total, y[1] - mean[1] / total};
}

point along(const point& y, long double h, const point& k) {
    return {y[0] + h * k[0], y[1] + h * k[1]};
}

point reference(const noise_level& from, const noise_level& to, point y, int n) {
    const long double start = std::log(static_cast<long double>(from.sigma) / from.alpha);
    const long double h = (std::log(static_cast<long double>(to.sigma) / to.alpha) - start) / n;
    for (int i = 0; i < n; ++i) {
        const long double u = start + i * h;
        const point a = slope(u, y), b = slope(u + h / 2, along(y, h / 2, a));
        const point c = slope(u + h / 2, along(y, h / 2, b)), d = slope(u + h, along(y, h, c));
        for (std::size_t e = 0; e < 2; ++e)
            y[e] += h / 6 * (a[e] + 2 * b[e] + 2 * c[e] + d[e]);
    }
    return y;
}

constexpr double start_time = 0.5, end_time = 0.1;

template <class Solver>
void check_order(Solver solver, int order) {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
              testing::batched_predictor(epsilon{}, data), solver};
    const noise_level from = s.process.level(start_time), to = s.process.level(end_time);
    const std::vector<double> starts{-1.3, 0.4, 0.2, 0.9, 1.1, -0.7, -0.1, -1.5};
    std::vector<double> expected;
    for (std::size_t i = 0; i < starts.size(); i += 2) {
        const point y =
            reference(from, to, {starts[i] / from.alpha, starts[i + 1] / from.alpha}, 4000);
        for (const long double e : y)
            expected.push_back(static_cast<double>(to.alpha * e));
    }
    double before = 0;
    const int n = order == 1 ? 512 : 32;
    for (int doubling = 0; doubling <= 3; ++doubling) {
        std::vector<double> x = starts;
        s.generate_from(exec::cpp, start_time, batch(x, 4),
                        {.steps = n << doubling, .grid = grid::uniform{.stop_at = end_time}});
        const double now = testing::largest_difference(x, expected);
        CAPTURE(now);
        if (doubling > 0) CHECK(std::fabs(std::log2(before / now) - order) <= 0.1);
        before = now;
    }
}

}  // namespace

TEST_CASE("the reference has converged") {
    const process p(schedule::linear_beta{}, kernel::variance_preserving{});
    const noise_level from = p.level(start_time), to = p.level(end_time);
    const point y{1.3, -0.4}, fine = reference(from, to, y, 4000),
                              finer = reference(from, to, y, 8000);
    CHECK(std::fabs(static_cast<double>(fine[0] - finer[0])) < 1e-14);
    CHECK(std::fabs(static_cast<double>(fine[1] - finer[1])) < 1e-14);
}

TEST_CASE("orders in two dimensions") {
    using namespace solver;
    check_order(ddim{}, 1);
    check_order(euler{}, 1);
    check_order(probability_flow_euler{}, 1);
    check_order(heun{}, 2);
    check_order(runge_kutta<tableau::heun, in_time>{}, 2);
    check_order(rk4{}, 4);
    check_order(runge_kutta<tableau::rk4, in_time>{}, 4);
}

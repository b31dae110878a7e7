// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// SEEDS: exact moments on Gaussian data against the reverse SDE of the same tau, and the cases that
// are other methods.
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/schedule/geometric.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ddim.hpp>
#include <diffgen/solver/seeds.hpp>

#include "check_refused.hpp"
#include "compare.hpp"
#include "gaussian_reverse.hpp"
#include "mixture_run.hpp"
#include "two_processes.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace diffgen;
using testing::mixture_run;
using namespace diffgen::solver;
using testing::moments;

namespace {

template <int Order>
void check_orders(const process_view& p, double stop) {
    using orders = testing::weak_orders;
    for (const double tau : {0.5, 1.}) {
        CAPTURE(tau);
        // with tau = 1 the linear part alone is the mean's whole solution
        testing::check_weak_order(p, stop, seeds<Order>{tau}, tau, 256, 2,
                                  {tau == 1 ? orders::exact : Order, Order == 1 ? 1 : 2});
    }
}

void check_all(const process_view& p, double to) {
    check_orders<1>(p, to);
    check_orders<2>(p, to);
    check_orders<3>(p, to);
}

}  // namespace

TEST_CASE("orders of the moments") {
    testing::on_two_processes(check_all);
}

TEST_CASE("over the noise estimate, tau = 1/2") {
    const process typed(schedule::linear_beta{}, kernel::variance_preserving{});
    const process_view p = process_view(typed).until(0.7);
    testing::check_weak_order(p, 0.1, seeds<3, basis::noise>{0.5}, 0.5, 256, 1, {3, 2});
}

TEST_CASE("on one-point data it is exact in any number of steps: the noise of the pieces adds up") {
    const moments point{0.7, 0};
    const process typed(schedule::linear_beta{}, kernel::variance_preserving{});
    const process_view p(typed);
    const auto levels = grid::uniform{.stop_at = 0.05}.levels(p, 3);
    const moments start = marginal(point, levels.front()), end = marginal(point, levels.back());
    const auto check = [&](const auto& solver) {
        const moments got = testing::run_moments(p, solver, levels, point, start);
        CHECK(testing::relative_error(got.mean, end.mean) < 1e-12);
        CHECK(testing::relative_error(got.variance, end.variance) < 1e-12);
    };
    check(seeds<1>{});
    check(seeds<2>{0.6});
    check(seeds<3>{});
}

TEST_CASE("SEEDS-3 by its formulas: two inner values, and the noise of three pieces") {
    const process typed(schedule::geometric{.sigma_min = 0.1, .sigma_max = 5},
                        kernel::variance_exploding{});
    const process_view p(typed);
    const std::vector<noise_level> levels{p.level(0.8), p.level(0.5)};
    const double eta = 0.64, x = 0.7, d[3]{0.2, -0.4, 0.9}, z[3]{1.1, -0.6, 0.3};
    const seeds<3> solver{.tau = 0.8};  // eta = tau^2
    std::vector<double> registers(8);
    registers[0] = x;
    for (int j = 0; j < 3; ++j) {
        const stage s = solver.plan({p, levels, 0}, j);
        std::vector<double> next = registers;
        for (int i = 0; i < s.rows; ++i) {
            const auto& row = s.updates[static_cast<std::size_t>(i)];
            double sum = row.form.denoised * d[j] + row.form.noise[0] * z[j];
            for (std::size_t k = 0; k < 8; ++k)
                sum += row.form.registers[k] * registers[k];
            next[static_cast<std::size_t>(row.target)] = sum;
        }
        registers = next;
        // h = log(sigma / sigma'), of which the first part of the noise decays over the rest
        const double h = std::log(levels[0].sigma / levels[1].sigma), k = h * (1 + eta);
        const double u = (j + 1) / 3., sigma = levels[0].sigma * std::exp(-u * h);
        double expected = std::exp(-u * k) * x + (1 - std::exp(-u * k)) * d[0];
        // phi_2 of u k, through the values at 0 and at the last node
        if (j > 0)
            expected += u / (j / 3.) * ((std::exp(-u * k) - 1) / (u * k) + 1) * (d[j] - d[0]);
        for (int i = 0; i <= j; ++i)
            expected += sigma * z[i] *
                        std::sqrt(std::exp(-2 * eta * h * (u - (i + 1) / 3.)) -
                                  std::exp(-2 * eta * h * (u - i / 3.)));
        CHECK(testing::relative_error(registers[j < 2 ? 1 : 0], expected) < 1e-13);
    }
}

TEST_CASE("without noise it is the exponential Runge-Kutta method: the same bits") {
    CHECK(mixture_run(seeds<2>{0}) == mixture_run(exponential_single<2>{}));
    CHECK(mixture_run(seeds<3>{0}) == mixture_run(exponential_single<3>{}));
    CHECK(mixture_run(seeds<3>{}) != mixture_run(exponential_single<3>{}));
}

TEST_CASE("SEEDS-1 with tau = 1 is DDIM with eta = 1") {
    CHECK(testing::largest_difference(mixture_run(seeds<1>{}), mixture_run(ddim{.eta = 1})) <
          1e-12);
}

TEST_CASE("a bad tau is refused") {
    check_refused<bad_argument>([] { seeds<2>{-1}.check(); }, {"seeds with tau = -1"});
}

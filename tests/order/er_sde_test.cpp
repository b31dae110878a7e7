// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// ER-SDE-Solvers: exact moments on Gaussian data, and the cases that are DDIM.
#include <diffgen/kernel/linear_interpolant.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/schedule/geometric.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/schedule/rectified.hpp>
#include <diffgen/solver/ddim.hpp>
#include <diffgen/solver/er_sde.hpp>

#include "check_refused.hpp"
#include "compare.hpp"
#include "gaussian_reverse.hpp"
#include "mixture_run.hpp"
#include "two_processes.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace diffgen;
using solver::er_sde;
using solver::noise_growth::power;
using testing::data;
using testing::mixture_run;
using testing::moments;

namespace {

/// From the marginal, which every SDE of the family keeps: the order of the variance, from n steps.
template <class Solver>
void check_marginal(const process_view& p, double stop, const Solver& s, int order, int n,
                    double slack = 0.1) {
    double before = 0;
    for (int doubling = 0; doubling <= 2; ++doubling) {
        const auto levels = grid::uniform{.stop_at = stop}.levels(p, n << doubling);
        const moments got =
            testing::run_moments(p, s, levels, data, marginal(data, levels.front()));
        const moments exact = marginal(data, levels.back());
        CAPTURE(doubling);
        CHECK(testing::relative_error(got.mean, exact.mean) < 1e-12);
        const double now = std::fabs(got.variance - exact.variance);
        CAPTURE(now);
        if (before > 0) {
            CHECK(std::log2(before / now) >= order - 0.1);
            CHECK(std::log2(before / now) <= order + slack);
        }
        before = now;
    }
}

/// From off the marginal, towards the reverse SDE.
template <class Solver>
void check_reverse_sde(const process_view& p, double stop, const Solver& s, int order) {
    testing::check_weak_order(p, stop, s, 1, 1024, 2, {order, order, true});
}

void check_all(const process_view& p, double to) {
    check_marginal(p, to, er_sde<1>{}, 1, 1024);
    check_marginal(p, to, er_sde<2>{}, 2, 1024);
    // here the error of order 2 that the start leaves meets that of order 3
    check_marginal(p, to, er_sde<3>{}, 2, 4096, 1.1);
    check_reverse_sde(p, to, er_sde<1, power>{}, 1);
    check_reverse_sde(p, to, er_sde<2, power>{}, 2);
    check_reverse_sde(p, to, er_sde<3, power>{}, 2);
}

}  // namespace

TEST_CASE("orders of the moments") {
    testing::on_two_processes(check_all);
}

TEST_CASE("order 1 with phi = r is DDIM, with r^2 DDIM with eta = 1") {
    CHECK(testing::largest_difference(mixture_run(er_sde<1, power>{{0}}),
                                      mixture_run(solver::ddim{})) < 1e-12);
    CHECK(testing::largest_difference(mixture_run(er_sde<1, power>{{1}}),
                                      mixture_run(solver::ddim{.eta = 1})) < 1e-12);
}

TEST_CASE("the polynomials' weights: phi = r^2, in closed form") {
    // t^2 int_s^t (r - s) d(r^-2) = t - s - t (t / s - 1), by parts
    const process typed(schedule::geometric{.sigma_min = 0.1, .sigma_max = 5},
                        kernel::variance_exploding{});
    const process_view p(typed);
    const std::vector<noise_level> levels{p.level(0.8), p.level(0.6), p.level(0.3)};
    const double before = levels[0].sigma_over_alpha(), s = levels[1].sigma_over_alpha(),
                 t = levels[2].sigma_over_alpha();
    const step second{p, levels, 1};
    const linear_form form = er_sde<2, power>{}.plan(second, 0).updates[0].form;
    const double slope = (t - s - t * (t / s - 1)) / (s - before);
    CHECK(std::fabs(form.registers[1] + slope) < 1e-8);
    CHECK(std::fabs(form.denoised - (1 - t * t / (s * s) + slope)) < 1e-8);
}

TEST_CASE("order 3 by the formulas of the authors' code, but for the slope at the new end") {
    const process typed(schedule::linear_beta{}, kernel::variance_preserving{});
    const process_view p(typed);
    const std::vector<noise_level> l{p.level(0.8), p.level(0.65), p.level(0.5), p.level(0.4)};
    const auto r = [&](int i) { return l[static_cast<std::size_t>(i)].sigma_over_alpha(); };
    const auto phi = [](double x) { return x * (std::exp(std::pow(x, 0.3)) + 10); };
    // their sums over [r', r], with the midpoint rule and 20,000 points: error 1e-9
    double s_int = 0, s_d_int = 0;
    constexpr int n = 20000;
    const double from = r(2), to = r(3), width = (from - to) / n;
    for (int i = 0; i < n; ++i) {
        const double x = to + (i + 0.5) * width;
        s_int += width / phi(x);
        s_d_int += (x - from) * width / phi(x);
    }
    const double first = to - from + s_int * phi(to);
    const double second = (to - from) * (to - from) / 2 + s_d_int * phi(to);
    // dd = 2 (d - d_old) / (r_2 - r_0); the slope at r_2 is d + (r_2 - r_1) dd / 2, they take d
    const double curve = second + first * (r(2) - r(1)) / 2;
    const double kept = phi(to) / phi(from), a = l[3].alpha;
    const double d_D = 1 / (r(2) - r(1)), d_1 = -d_D;
    const double old_1 = 1 / (r(1) - r(0)), old_2 = -old_1, dd = 2 / (r(2) - r(0));
    const linear_form got = er_sde<3>{}.plan({p, l, 2}, 0).updates[0].form;
    const auto near = [](double x, double y) { return std::fabs(x - y) < 1e-8; };
    CHECK(near(got.registers[0], a / l[2].alpha * kept));
    CHECK(near(got.denoised, a * (1 - kept + first * d_D + curve * dd * d_D)));
    CHECK(near(got.registers[2], a * (first * d_1 + curve * dd * (d_1 - old_1))));
    CHECK(near(got.registers[1], a * (-curve * dd * old_2)));
    CHECK(near(got.noise[0], a * std::sqrt(to * to - from * from * kept * kept)));
}

TEST_CASE("from pure noise the steps are finite and the marginals right in the limit") {
    const process typed(schedule::rectified{}, kernel::linear_interpolant{});
    const process_view p(typed);
    double before = 0;
    for (int n = 512; n <= 2048; n *= 2) {
        const auto levels = grid::uniform{.stop_at = 0.2}.levels(p, n);
        const moments exact = marginal(data, levels.back());
        const double now = std::fabs(
            testing::run_moments(p, er_sde<3>{}, levels, data, {0, 1}).variance - exact.variance);
        if (before > 0) CHECK(now < 0.6 * before);
        before = now;
    }
    CHECK(before < 1e-3);
}

TEST_CASE("a noise that falls is refused") {
    check_refused<bad_argument>([] { er_sde<1, power>{{-1}}.check(); }, {"exponent = -1"});
}

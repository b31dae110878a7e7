// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Deterministic methods made ancestral: exact moments on Gaussian data, and the identity with DDIM.
#include <diffgen/kernel/linear_interpolant.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/schedule/rectified.hpp>
#include <diffgen/solver/ancestral_of.hpp>
#include <diffgen/solver/ddim.hpp>
#include <diffgen/solver/exponential_single.hpp>

#include "check_refused.hpp"
#include "compare.hpp"
#include "gaussian_reverse.hpp"
#include "mixture_run.hpp"
#include "two_processes.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace diffgen;
using solver::ancestral_of;
using testing::data;
using testing::mixture_run;
using testing::moments;
using ralston = solver::runge_kutta<solver::tableau::ralston>;

namespace {

/// Towards the reverse SDE with eta times its noise, from off the marginal.
template <class Solver>
void check_weak_order_1(const process_view& p, double stop, const Solver& s) {
    moments before = testing::error(p, stop, s, s.eta, 512);
    for (int n = 1024; n <= 4096; n *= 2) {
        const moments now = testing::error(p, stop, s, s.eta, n);
        CAPTURE(n);
        CHECK(std::fabs(std::log2(before.mean / now.mean) - 1) <= 0.1);
        CHECK(std::fabs(std::log2(before.variance / now.variance) - 1) <= 0.1);
        before = now;
    }
}

/// From the marginal: the noise is exact, hence what is left is the method's error.
template <class Solver>
void check_marginal(const process_view& p, double stop, const Solver& s, int order) {
    double before = 0;
    for (int n = 128; n <= 512; n *= 2) {
        const auto levels = grid::uniform{.stop_at = stop}.levels(p, n);
        const moments got =
            testing::run_moments(p, s, levels, data, marginal(data, levels.front()));
        const moments exact = marginal(data, levels.back());
        CAPTURE(n);
        CHECK(testing::relative_error(got.mean, exact.mean) < 1e-12);
        const double now = std::fabs(got.variance - exact.variance);
        CAPTURE(now);
        if (before > 0) CHECK(std::fabs(std::log2(before / now) - order) <= 0.1);
        before = now;
    }
}

void check_all(const process_view& p, double to) {
    check_weak_order_1(p, to, ancestral_of<>{.eta = 0.8});
    check_weak_order_1(p, to, ancestral_of<>{.eta = 0.5});
    check_weak_order_1(p, to, ancestral_of<solver::exponential_single<2>>{.eta = 0.7});
    check_marginal(p, to, ancestral_of<>{.eta = 0.5}, 2);
    // eta = 1 where the constant of the method's own error is smaller than that of the noise
    check_weak_order_1(p, to, ancestral_of<solver::rk4>{.eta = 1});
    check_marginal(p, to, ancestral_of<ralston>{.eta = 1}, 2);
    check_marginal(p, to, ancestral_of<solver::exponential_single<2>>{.eta = 1}, 2);
}

}  // namespace

TEST_CASE("orders of the moments") {
    testing::on_two_processes(check_all);
}

TEST_CASE("linear interpolant") {
    const process typed(schedule::rectified{}, kernel::linear_interpolant{});
    check_all(process_view(typed).until(0.8), 0.2);
}

TEST_CASE("with Euler's method it is DDIM with eta") {
    for (const double eta : {0., 0.4, 1., 1.3, 3.})
        CHECK(testing::largest_difference(mixture_run(ancestral_of<solver::euler>{.eta = eta}),
                                          mixture_run(solver::ddim{.eta = eta})) < 1e-12);
}

TEST_CASE("without noise it is its method: the same bits") {
    CHECK(mixture_run(ancestral_of<>{.eta = 0}) == mixture_run(solver::heun{}));
    CHECK(mixture_run(ancestral_of<>{.eta = 0.1}) != mixture_run(solver::heun{}));
}

TEST_CASE("s_noise scales the fresh noise") {
    const process typed(schedule::linear_beta{}, kernel::variance_preserving{});
    const process_view p(typed);
    const std::vector<noise_level> levels{p.level(0.6), p.level(0.4)};
    const auto variance = [&](double s_noise) {
        const ancestral_of<> s{.s_noise = s_noise};
        return testing::run_moments(p, s, levels, data, marginal(data, levels[0])).variance;
    };
    const double fresh = reverse_transition(levels[0], levels[1]).variance;
    CHECK(testing::relative_error(variance(1.5) - variance(0), 2.25 * fresh) < 1e-12);
}

TEST_CASE("by time: the step of flow matching, and the square root of eta") {
    const process typed(schedule::rectified{}, kernel::linear_interpolant{});
    const process_view p(typed);
    using rectified = ancestral_of<solver::euler, solver::descent::by_time>;
    // one step by its formula (sample_euler_ancestral_RF of ComfyUI): sigma = t, alpha = 1 - t
    for (const double eta : {0.3, 1.}) {
        const double s = 0.7, t = 0.5, s_noise = 1.2;
        const std::vector<noise_level> levels{p.level(s), p.level(t)};
        const rectified solver{.eta = eta, .s_noise = s_noise};
        const double down = t * (1 + (t / s - 1) * eta), a = (1 - t) / (1 - down);
        const linear_form got = solver.plan({p, levels, 0}, 0).updates[0].form;
        CHECK(testing::relative_error(got.registers[0], a * down / s) < 1e-14);
        CHECK(testing::relative_error(got.denoised, a * (1 - down / s)) < 1e-14);
        CHECK(testing::relative_error(got.noise[0],
                                      s_noise * std::sqrt(t * t - down * down * a * a)) < 1e-13);
    }
    for (const double eta : {0.25, 1.}) {
        const rectified solver{.eta = eta};
        moments before = testing::error(p.until(0.8), 0.2, solver, std::sqrt(eta), 512);
        for (int n = 1024; n <= 2048; n *= 2) {
            const moments now = testing::error(p.until(0.8), 0.2, solver, std::sqrt(eta), n);
            CHECK(std::fabs(std::log2(before.mean / now.mean) - 1) <= 0.1);
            CHECK(std::fabs(std::log2(before.variance / now.variance) - 1) <= 0.1);
            before = now;
        }
    }
}

TEST_CASE("bad constants are refused") {
    check_refused<bad_argument>([] { ancestral_of<>{.eta = -1}.check(); }, {"eta = -1"});
    check_refused<bad_argument>([] { ancestral_of<>{.s_noise = -2}.check(); }, {"s_noise = -2"});
}

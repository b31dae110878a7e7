// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Langevin dynamics without a sample: on Gaussian data the moments of a run follow an exact
// recursion (support/affine_moments.hpp). Where they settle, and at which order in the step size
// the way there tends to that of the SDE.
#include <diffgen/grid/uniform.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/process/process.hpp>
#include <diffgen/schedule/stationary.hpp>
#include <diffgen/solver/langevin.hpp>
#include <diffgen/solver/tempered.hpp>
#include <diffgen/solver/underdamped_langevin.hpp>

#include "affine_moments.hpp"
#include "compare.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <complex>
#include <limits>
#include <vector>

using namespace diffgen;
using solver::underdamped_langevin;
using testing::moments;
using testing::relative_error;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
const moments data{0.7, 0.3};
const moments at_level{0.7, 1.3};  // alpha = sigma = 1

const process typed(schedule::stationary{}, kernel::variance_exploding{});
const process_view stationary(typed);

/// Moments of register `r` after n steps.
template <class Solver>
moments after(const Solver& s, int n, const moments& start, unsigned r = 0) {
    const std::vector<noise_level> levels(static_cast<std::size_t>(n) + 1,
                                          stationary.level_of_log_snr(0));
    testing::affine_moments m(data, start);
    for (step k{stationary, levels, 0}; k.index < n; ++k.index)
        m.apply(s.plan(k, 0));
    return m.of_register(r);
}

/// dx = p / m dt, dp = -(x / v + gamma p) dt + sqrt(2 gamma m T) dw, x from the given moments about
/// its limit, p from N(0, m T): the moments of x about its limit at time t. With y the distance
/// from the limit, E y(t) = a(t) y(0); what is left of a deviation of the variance of x is a(t)^2
/// of it.
moments exact_at(double t, const underdamped_langevin& s, const moments& start) {
    const double v = at_level.variance, half = s.friction / 2;
    const std::complex<double> w = std::sqrt(std::complex<double>(1 / (s.mass * v) - half * half));
    const double a = std::exp(-half * t) * (std::cos(w * t) + half * std::sin(w * t) / w).real();
    const double limit = v * s.temperature;
    return {at_level.mean + a * (start.mean - at_level.mean),
            limit + a * a * (start.variance - limit)};
}

}  // namespace

TEST_CASE("plain dynamics at temperature T settles at v T / (1 - delta / (4 v))") {
    // x' = (1 - delta / (2 v)) x + sqrt(delta T) z: the variance of an AR(1) process
    for (const double temperature : {0.3, 1., 4.})
        for (const double delta : {0.01, 0.2, 2.}) {
            const moments got = after(solver::langevin{delta, temperature}, 8000, {-3, 0.1});
            const double v = at_level.variance;
            CHECK(relative_error(got.mean, at_level.mean) < 1e-12);
            CHECK(relative_error(got.variance, v * temperature / (1 - delta / (4 * v))) < 1e-12);
        }
}

TEST_CASE("plain dynamics: weak order 1") {
    // dx = -x / (2 v) dt + sqrt(T) dw: of a deviation exp(-t / (2 v)) is left, of a variance its
    // square
    const moments start{-1.5, 0.4};
    const double v = at_level.variance, left = std::exp(-1.6 / (2 * v)), limit = 0.8 * v;
    const moments exact{at_level.mean + left * (start.mean - at_level.mean),
                        limit + left * left * (start.variance - limit)};
    moments before{};
    for (int n = 64; n <= 512; n *= 2) {
        const moments got = after(solver::langevin{1.6 / n, 0.8}, n, start);
        const moments now{std::fabs(got.mean - exact.mean),
                          std::fabs(got.variance - exact.variance)};
        if (n > 64) {
            CHECK(std::fabs(std::log2(before.mean / now.mean) - 1) < 0.05);
            CHECK(std::fabs(std::log2(before.variance / now.variance) - 1) < 0.05);
        }
        before = now;
    }
}

TEST_CASE("underdamped dynamics: the variance of the state is exact in steps of any size") {
    // also that of the momentum between the kicks; their covariance there is h T / 2
    for (const double temperature : {0.3, 1.})
        for (const double mass : {0.5, 2.})
            for (const double friction : {0.4, 3., infinity})
                for (const double h : {0.05, 0.3, 1.5}) {  // stable to 2 sqrt(m v), at least 1.6
                    CAPTURE(friction);
                    CAPTURE(h);
                    const underdamped_langevin s{h, friction, mass, temperature};
                    const int n =
                        80000;  // the slowest deviation shrinks by 1 - h^2 / (2 m v) a step
                    const moments x = after(s, n, {-3, 0.1}), p = after(s, n, {-3, 0.1}, 1);
                    CHECK(relative_error(x.mean, at_level.mean) < 1e-12);
                    CHECK(relative_error(x.variance, at_level.variance * temperature) < 1e-12);
                    CHECK(std::fabs(p.mean) < 1e-12);
                    CHECK(relative_error(p.variance, mass * temperature) < 1e-12);
                }
}

TEST_CASE("underdamped dynamics: weak order 2") {
    const moments start{-1.5, 0.4};
    for (const double friction : {0.5, 1.7, 6.}) {  // under, near and over the critical damping
        CAPTURE(friction);
        moments before{};
        for (int n = 64; n <= 512; n *= 2) {
            const underdamped_langevin s{1.6 / n, friction, 1.2, 0.8};
            const moments got = after(s, n, start), exact = exact_at(1.6, s, start);
            const moments now{std::fabs(got.mean - exact.mean),
                              std::fabs(got.variance - exact.variance)};
            if (n > 64) {
                CHECK(std::fabs(std::log2(before.mean / now.mean) - 2) < 0.05);
                CHECK(std::fabs(std::log2(before.variance / now.variance) - 2) < 0.05);
            }
            before = now;
        }
    }
}

TEST_CASE("one underdamped step from a fresh momentum is a plain step") {
    // delta = h^2 (1 + exp(-gamma h)) / (2 m): BAO of a momentum that is independent of x
    const underdamped_langevin s{0.7, 0.9, 1.3, 0.6};
    const double delta = 0.7 * 0.7 * (1 + std::exp(-0.9 * 0.7)) / (2 * 1.3);
    const moments start{-1.5, 0.4};
    const moments got = after(s, 1, start), plain = after(solver::langevin{delta, 0.6}, 1, start);
    CHECK(relative_error(got.mean, plain.mean) < 1e-14);
    CHECK(relative_error(got.variance, plain.variance) < 1e-14);
}

TEST_CASE("infinite friction: noise averaged over two steps") {
    // Leimkuhler and Matthews' limit: x' = x + delta / 2 score + sqrt(delta T) (z + z_before) / 2
    const double h = 0.6, mass = 1.5, temperature = 0.7, delta = h * h / mass;
    const noise_level l = stationary.level_of_log_snr(0);
    const stage s = underdamped_langevin{h, infinity, mass, temperature}.correct(l, 1);
    const linear_form& x = s.updates[0].form;
    const linear_form score = symbol::grad_log_q(l);
    const double half = std::sqrt(delta * temperature) / 2;
    // the momentum remembered is sqrt(m T) times the normal of the step before
    CHECK(relative_error(x.registers[1] * std::sqrt(mass * temperature), half) < 1e-14);
    CHECK(relative_error(x.noise[0], half) < 1e-14);
    CHECK(relative_error(x.denoised, delta / 2 * score.denoised) < 1e-14);
    CHECK(relative_error(x.registers[0], 1 + delta / 2 * score.registers[0]) < 1e-14);
    CHECK(s.updates[1].form.registers[1] == 0);
}

TEST_CASE("slow cooling follows the temperature, and ends at the last one") {
    const underdamped_langevin inner{.step = 0.4};
    const auto check = [&](const auto& temperatures, double last, double first) {
        const solver::tempered s(inner, temperatures);
        const int n = 20000;
        CHECK(relative_error(temperatures(0, n), first) < 1e-15);
        CHECK(relative_error(temperatures(n - 1, n), last) < 1e-15);
        // it lags by the rate of cooling times a relaxation time of a few units, 1e-3 of it
        const moments got = after(s, n, {-3, 0.1});
        CHECK(relative_error(got.variance, at_level.variance * last) < 2e-3);
    };
    check(solver::cooling::geometric{10, 0.5}, 0.5, 10);
    check(solver::cooling::linear{4, 0.5}, 0.5, 4);
    check(solver::cooling::logarithmic{3}, 3 / std::log(20001.), 3 / std::log(2.));
    check([](int i, int) { return i < 10 ? 5. : 1 + 1. / i; }, 1 + 1. / 19999, 5);
}

TEST_CASE("temperatures between the ends") {
    const std::vector<noise_level> levels(6, stationary.level_of_log_snr(0));
    const solver::tempered s(solver::langevin{.delta = 0.5}, solver::cooling::linear{9, 1});
    for (int i = 0; i < 5; ++i)  // sqrt(delta T)
        CHECK(relative_error(s.plan({stationary, levels, i}, 0).updates[0].form.noise[0],
                             std::sqrt(0.5 * (9 - 2 * i))) < 1e-15);
    CHECK(relative_error(solver::cooling::geometric{16, 1}(1, 5), 8) < 1e-15);
    CHECK(relative_error(solver::cooling::geometric{1, 16}(3, 5), 8) < 1e-15);
    CHECK(relative_error(solver::cooling::linear{9, 1}(1, 5), 7) < 1e-15);
    CHECK(relative_error(solver::cooling::logarithmic{2}(6, 5), 2 / std::log(8.)) < 1e-15);
    CHECK(solver::cooling::geometric{16, 1}(0, 1) == 16);
}

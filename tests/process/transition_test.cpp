// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/kernel/linear_interpolant.hpp>
#include <diffgen/kernel/sub_variance_preserving.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/process/process.hpp>
#include <diffgen/process/transition.hpp>
#include <diffgen/schedule/betas.hpp>
#include <diffgen/schedule/linear_beta.hpp>

#include "compare.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace diffgen;
using testing::relative_error;

TEST_CASE_TEMPLATE("transition and posterior between any two levels of any kernel", K,
                   kernel::variance_preserving, kernel::variance_exploding,
                   kernel::sub_variance_preserving, kernel::linear_interpolant) {
    const process p(schedule::linear_beta{}, K{});
    for (const auto& [from, to] : {std::pair{1., 0.7}, {0.7, 0.2}, {0.3, 1e-3}, {0.011, 0.01}}) {
        const noise_level s = p.level(from), t = p.level(to);
        const auto [scale, variance] = transition(s, t);
        CHECK(relative_error(scale, s.alpha / t.alpha) < 1e-15);
        // sigma_s^2 - scale^2 sigma_t^2; the difference loses up to two digits at close levels
        CHECK(relative_error(variance, s.sigma * s.sigma - scale * scale * t.sigma * t.sigma) <
              1e-13);

        // Bayes' rule for two Gaussians (Kingma et al. 2021, eq. 32)
        const auto q = reverse_transition(s, t);
        CHECK(relative_error(q.state, scale * t.sigma * t.sigma / (s.sigma * s.sigma)) < 1e-13);
        CHECK(relative_error(q.data, t.alpha * variance / (s.sigma * s.sigma)) < 1e-13);
        CHECK(relative_error(q.variance, variance * t.sigma * t.sigma / (s.sigma * s.sigma)) <
              1e-13);

        // the posterior of q(x_s | x_0) is q(x_t | x_0)
        CHECK(relative_error(q.state * s.alpha + q.data, t.alpha) < 1e-14);
        CHECK(relative_error(q.state * q.state * s.sigma * s.sigma + q.variance,
                             t.sigma * t.sigma) < 1e-13);

        // two transitions are one
        const noise_level u = p.level(0.5 * (from + to));
        const auto first = transition(u, t), second = transition(s, u);
        CHECK(relative_error(first.scale * second.scale, scale) < 1e-14);
        CHECK(relative_error(second.variance + second.scale * second.scale * first.variance,
                             variance) < 1e-13);
    }
}

TEST_CASE("close levels: the variance is g^2 dt") {
    const process p(schedule::linear_beta{}, kernel::variance_preserving{});
    // dt = 2^-40: the next term is dt (g^2)' / 2 g^2 = 1e-12 of it; t + dt is exact
    const double t = 0.5, dt = 0x1p-40;
    const auto [scale, variance] = transition(p.level(t + dt), p.level(t));
    // the log-SNRs, near 0, differ by 1e-11 and keep some 1e-16
    CHECK(relative_error(variance, p.diffusion_squared(t) * dt) < 1e-3);
    CHECK(variance > 0);
    CHECK(scale < 1);
}

TEST_CASE("between steps of a chain: beta and the posterior of Ho et al. 2020, eq. 6 and 7") {
    const process p(schedule::linear{}, kernel::variance_preserving{});
    long double before = 1;  // abar_{t-1}
    for (int i = 0; i < 1000; ++i) {
        const long double beta = 1e-4L + (0.02L - 1e-4L) * i / 999;
        const long double abar = before * (1 - beta);
        const noise_level s = p.level(i), t = i == 0 ? p.clean() : p.level(i - 1);
        const auto q = reverse_transition(s, t);
        CAPTURE(i);
        CHECK(relative_error(transition(s, t).variance, static_cast<double>(beta)) < 1e-10);
        CHECK(relative_error(q.data, static_cast<double>(std::sqrt(before) * beta / (1 - abar))) <
              1e-10);
        CHECK(std::fabs(q.state - static_cast<double>(std::sqrt(1 - beta) * (1 - before) /
                                                      (1 - abar))) < 1e-12);
        CHECK(std::fabs(q.variance - static_cast<double>((1 - before) / (1 - abar) * beta)) <
              1e-14);
        before = abar;
    }
}

TEST_CASE("the ends: to the clean end, and from no signal at all") {
    const process p(schedule::betas({0.1, 0.5, 1}), kernel::variance_preserving{});
    const auto to_clean = reverse_transition(p.level(0), p.clean());
    CHECK(to_clean.state == 0);
    CHECK(to_clean.data == 1);
    CHECK(to_clean.variance == 0);
    CHECK(relative_error(transition(p.level(0), p.clean()).variance, 0.1) < 1e-14);
    // x_s is pure noise and says nothing: the posterior is q(x_t | x_0)
    const auto from_noise = reverse_transition(p.level(2), p.level(1));
    CHECK(from_noise.state == 0);
    CHECK(from_noise.data == p.level(1).alpha);
    CHECK(relative_error(from_noise.variance, 0.55) < 1e-14);
    CHECK(transition(p.level(2), p.level(1)).scale == 0);
    CHECK(transition(p.level(2), p.level(1)).variance == 1);
}

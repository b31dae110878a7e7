// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// The mean-reverting SDE: its drift and diffusion, and the restoration of degraded samples by the
// exact estimate of a Gaussian.

#include <diffgen/exec/policy.hpp>
#include <diffgen/kernel/mean_reverting.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/process/process.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/betas.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/schedule/log_snr_shifted.hpp>
#include <diffgen/solver/names.hpp>
#include <diffgen/solver/runge_kutta.hpp>

#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace diffgen;

TEST_CASE("it reverts at the rate of its schedule, and its noise has the stationary variance") {
    const double s = 0.2;
    const schedule::linear_beta driver{};
    const process p{schedule::log_snr_shifted{driver, s}, kernel::mean_reverting{s}};
    const process preserving{driver, kernel::variance_preserving{}};
    for (const double t : {1e-3, 0.1, 0.5, 0.9, 1.}) {
        CAPTURE(t);
        // theta is the rate at which alpha = exp(-integral of theta) falls: half of beta.
        const double theta = 0.5 * (0.1 + t * (20 - 0.1));
        CHECK(p.drift(t) == doctest::Approx(-theta).epsilon(1e-12));
        CHECK(p.diffusion_squared(t) == doctest::Approx(2 * s * s * theta).epsilon(1e-12));
        CHECK(p.level(t).alpha == doctest::Approx(preserving.level(t).alpha).epsilon(1e-13));
        CHECK(p.level(t).sigma == doctest::Approx(s * preserving.level(t).sigma).epsilon(1e-13));
    }
}

TEST_CASE("degraded samples are restored as their law says") {
    // The clean sample given the degraded one, mu, is N(0.8 mu + 0.3, 0.25).
    const std::vector<double> degraded{-1, -0.2, 0.4, 1.5};
    const double variance = 0.25;
    const auto mean_of_difference = [&](std::size_t i) { return 0.3 - 0.2 * degraded[i]; };

    // [restored]
    // The network knows the degraded samples; its state is x - mu.
    const auto net = [&](batch_view<const double> in, batch_view<double> out, noise_level l) {
        const double total = l.alpha * l.alpha * variance + l.sigma * l.sigma;
        for (std::size_t i = 0; i < in.size(); ++i) {
            const double mean = mean_of_difference(i);
            out.data[i] = mean + l.alpha * variance / total * (in.data[i] - l.alpha * mean);
        }
    };
    const double s = 0.5;
    const sampler restores{schedule::log_snr_shifted{schedule::linear_beta{}, s},
                           kernel::mean_reverting{s}, predicts(denoised{}, net), solver::rk4{}};
    std::vector<double> x(degraded.size());
    restores.generate(exec::cpp, batch(x, x.size()), {.steps = 200, .seed = 2});
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] += degraded[i];
    // [restored]

    // The probability flow of a Gaussian keeps the number of deviations from the mean, down to the
    // last level with noise; the estimate there is the sample.
    std::vector<double> start(degraded.size());
    restores.draw_prior(exec::cpp, batch(start, start.size()), {.steps = 200, .seed = 2});
    const auto levels = restores.levels({.steps = 200});
    const noise_level first = levels.front(), last = levels[levels.size() - 2];
    const auto deviation = [&](const noise_level& l) {
        return std::sqrt(l.alpha * l.alpha * variance + l.sigma * l.sigma);
    };
    for (std::size_t i = 0; i < x.size(); ++i) {
        CAPTURE(i);
        const double mean = mean_of_difference(i);
        const double deviations = (start[i] - first.alpha * mean) / deviation(first);
        CHECK(std::fabs(deviations) > 0.01);
        CHECK(x[i] - degraded[i] ==
              doctest::Approx(mean + last.alpha * variance / deviation(last) * deviations)
                  .epsilon(1e-6));
    }
}

TEST_CASE("a stationary deviation that makes no sense") {
    check_refused<bad_argument>(
        [] { process(schedule::linear_beta{}, kernel::mean_reverting{0}).check(); },
        {"stationary_sigma = 0"});
}

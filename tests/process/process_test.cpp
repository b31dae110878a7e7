// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/kernel/linear_interpolant.hpp>
#include <diffgen/kernel/sub_variance_preserving.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/process/process.hpp>
#include <diffgen/process/process_view.hpp>
#include <diffgen/schedule/betas.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/schedule/geometric.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/schedule/rectified.hpp>
#include <diffgen/schedule/sub_vp.hpp>

#include "compare.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace diffgen;
using testing::relative_error;

TEST_CASE("drift and diffusion are those of Song et al. 2021, appendix B") {
    const schedule::linear_beta b{};
    const schedule::geometric g{};
    const process vp(b, kernel::variance_preserving{});
    const process sub(schedule::sub_vp{b}, kernel::sub_variance_preserving{});
    const process ve(g, kernel::variance_exploding{});
    const process edm(schedule::edm{}, kernel::variance_exploding{});
    const process flow(schedule::rectified{}, kernel::linear_interpolant{});
    for (const double t : {1e-9, 1e-5, 1e-3, 0.1, 0.5, 0.9, 1.}) {
        CAPTURE(t);
        const double beta = 0.1 + t * 19.9, integral = t * (0.1 + 0.5 * t * 19.9);
        CHECK(relative_error(vp.drift(t), -0.5 * beta) < 1e-13);  // eq. 25
        CHECK(relative_error(vp.diffusion_squared(t), beta) < 1e-13);
        CHECK(relative_error(sub.drift(t), -0.5 * beta) < 1e-13);  // eq. 27
        CHECK(relative_error(sub.diffusion_squared(t), beta * -std::expm1(-2 * integral)) < 1e-13);
        const double sigma = 0.01 * std::pow(5000., t);  // eq. 31
        CHECK(ve.drift(t) == 0);
        CHECK(relative_error(ve.diffusion_squared(t), sigma * sigma * 2 * std::log(5000.)) < 1e-13);
        CHECK(edm.drift(t) == 0);
        CHECK(relative_error(edm.diffusion_squared(t), 2 * t) < 1e-13);  // d(t^2)/dt
        if (t == 1) continue;
        // x = (1 - t) x_0 + t eps: f = d log(1 - t)/dt, g^2 = d(t^2)/dt - 2 f t^2
        CHECK(relative_error(flow.drift(t), -1 / (1 - t)) < 1e-12);
        CHECK(relative_error(flow.diffusion_squared(t), 2 * t / (1 - t)) < 1e-12);
    }
}

TEST_CASE("the marginals of the SDEs: mean and deviation of Song et al. 2021, eq. 29") {
    const schedule::linear_beta b{};
    const process vp(b, kernel::variance_preserving{});
    const process sub(schedule::sub_vp{b}, kernel::sub_variance_preserving{});
    for (const double t : {1e-9, 1e-3, 0.3, 1.}) {
        const double integral = b.integral(t);
        CHECK(relative_error(vp.level(t).alpha, std::exp(-0.5 * integral)) < 1e-14);
        CHECK(relative_error(vp.level(t).sigma, std::sqrt(-std::expm1(-integral))) < 1e-14);
        CHECK(relative_error(sub.level(t).alpha, std::exp(-0.5 * integral)) < 1e-14);
        CHECK(relative_error(sub.level(t).sigma, -std::expm1(-integral)) < 1e-13);
    }
}

TEST_CASE("the inverse in time, by the schedule or by bisection, and the clean end") {
    const process sub(schedule::sub_vp{schedule::linear_beta{}}, kernel::sub_variance_preserving{});
    for (const double t : {1e-6, 1e-3, 0.3, 0.999, 1.}) {
        CAPTURE(t);
        // an error of 1e-15 |l| of the log-SNR over its rate
        CHECK(std::fabs(sub.time(sub.schedule.log_snr(t)) - t) < 1e-14 * std::max(t, 0.1));
        CHECK(relative_error(sub.level_of_log_snr(sub.level(t).log_snr).sigma, sub.level(t).sigma) <
              1e-13);
    }
    CHECK_THROWS_AS(static_cast<void>(sub.time(-100)), bad_argument);
    CHECK(sub.time(detail::infinity) == 0);
    CHECK(sub.clean().is_clean());
    CHECK(sub.clean().alpha == 1);
    CHECK(sub.clean().t == 0);
    const process ddpm(schedule::linear{}, kernel::variance_preserving{});
    CHECK(ddpm.clean().t == -1);
    CHECK(ddpm.level(-1).is_clean());
    const process ve(schedule::geometric{}, kernel::variance_exploding{});
    CHECK(ve.clean().t == 0);  // the noise never vanishes: t_min
}

TEST_CASE("a level without finite scales is refused, with its time") {
    const process p(schedule::rectified{}, kernel::variance_exploding{});
    CHECK_THROWS_WITH_AS(
        static_cast<void>(p.level(1)),
        "diffgen: the noise level at t = 1 (log-SNR -inf) has alpha = 1, sigma = inf",
        bad_argument);
    const process q(schedule::linear_beta{}, kernel::variance_preserving{});
    CHECK_THROWS_AS(static_cast<void>(q.level(-0.5)), bad_argument);
    CHECK_THROWS_AS(static_cast<void>(q.level(std::nan(""))), bad_argument);
}

TEST_CASE("process_view says what the process says; until moves its noisiest time") {
    const process p(schedule::cosine{}, kernel::linear_interpolant{});
    const process_view a(p);
    CHECK(a.level(17.5).sigma == p.level(17.5).sigma);
    CHECK(a.level_of_log_snr(0.3).t == p.level_of_log_snr(0.3).t);
    CHECK(a.clean().t == p.clean().t);
    CHECK(a.drift(3) == p.drift(3));
    CHECK(a.diffusion_squared(3) == p.diffusion_squared(3));
    CHECK(a.time(1) == p.time(1));
    CHECK(a.t_min() == 0);
    CHECK(a.t_max() == 999);
    CHECK(a.discrete_steps() == 1000);
    CHECK(a.until(300).t_max() == 300);
    CHECK(a.t_max() == 999);
    const process continuous(schedule::edm{}, kernel::variance_exploding{});
    CHECK(process_view(continuous).discrete_steps() == 0);
}

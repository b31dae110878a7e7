// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/process/process.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/schedule/geometric.hpp>
#include <diffgen/schedule/laplace.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/schedule/rectified.hpp>
#include <diffgen/schedule/stationary.hpp>
#include <diffgen/schedule/sub_vp.hpp>

#include "compare.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace diffgen;
using testing::relative_error;

namespace {

/// Central difference with one Richardson step: error O(h^4), some 1e-10 relative here.
template <class F>
double derivative(F f, double t, double h) {
    const auto d = [&](double s) { return (f(t + s) - f(t - s)) / (2 * s); };
    return (4 * d(h / 2) - d(h)) / 3;
}

template <class Schedule>
double clean_time(const Schedule& s) {
    return process(s, kernel::variance_preserving{}).t_clean();
}

/// t_clean + (t_max - t_clean) u for u in the open interval, dense at both ends; not at
/// 1/2, where the rate of laplace has a kink.
template <class Schedule, class F>
void over_times(const Schedule& s, F f) {
    const double low = clean_time(s), high = s.t_max();
    for (const double u : {1e-12, 1e-9, 1e-6, 1e-4, 1e-3, 0.01, 0.1, 0.25, 0.6, 0.75, 0.9, 0.99,
                           0.999, 1 - 1e-6, 1 - 1e-9})
        f(low + (high - low) * u);
}

}  // namespace

TEST_CASE_TEMPLATE("rate, inverse and monotony of every continuous schedule", S,
                   schedule::linear_beta, schedule::geometric, schedule::edm, schedule::rectified,
                   schedule::laplace, schedule::sub_vp<schedule::linear_beta>) {
    const S s{};
    const process p(s, kernel::variance_preserving{});
    double before = detail::infinity;
    over_times(s, [&](double t) {
        CAPTURE(t);
        const double l = s.log_snr(t);
        CHECK(l < before);
        before = l;
        // the step shrinks with the distance to either end, where the log-SNR may be singular
        const double h = 1e-3 * std::min(t - clean_time(s), s.t_max() - t);
        if (h > 1e-8 * t && h * -s.log_snr_rate(t) > 1e-8)  // else rounding drowns the difference
            CHECK(relative_error(s.log_snr_rate(t),
                                 derivative([&](double u) { return s.log_snr(u); }, t, h)) < 1e-7);
        CHECK(s.log_snr_rate(t) < 0);
        // an error of a few 1e-16 |l| in l comes back as that over the rate
        const double bound = 8e-16 * (1 + std::fabs(l)) / -s.log_snr_rate(t) + 4e-16 * t;
        CHECK(std::fabs(p.time(l) - t) <= bound);
    });
    CHECK(s.t_min() < s.t_max());
    CHECK(clean_time(s) <= s.t_min());
}

TEST_CASE("the ends of the schedules that reach clean data or pure noise") {
    CHECK(schedule::linear_beta{}.log_snr(0) == detail::infinity);
    CHECK(schedule::edm{}.log_snr(0) == detail::infinity);
    CHECK(schedule::rectified{}.log_snr(0) == detail::infinity);
    CHECK(schedule::rectified{}.log_snr(1) == -detail::infinity);
    CHECK(schedule::sub_vp{schedule::linear_beta{}}.log_snr(0) == detail::infinity);
    CHECK(schedule::linear_beta{}.time(detail::infinity) == 0);
    CHECK(schedule::edm{}.time(detail::infinity) == 0);
    CHECK(schedule::rectified{}.time(detail::infinity) == 0);
    CHECK(schedule::rectified{}.time(-detail::infinity) == 1);
}

TEST_CASE("linear_beta against its series at t = 1e-12 and its closed form at 1") {
    const schedule::linear_beta s{};
    const long double t = 1e-12L, b = t * (0.1L + 0.5L * t * 19.9L);
    // -log(expm1(b)) = -log(b) - b / 2 + O(b^2)
    CHECK(relative_error(s.log_snr(1e-12), static_cast<double>(-std::log(b) - b / 2)) < 1e-15);
    // beta / expm1(-b) = -beta / b (1 + b / 2 + O(b^2)); 1e-12 is a double within 1e-16
    CHECK(relative_error(s.log_snr_rate(1e-12),
                         static_cast<double>(-(0.1L + 19.9L * t) / b * (1 + b / 2))) < 1e-15);
    // sigma = sqrt(1 - exp(-b)) = sqrt(b) (1 - b / 4 + O(b^2)); 1 - exp(-b) in double keeps 3
    // digits
    const process p(s, kernel::variance_preserving{});
    CHECK(relative_error(p.level(1e-12).sigma, static_cast<double>(std::sqrt(b) * (1 - b / 4))) <
          1e-14);
    CHECK(relative_error(p.level(1e-12).alpha, static_cast<double>(1 - b / 2)) < 1e-15);
    // alpha(1) = exp(-B / 2), B = 0.1 + 19.9 / 2 = 10.05 (Song et al. 2021, appendix C)
    CHECK(relative_error(p.level(1).alpha, std::exp(-5.025)) < 1e-14);
    CHECK(relative_error(s.log_snr(1), -std::log(std::expm1(10.05))) < 1e-14);
}

TEST_CASE("linear_beta where exp(-B) underflows: log_snr is -B") {
    const schedule::linear_beta s{.beta_min = 0.1, .beta_max = 2000};
    CHECK(relative_error(s.log_snr(1), -1000.05) < 1e-15);
    CHECK(relative_error(s.time(-1000.05), 1) < 1e-14);
}

TEST_CASE("sigma of geometric, edm and rectified are the papers'") {
    const schedule::geometric g{};
    // sigma_min (sigma_max / sigma_min)^t, Song et al. 2021, eq. 30
    for (const double t : {0., 0.3, 1.})
        CHECK(relative_error(std::exp(-0.5 * g.log_snr(t)), 0.01 * std::pow(5000., t)) < 1e-14);
    for (const double t : {0.002, 1., 80.})
        CHECK(relative_error(std::exp(-0.5 * schedule::edm::log_snr(t)), t) < 1e-15);
    for (const double t : {1e-3, 0.5, 0.999})
        CHECK(relative_error(std::exp(-0.5 * schedule::rectified::log_snr(t)), t / (1 - t)) <
              1e-14);
}

TEST_CASE("sub_vp is 2 log(alpha / (1 - alpha^2)) of the schedule that drives it") {
    const schedule::linear_beta vp{};
    const schedule::sub_vp s{vp};
    for (const double t : {1e-3, 0.1, 0.5, 1.}) {
        const double b = vp.integral(t);
        CHECK(std::fabs(s.log_snr(t) - (-b - 2 * std::log(-std::expm1(-b)))) < 1e-13);
    }
}

TEST_CASE("stationary has one level") {
    const process p(schedule::stationary{}, kernel::variance_preserving{});
    CHECK(p.level(0).log_snr == 0);
    CHECK(p.level(0.7).log_snr == 0);
    CHECK(p.drift(0.5) == 0);
    CHECK(p.diffusion_squared(0.5) == 0);
}

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/kernel/linear_interpolant.hpp>
#include <diffgen/kernel/mean_reverting.hpp>
#include <diffgen/kernel/sub_variance_preserving.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>

#include "compare.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace diffgen;
using testing::relative_error;

namespace {

/// The equation that defines each curve, as left side / right side - 1.
double off_curve(kernel::variance_preserving, kernel::scales s) {
    return s.alpha * s.alpha + s.sigma * s.sigma - 1;
}
double off_curve(kernel::variance_exploding, kernel::scales s) {
    return s.alpha - 1;
}
double off_curve(kernel::sub_variance_preserving, kernel::scales s) {
    return s.sigma + s.alpha * s.alpha - 1;
}
double off_curve(kernel::linear_interpolant, kernel::scales s) {
    return s.alpha + s.sigma - 1;
}
/// Its curve is that of variance_preserving times any factor of the noise; the one here is no power
/// of 2.
struct weak_noise : kernel::mean_reverting {
    weak_noise() : mean_reverting{0.3} {}
};
double off_curve(weak_noise, kernel::scales s) {
    return s.alpha * s.alpha + s.sigma * s.sigma / 0.09 - 1;
}

/// log(alpha) and its rate as log_snr -> +inf, to first order in the small sigma = exp(-log_snr/2):
/// alpha^2 = 1 - sigma^2, alpha = 1, alpha^2 = 1 - sigma, alpha = 1 - sigma.
double rate_near_clean(kernel::variance_preserving, double l) {
    return 0.5 * std::exp(-l);
}
double rate_near_clean(kernel::variance_exploding, double) {
    return 0;
}
double rate_near_clean(kernel::sub_variance_preserving, double l) {
    return 0.25 * std::exp(-0.5 * l);
}
double rate_near_clean(kernel::linear_interpolant, double l) {
    return 0.5 * std::exp(-0.5 * l);
}
double rate_near_clean(weak_noise, double l) {  // alpha^2 = 1 - sigma^2 / 0.09
    return 0.5 * std::exp(-l) / 0.09;
}

}  // namespace

TEST_CASE_TEMPLATE("a kernel: its curve, its ratio, its rate", K, kernel::variance_preserving,
                   kernel::variance_exploding, kernel::sub_variance_preserving,
                   kernel::linear_interpolant, weak_noise) {
    const K k{};
    for (const double l :
         {-700., -300., -60., -10., -1., -1e-3, 0., 1e-3, 0.5, 2., 10., 60., 300., 700.}) {
        CAPTURE(l);
        const auto s = k.level(l);
        CHECK(std::fabs(off_curve(k, s)) < 5e-16);
        // exp and log each leave some 1e-16 of the larger of 1 and |l|
        CHECK(std::fabs(2 * (std::log(s.alpha) - std::log(s.sigma)) - l) <
              1e-15 * std::max(1., std::fabs(l)));
    }
    for (double l = -20; l <= 20; l += 0.5) {
        CAPTURE(l);
        const double h = 1e-4;  // central difference: h^2 / 6 and 1e-16 / h
        const double difference =
            (std::log(k.level(l + h).alpha) - std::log(k.level(l - h).alpha)) / (2 * h);
        CHECK(std::fabs(k.log_alpha_rate(l) - difference) < 2e-9);
    }
    for (const double l : {80., 300.}) {  // next order: exp(-l / 2) = 4e-18 of it
        const double expected = rate_near_clean(k, l);
        CHECK(std::fabs(k.log_alpha_rate(l) - expected) <= 1e-14 * expected);
    }
}

TEST_CASE_TEMPLATE("the limits: no noise and no signal", K, kernel::variance_preserving,
                   kernel::sub_variance_preserving, kernel::linear_interpolant) {
    const double inf = detail::infinity;
    CHECK(K::level(inf).alpha == 1);
    CHECK(K::level(inf).sigma == 0);
    CHECK(K::level(-inf).alpha == 0);
    CHECK(K::level(-inf).sigma == 1);
    CHECK(K::log_alpha_rate(inf) == 0);
    CHECK(K::log_alpha_rate(-inf) == 0.5);  // alpha = exp(log_snr / 2) where sigma = 1
}

TEST_CASE("the limits of variance_exploding: sigma runs from 0 to infinity") {
    CHECK(kernel::variance_exploding::level(detail::infinity).sigma == 0);
    CHECK(kernel::variance_exploding::level(-detail::infinity).sigma == detail::infinity);
    CHECK(kernel::variance_exploding::level(-detail::infinity).alpha == 1);
}

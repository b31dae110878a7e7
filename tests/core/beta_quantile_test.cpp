// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/core/beta_quantile.hpp>

#include "check_refused.hpp"
#include "compare.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace diffgen;
using testing::relative_error;

TEST_CASE("beta quantiles in closed form") {
    for (const double p : {1e-6, 0.01, 0.3, 0.5, 0.7, 0.99}) {
        CAPTURE(p);
        CHECK(relative_error(beta_quantile(p, 1, 1), p) < 1e-13);
        // Beta(a, 1) has the distribution x^a, Beta(1, b) the distribution 1 - (1 - x)^b
        CHECK(relative_error(beta_quantile(p, 2, 1), std::sqrt(p)) < 1e-13);
        CHECK(relative_error(beta_quantile(p, 0.5, 1), p * p) < 1e-13);
        CHECK(relative_error(beta_quantile(p, 1, 3), -std::expm1(std::log1p(-p) / 3)) < 1e-9);
        // the arcsine distribution
        const double sine = std::sin(p * 1.5707963267948966);
        CHECK(relative_error(beta_quantile(p, 0.5, 0.5), sine * sine) < 1e-12);
    }
    CHECK(beta_quantile(0, 0.6, 0.6) == 0);
    CHECK(beta_quantile(1, 0.6, 0.6) == 1);
    check_refused<bad_argument>([] { (void)beta_quantile(1.5, 1, 1); }, {"1.5"});
    check_refused<bad_argument>([] { (void)beta_quantile(0.5, -2, 1); }, {"-2"});
}

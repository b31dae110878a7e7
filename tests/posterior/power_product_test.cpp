// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// The density p^(1 - w) q^w, against its definition point by point and against quadrature in one
// dimension.

#include <diffgen/posterior/power_product.hpp>

#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace diffgen;
using posterior::matrix;
using posterior::mixture;
using posterior::power_product;
using posterior::vector;

namespace {

mixture one(double mean, double variance) {
    return mixture::isotropic(vector::Ones(1), matrix::Constant(1, 1, mean),
                              vector::Constant(1, variance));
}
mixture two() {
    return mixture::isotropic(vector{{0.3, 0.7}}, matrix{{-1., 0.8}}, vector{{0.2, 0.4}});
}
double log_density(const mixture& m, double x) {
    return m.at(1, 0).log_density(vector::Constant(1, x));
}

}  // namespace

TEST_CASE("the logarithm is that of its factors, and the normaliser that of quadrature") {
    struct product {
        mixture p, q;
        double w;
    };
    for (const product& each :
         {product{one(0.1, 1.5), one(-0.4, 0.3), 3.5}, product{one(0.1, 1.5), one(-0.4, 0.9), -0.7},
          product{one(0.2, 2), two(), 1}, product{one(0.2, 2), two(), 2},
          product{one(0.2, 2), two(), 4}}) {
        const auto [density, log_normaliser] = power_product(each.p, each.q, each.w);
        double integral = 0;
        for (double x = -12; x <= 12; x += 1e-3) {
            const double wanted =
                (1 - each.w) * log_density(each.p, x) + each.w * log_density(each.q, x);
            integral += 1e-3 * std::exp(wanted);
            if (std::abs(x) < 3)
                REQUIRE(log_density(density, x) ==
                        doctest::Approx(wanted - log_normaliser).epsilon(1e-10));
        }
        CHECK(std::log(integral) == doctest::Approx(log_normaliser).epsilon(1e-10));
    }
}

TEST_CASE("without noise the guided score is that of the product, with noise it is not") {
    const mixture p = one(0.2, 2), q = two();
    const double w = 2;
    const mixture product = power_product(p, q, w).density;
    const auto difference = [&](double sigma, double x) {
        const vector at = vector::Constant(1, x);
        return ((1 - w) * p.at(1, sigma).score(at) + w * q.at(1, sigma).score(at) -
                product.at(1, sigma).score(at))
            .norm();
    };
    for (const double x : {-1.5, 0.1, 0.9}) {
        CHECK(difference(0, x) < 1e-12);
        CHECK(difference(1, x) > 1e-3);
    }
}

TEST_CASE("products that do not exist are refused") {
    check_refused<bad_argument>([] { (void)power_product(two(), two(), 2); }, {"2 components"});
    check_refused<bad_argument>([] { (void)power_product(one(0, 1), two(), 1.5); }, {"w = 1.5"});
    check_refused<bad_argument>([] { (void)power_product(one(0, 1), one(0, 1), NAN); },
                                {"w = nan"});
    check_refused<bad_argument>([] { (void)power_product(one(0, 1), one(0, 2), 3); },
                                {"no integral", "-0.5"});
    check_refused<bad_argument>([] { (void)power_product(one(0, 1), two(), 20); },
                                {"at most 10,000"});
    check_refused<bad_shape>(
        [] {
            (void)power_product(
                one(0, 1), mixture::isotropic(vector::Ones(1), matrix::Zero(2, 1), vector::Ones(1)),
                2);
        },
        {"2 elements, not 1"});
}

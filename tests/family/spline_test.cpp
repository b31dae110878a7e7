// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/family/bijection/spline.hpp>

#include "bijection_check.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace family = diffgen::family;
namespace nn = diffgen::nn;
using bijection_check::matrix;
using bijection_check::values;

namespace {

/// Parameters as plain numbers: the formula is the same on double, on matrices and on the tape.
std::vector<double> raw(const family::rational_quadratic<>& spline, double size) {
    std::vector<double> p;
    for (int i = 0; i < spline.arity(); ++i) {
        const double u = (i + 1) * 0.6180339887498949;
        p.push_back(size * (2 * (u - std::floor(u)) - 1));
    }
    return p;
}

}  // namespace

TEST_CASE("spline: the same numbers from double, values and the tape") {
    const family::rational_quadratic<> spline;
    const auto p = raw(spline, 2);
    std::vector<values> columns;
    for (const double v : p)
        columns.emplace_back(1, 1, v);
    nn::tape<double> tape;
    std::vector<nn::variable<double>> leaves;
    for (const double v : p)
        leaves.push_back(tape.scalar(v));
    for (double x = -4; x <= 4; x += 0.37) {
        const auto m = spline.forward(p, x);
        CHECK(spline.forward(columns, values(1, 1, x)).value.item() == m.value);
        CHECK(spline.forward(leaves, tape.scalar(x)).value.item() ==
              doctest::Approx(m.value).epsilon(1e-14));
        const auto back = spline.inverse(p, m.value);
        CHECK(back.value == doctest::Approx(x).epsilon(1e-12));
        CHECK(back.log_det == doctest::Approx(-m.log_det).epsilon(1e-9));
    }
}

TEST_CASE("spline: the slope is that of differences, and 1 at the ends and beyond") {
    const family::rational_quadratic<> spline;
    const auto p = raw(spline, 3);
    for (double x = -2.9; x < 3; x += 0.1003) {
        const double h = 1e-6;
        const double slope =
            (spline.forward(p, x + h).value - spline.forward(p, x - h).value) / (2 * h);
        CHECK(std::exp(spline.forward(p, x).log_det) == doctest::Approx(slope).epsilon(1e-6));
    }
    CHECK(std::abs(spline.forward(p, 3.0).log_det) < 1e-12);
    CHECK(spline.forward(p, 3.5).value == 3.5);
    CHECK(spline.forward(p, -1e300).value == -1e300);
    CHECK(spline.forward(p, 3.5).log_det == 0);
    CHECK(std::isnan(spline.forward(p, std::nan("")).value));
}

TEST_CASE("spline: samples outside of the box leave no trace in the gradients") {
    // Where the branch that is not taken sees the far point, its slopes overflow, and zero times
    // infinity is the NaN that spoils a training.
    const family::rational_quadratic<> spline;
    const auto p = raw(spline, 2);
    nn::tape<double> tape;
    std::vector<nn::variable<double>> leaves;
    for (const double v : p)
        leaves.push_back(tape.scalar(v));
    matrix far(1, 4);
    far << 1e200, -1e200, 50, -3.1;
    const auto x = tape.constant(far);
    const auto m = spline.forward(leaves, x);
    const auto back = spline.inverse(leaves, x);
    auto wanted = leaves;
    wanted.push_back(x);
    for (const auto& y : {m.value, m.log_det, back.value, back.log_det}) {
        const auto g = grad(sum(y), wanted);
        for (std::size_t i = 0; i < leaves.size(); ++i)
            CHECK(g[i].item() == 0);
        CHECK(g.back().value().allFinite());
    }
}

TEST_CASE("spline: the root does not cancel where the quadratic is a line") {
    // Equal widths, heights and slopes of 1: a = 0 but for rounding, and -b + sqrt(b^2 - 4ac) is
    // the difference of two equal numbers.
    family::rational_quadratic<> spline;
    spline.bins = 4;
    spline.knots.min_slope = 0;
    std::vector<double> p(static_cast<std::size_t>(spline.arity()), 0.0);
    for (std::size_t i = 8; i < p.size(); ++i)
        p[i] = std::log(std::exp(1.0) - 1);  // softplus of it is 1
    for (double y = -2.99; y < 3; y += 0.0137)
        CHECK(std::abs(spline.inverse(p, y).value - y) < 1e-14);
    // Nearly so: steps of 1e-9 in the parameters.
    for (std::size_t i = 0; i < p.size(); ++i)
        p[i] += 1e-9 * static_cast<double>(i);
    for (double x = -2.99; x < 3; x += 0.0137)
        CHECK(std::abs(spline.inverse(p, spline.forward(p, x).value).value - x) < 1e-13);
}

TEST_CASE("spline: extreme parameters stay finite, both ways") {
    const family::rational_quadratic<> spline;
    for (const double size : {30.0, 300.0, 1e5}) {
        const auto p = raw(spline, size);
        for (double x = -2.97; x < 3; x += 0.31) {
            const auto m = spline.forward(p, x);
            CHECK(std::isfinite(m.value));
            CHECK(std::isfinite(m.log_det));
            CHECK(std::isfinite(spline.inverse(p, m.value).log_det));
        }
    }
}

TEST_CASE("spline: without tails, what is outside is refused") {
    family::rational_quadratic<> spline;
    spline.outside = family::tails::none;
    spline.box = {-1, 2, -0.5, 1.5};
    spline.check();
    const auto p = raw(spline, 1);
    CHECK(spline.forward(p, 2.0).value == doctest::Approx(1.5).epsilon(1e-15));
    CHECK_THROWS_AS(spline.forward(p, 2.1), diffgen::bad_argument);
    CHECK_THROWS_AS(spline.inverse(p, 1.6), diffgen::bad_argument);
}

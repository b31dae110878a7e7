// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/nn/operations.hpp>

#include "gradient_check.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace nn = diffgen::nn;
using namespace gradient_check;

TEST_CASE("choices: gradients away from the places where the branch changes") {
    const matrix a = spread(3, 4, -2.0, 2.0), b = spread(3, 4, -2.0, 2.0, 0.3);
    check([](const list& x) { return square(min(x[0], x[1])); }, {a, b});
    check([](const list& x) { return square(max(x[0], x[1])); }, {a, b});
    check([](const list& x) { return square(max(x[0], 0.4)); }, {a});
    check([](const list& x) { return x[0] * abs(x[0]); }, {a});
    check([](const list& x) { return square(clamp(x[0], -0.9, 1.1)); }, {a});
    for (const auto& other : {spread(3, 1, -1, 1), spread(1, 4, -1, 1), spread(1, 1, -1, 1)}) {
        check([](const list& x) { return select(x[0] < 0.1, square(x[0]), x[0] * x[1]); },
              {a, other});
        check([](const list& x) { return square(max(x[1], x[0])); }, {a, other});
    }
}

TEST_CASE("choices: masks") {
    nn::tape<double> tape;
    const auto x = tape.constant(spread(5, 1, -1.0, 1.0));
    const auto inside = (x > -0.5) & (x <= 0.5), outside = (x <= -0.5) | (x > 0.5);
    CHECK((!inside).ones.value() == outside.ones.value());
    CHECK(any(inside));
    CHECK_FALSE(any(x > 1.0));
    CHECK_THROWS_AS(select(inside, tape.constant(matrix::Zero(3, 1)), x), diffgen::bad_shape);
}

TEST_CASE("select: the branch that is not taken gives a zero, not its own slope") {
    nn::tape<double> tape;
    const auto x = tape.constant(matrix::Constant(1, 1, 2.0));
    const auto far = x * 1e200;
    const auto y = select(x > 1.0, x * 3.0, far * far);
    CHECK(grad(y, x).item() == 3.0);
}

TEST_CASE("functions: log1p, expm1, erf, log_sigmoid and fma") {
    const matrix x0 = spread(2, 3, -0.6, 1.9), wide = spread(2, 3, -2.0, 2.0);
    check([](const list& x) { return log1p(x[0]); }, {x0});
    check([](const list& x) { return expm1(x[0]); }, {wide});
    check([](const list& x) { return erf(x[0]); }, {wide});
    check([](const list& x) { return log_sigmoid(x[0]); }, {wide});
    check([](const list& x) { return fma(x[0], x[1], x[1]); }, {x0, wide});
    nn::tape<double> tape;
    CHECK(log_sigmoid(tape.scalar(-800.0)).item() == -800.0);
    CHECK(erf(tape.scalar(0.5)).item() == doctest::Approx(std::erf(0.5)).epsilon(1e-15));
}

TEST_CASE("rows by number, other shapes and the transpose: gradients") {
    const matrix x0 = spread(4, 3, -1.0, 1.0);
    const std::vector<int> numbers{2, -1, 0, 2, 3};
    check([&](const list& x) { return square(gather_rows(x[0], numbers)); }, {x0});
    const std::vector<int> places{1, 1, -1, 4};
    check([&](const list& x) { return square(scatter_rows(x[0], places, 5)); }, {x0});
    check([](const list& x) { return square(reshape(x[0], 6, 2)); }, {x0});
    check([](const list& x) { return square(transpose(x[0])); }, {x0});
    nn::tape<double> tape;
    const auto x = tape.constant(x0);
    const std::vector<int> beyond{4};
    CHECK_THROWS_AS(gather_rows(x, beyond), diffgen::bad_argument);
    CHECK_THROWS_AS(scatter_rows(x, beyond, 9), diffgen::bad_shape);
    CHECK_THROWS_AS(reshape(x, 5, 2), diffgen::bad_shape);
}

TEST_CASE("solve_triangular: values and gradients of every kind and form") {
    const matrix a = spread(3, 3, 0.5, 1.5), b = spread(3, 2, -1.0, 1.0, 0.4);
    for (const auto t : {nn::triangle::lower, nn::triangle::upper, nn::triangle::unit_lower,
                         nn::triangle::unit_upper})
        for (const auto f : {nn::form::plain, nn::form::transposed}) {
            nn::tape<double> tape;
            const auto m = tape.constant(a), right = tape.constant(b);
            const auto y = solve_triangular(m, t, right, f);
            const auto again = matmul(triangular(m, t), y, f, nn::form::plain);
            CHECK((again.value() - b).cwiseAbs().maxCoeff() < 1e-14);
            check([=](const list& x) { return square(solve_triangular(x[0], t, x[1], f)); },
                  {a, b});
            check([=](const list& x) { return square(triangular(x[0], t)); }, {a});
        }
    nn::tape<double> tape;
    const auto wide = tape.constant(matrix::Zero(2, 3));
    CHECK_THROWS_AS(solve_triangular(wide, nn::triangle::lower, wide), diffgen::bad_shape);
}

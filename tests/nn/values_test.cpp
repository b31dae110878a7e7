// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/nn/operations.hpp>
#include <diffgen/nn/values_shapes.hpp>

#include "gradient_check.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace nn = diffgen::nn;
using gradient_check::matrix;
using gradient_check::spread;

namespace {

/// The largest difference of a formula on values and on variables, relative to 1 + |y|. Both use
/// exponentials of their own, to a few ulp.
template <class F>
double difference(F f, const std::vector<matrix>& at) {
    nn::tape<double> tape;
    std::vector<nn::variable<double>> x;
    std::vector<nn::values<double>> v;
    for (const auto& m : at) {
        x.push_back(tape.constant(m));
        v.emplace_back(m);
    }
    const auto a = f(x);
    const auto b = f(v);
    REQUIRE(a.rows() == b.rows());
    REQUIRE(a.cols() == b.cols());
    double largest = 0;
    for (nn::extent j = 0; j < b.cols(); ++j)
        for (nn::extent i = 0; i < b.rows(); ++i)
            largest =
                std::fmax(largest, std::fabs(a.value()(i, j) - b(i, j)) / (1 + std::fabs(b(i, j))));
    return largest;
}

}  // namespace

TEST_CASE("values: what variables of a tape give, to rounding") {
    const matrix a = spread(4, 3, -2, 2), b = spread(4, 1, 0.5, 2, 0.2), c = spread(1, 3, 0.5, 2),
                 w = spread(5, 4, -1, 1), s = spread(4, 4, 0.5, 1.5);
    const std::vector<int> some{3, -1, 0, 3}, places{2, 0, -1, 2};
    const auto close = [](double d) { CHECK(d < 2e-15); };
    close(difference([](const auto& x) { return x[0] * x[1] - x[2] / x[1] + x[0]; }, {a, b, c}));
    close(difference([](const auto& x) { return 2.0 - (x[0] * 3.0 + 1.0) / 4.0 - 0.5; }, {a}));
    close(difference([](const auto& x) { return exp(x[0]) + log(x[1]) + tanh(x[0]); }, {a, b}));
    close(difference([](const auto& x) { return softplus(x[0]) * sigmoid(x[0]); }, {a}));
    close(difference([](const auto& x) { return log_sigmoid(x[0]) + silu(x[0]); }, {a}));
    close(difference([](const auto& x) { return relu(x[0], 0.2) + square(x[0]); }, {a}));
    close(difference([](const auto& x) { return log1p(x[0]) + expm1(x[0]) + rsqrt(x[0]); }, {b}));
    close(difference([](const auto& x) { return sqrt(x[1]) + abs(x[0]); }, {a, b}));
    close(difference([](const auto& x) { return max(x[0], x[1]) * min(x[0], 0.3); }, {a, b}));
    close(difference([](const auto& x) { return select(x[0] < x[1], x[1], x[0]); }, {a, b}));
    close(difference([](const auto& x) { return select(x[0] >= 0.2, x[1], 7.0); }, {a, b}));
    close(difference([](const auto& x) { return clamp(x[0], -1.0, 0.5); }, {a}));
    close(difference([](const auto& x) { return matmul(x[1], x[0]); }, {a, w}));
    close(difference([](const auto& x) { return softmax(x[0]) + logsumexp(x[0]); }, {a}));
    close(difference([](const auto& x) { return sum_over_rows(x[0]) + mean(x[0]); }, {a}));
    close(difference([](const auto& x) { return sum_over_cols(x[0]); }, {a}));
    close(difference([&](const auto& x) { return gather_rows(x[0], some); }, {a}));
    close(difference([&](const auto& x) { return scatter_rows(x[0], places, 3); }, {a}));
    close(difference([](const auto& x) { return concat_rows(slice_rows(x[0], 1, 2), x[0]); }, {a}));
    close(difference([](const auto& x) { return reshape(x[0], 6, 2); }, {a}));
    for (const auto t : {nn::triangle::lower, nn::triangle::upper, nn::triangle::unit_lower,
                         nn::triangle::unit_upper})
        for (const auto f : {nn::form::plain, nn::form::transposed}) {
            close(difference([=](const auto& x) { return triangular(x[0], t); }, {s}));
            CHECK(difference([=](const auto& x) { return solve_triangular(x[0], t, x[1], f); },
                             {s, a}) < 1e-13);
        }
}

TEST_CASE("elementary: against the C library") {
    for (double x = 1e-18; x < 1e18; x *= 1.7) {
        CHECK(diffgen::log1p(x) == doctest::Approx(std::log1p(x)).epsilon(5e-16));
        CHECK(diffgen::softplus(-x) == doctest::Approx(std::log1p(std::exp(-x))).epsilon(2e-15));
    }
    CHECK(diffgen::softplus(800.0) == 800.0);
    CHECK(diffgen::log_sigmoid(-1e4) == -1e4);
    CHECK(diffgen::sigmoid(-1e4) == 0.0);
    CHECK(diffgen::log1p(INFINITY) == INFINITY);
}

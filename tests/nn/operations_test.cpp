// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/nn/operations.hpp>

#include "gradient_check.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace nn = diffgen::nn;
using namespace gradient_check;

TEST_CASE("arithmetic: gradients by element and with broadcasting") {
    const matrix full = spread(3, 4, 0.5, 2.0);
    const matrix others[] = {spread(3, 4, 0.5, 2.0, 0.2), spread(3, 1, 0.5, 2.0, 0.2),
                             spread(1, 4, 0.5, 2.0, 0.2), spread(1, 1, 0.5, 2.0, 0.2)};
    for (const auto& other : others) {
        CAPTURE(other.rows());
        CAPTURE(other.cols());
        check([](const list& x) { return x[0] + x[1] * x[1]; }, {full, other});
        check([](const list& x) { return x[1] - x[0] * x[0]; }, {full, other});
        check([](const list& x) { return x[0] * x[1]; }, {full, other});
        check([](const list& x) { return x[0] / x[1]; }, {full, other});
        check([](const list& x) { return x[1] / x[0]; }, {full, other});
    }
    // A column and a row spread over each other.
    check([](const list& x) { return x[0] * x[1] / (x[0] + x[1]); }, {others[1], others[2]});
    check([](const list& x) { return (2.0 - x[0] / 4.0) * (1.0 + 3.0 * x[0] - 0.5) * -x[0]; },
          {full});
}

TEST_CASE("functions: gradients by element") {
    const matrix x0 = spread(2, 3, 0.4, 1.9), both = spread(2, 3, -2.0, 2.0);
    check([](const list& x) { return square(x[0]); }, {both});
    check([](const list& x) { return sqrt(x[0]); }, {x0});
    check([](const list& x) { return rsqrt(x[0]); }, {x0});
    check([](const list& x) { return exp(x[0]); }, {both});
    check([](const list& x) { return log(x[0]); }, {x0});
    check([](const list& x) { return sin(x[0]); }, {both});
    check([](const list& x) { return cos(x[0]); }, {both});
    check([](const list& x) { return tanh(x[0]); }, {both});
}

TEST_CASE("activations: gradients by element, away from the kink of the rectifiers") {
    const matrix x0 = spread(2, 5, -2.0, 2.0);
    check([](const list& x) { return sigmoid(x[0]); }, {x0});
    check([](const list& x) { return softplus(x[0]); }, {x0});
    check([](const list& x) { return silu(x[0]); }, {x0});
    check([](const list& x) { return relu(x[0]) * x[0]; }, {x0});
    check([](const list& x) { return relu(x[0], 0.2) * x[0]; }, {x0});
}

TEST_CASE("activations: far arguments give the limits, not NaN") {
    nn::tape<float> tape;
    const auto pair = [](float low, float high) {
        nn::matrix<float> m(2, 1);
        m << low, high;
        return m;
    };
    const auto x = tape.constant(pair(-200.0f, 200.0f));
    CHECK(sigmoid(x).value() == pair(0.0f, 1.0f));
    CHECK(softplus(x).value() == pair(0.0f, 200.0f));
    CHECK(silu(x).value() == pair(0.0f, 200.0f));
    CHECK(grad(sum(silu(x)), x).value() == pair(0.0f, 1.0f));
}

TEST_CASE("matmul: value and gradients for all four forms") {
    const matrix a = spread(3, 4, -1.0, 1.0), b = spread(4, 2, -1.0, 1.0, 0.4);
    for (const auto fa : {nn::form::plain, nn::form::transposed})
        for (const auto fb : {nn::form::plain, nn::form::transposed}) {
            const matrix u = fa == nn::form::plain ? a : matrix(a.transpose());
            const matrix v = fb == nn::form::plain ? b : matrix(b.transpose());
            nn::tape<double> tape;
            const auto y = matmul(tape.constant(u), tape.constant(v), fa, fb);
            CHECK((y.value() - a * b).norm() < 1e-14);
            check([=](const list& x) { return square(matmul(x[0], x[1], fa, fb)); }, {u, v});
        }
}

TEST_CASE("matmul: blocks larger than the packed panels") {
    // Expected: the product by Eigen, summed in another order; 600 terms of size one, so 1e-12.
    const matrix a = spread(300, 600, -1.0, 1.0), b = spread(600, 270, -1.0, 1.0, 0.4);
    nn::tape<double> tape;
    CHECK((matmul(tape.constant(a), tape.constant(b)).value() - a * b).cwiseAbs().maxCoeff() <
          1e-12);
}

TEST_CASE("sums and broadcasts: gradients") {
    const matrix x0 = spread(3, 4, -1.0, 1.0);
    check([](const list& x) { return square(sum(x[0])); }, {x0});
    check([](const list& x) { return square(mean(x[0])); }, {x0});
    check([](const list& x) { return square(sum_over_rows(x[0])); }, {x0});
    check([](const list& x) { return square(sum_over_cols(x[0])); }, {x0});
    check([](const list& x) { return square(broadcast_to(x[0], 3, 4)); }, {spread(3, 1, -1, 1)});
    check([](const list& x) { return square(broadcast_to(x[0], 3, 4)); }, {spread(1, 4, -1, 1)});
}

TEST_CASE("rows and columns: gradients of slices, concatenation, gather and scatter") {
    const matrix x0 = spread(4, 3, -1.0, 1.0), x1 = spread(2, 3, -1.0, 1.0, 0.7);
    check([](const list& x) { return square(slice_rows(x[0], 1, 2)); }, {x0});
    check([](const list& x) { return square(reshape(x[0], x[0].cols(), x[0].rows())); }, {x0});
    check([](const list& x) { return square(pad_rows(x[0], 1, 5)); }, {x1});
    check([](const list& x) { return square(concat_rows(x[0], x[1] * x[1])); }, {x0, x1});
    const std::vector<int> columns{2, 0, 2, 2, 1};
    check([&](const list& x) { return square(gather(x[0], columns)); }, {x0});
    const std::vector<int> places{3, 1, 3};
    check([&](const list& x) { return square(scatter_add(x[0], places, 5)); }, {x0});
}

TEST_CASE("softmax, cross-entropy and layer norm: gradients") {
    const matrix x0 = spread(4, 3, -2.0, 2.0);
    const std::vector<int> labels{2, 0, 3};
    check([](const list& x) { return logsumexp(x[0]); }, {x0});
    check([](const list& x) { return softmax(x[0]); }, {x0});
    check([&](const list& x) { return cross_entropy(x[0], labels); }, {x0});
    check([](const list& x) { return layer_norm(x[0]); }, {x0});
}

TEST_CASE("softmax: large logits do not overflow") {
    nn::tape<double> tape;
    const auto x = tape.constant(matrix::Constant(2, 1, 1000.0));
    CHECK(logsumexp(x).item() == doctest::Approx(1000.0 + std::log(2.0)));
    CHECK(softmax(x).value()(0, 0) == doctest::Approx(0.5));
}

TEST_CASE("a multilayer perceptron and its gradient penalty: gradients in every weight") {
    const matrix w1 = spread(5, 3, -1.0, 1.0), b1 = spread(5, 1, -0.5, 0.5);
    const matrix w2 = spread(1, 5, -1.0, 1.0, 0.1), x0 = spread(3, 4, -1.0, 1.0, 0.6);
    const auto network = [](const list& p) {
        return matmul(p[2], silu(matmul(p[0], p[3]) + p[1]));
    };
    check(network, {w1, b1, w2, x0});
    // (|d net / d x| - 1)^2, one norm a sample, as the gradient penalty of WGAN-GP: its second
    // gradients are third derivatives of the network.
    const auto penalty = [&](const list& p) {
        const auto slope = grad(sum(network(p)), p[3]);
        return mean(square(sqrt(sum_over_rows(square(slope))) - 1.0));
    };
    check(penalty, {w1, b1, w2, x0});
}

TEST_CASE("relu networks have a gradient penalty too") {
    const matrix w1 = spread(5, 3, -1.0, 1.0), w2 = spread(1, 5, -1.0, 1.0, 0.1);
    const matrix x0 = spread(3, 4, -1.0, 1.0, 0.6);
    check(
        [](const list& p) {
            const auto y = matmul(p[1], relu(matmul(p[0], p[2]), 0.2));
            return mean(square(sum_over_rows(square(grad(sum(y), p[2]))) - 1.0));
        },
        {w1, w2, x0});
}

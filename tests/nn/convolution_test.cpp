// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/nn/convolution.hpp>
#include <diffgen/nn/mlp.hpp>
#include <diffgen/nn/operations.hpp>

#include "gradient_check.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace nn = diffgen::nn;
using namespace gradient_check;

TEST_CASE("convolution: the sum by hand, with padding and strides") {
    for (const int stride : {1, 2})
        for (const int padding : {0, 1}) {
            const nn::picture_patches p{2, 5, 4, 3, padding, stride};
            const nn::convolution layer(p, 3);
            const matrix x = spread(2 * 5 * 4, 2, -1, 1), w = spread(3, 2 * 3 * 3, -1, 1, 0.3);
            const auto y = layer(nn::values<double>(w), nn::values<double>(x));
            for (nn::extent n = 0; n < 2; ++n)
                for (int o = 0; o < 3; ++o)
                    for (int a = 0; a < p.out_height(); ++a)
                        for (int b = 0; b < p.out_width(); ++b) {
                            double sum = 0;
                            for (int c = 0; c < 2; ++c)
                                for (int i = 0; i < 3; ++i)
                                    for (int j = 0; j < 3; ++j) {
                                        const int r = a * stride + i - padding,
                                                  s = b * stride + j - padding;
                                        if (r < 0 || r >= 5 || s < 0 || s >= 4) continue;
                                        sum +=
                                            w(o, (c * 3 + i) * 3 + j) * x((c * 5 + r) * 4 + s, n);
                                    }
                            const int row = (o * p.out_height() + a) * p.out_width() + b;
                            CHECK(y(row, n) == doctest::Approx(sum).epsilon(1e-13));
                        }
        }
}

TEST_CASE("convolution: first and second gradients, and the transpose is the adjoint") {
    const nn::convolution layer({2, 3, 4, 2, 1, 2}, 3);
    const matrix x = spread(2 * 3 * 4, 2, -1, 1), w = spread(3, 2 * 2 * 2, -1, 1, 0.3);
    const matrix g = spread(3 * layer.patches().positions(), 2, -1, 1, 0.6);
    check([&](const list& v) { return square(layer(v[0], v[1])); }, {w, x});
    check([&](const list& v) { return square(layer.transposed(v[0], v[1])); }, {w, g});
    nn::tape<double> tape;
    const auto weight = tape.constant(w), in = tape.constant(x), out = tape.constant(g);
    CHECK(sum(layer(weight, in) * out).item() ==
          doctest::Approx(sum(layer.transposed(weight, out) * in).item()).epsilon(1e-13));
    const auto bias = layer.spread_bias(tape.constant(spread(3, 1, -1, 1)));
    CHECK(bias.rows() == g.rows());
}

TEST_CASE("convolution: what does not fit is refused") {
    CHECK_THROWS_AS(nn::convolution({1, 3, 3, 5, 0}, 1), diffgen::bad_argument);
    CHECK_THROWS_AS(nn::convolution({1, 3, 3, 3, 0}, 0), diffgen::bad_argument);
    const nn::convolution layer({1, 3, 3, 3, 1}, 1);
    CHECK_THROWS_AS(layer(nn::values<double>(1, 9), nn::values<double>(8, 1)), diffgen::bad_shape);
}

TEST_CASE("dropout: a share of units falls out, the mean stays, and bits are the sample's own") {
    nn::parameters<double> weights;
    const std::vector<nn::extent> sizes{3, 400, 1};
    const auto net = nn::mlp<>::make(weights, "net", sizes, diffgen::noise::philox{1});
    nn::tape<double> tape;
    const auto leaves = weights.on(tape);
    const nn::dropping<double> all(leaves, 0.25, diffgen::noise::philox{2}, 7, 0);
    const auto ones = all.drop(tape.constant(matrix::Ones(400, 50)));
    // 20,000 units: the share has a standard error of 0.003; 7 of them are 1e-11.
    const double share = (ones.value().array() == 0).cast<double>().mean();
    CHECK(std::abs(share - 0.25) < 0.022);
    CHECK(ones.value().maxCoeff() == doctest::Approx(1 / 0.75));
    // The samples 20 ... of a batch, alone.
    const nn::dropping<double> part(leaves, 0.25, diffgen::noise::philox{2}, 7, 20);
    const auto some = part.drop(tape.constant(matrix::Ones(400, 30)));
    CHECK(some.value() == ones.value().rightCols(30));
    const nn::dropping<double> other(leaves, 0.25, diffgen::noise::philox{2}, 8, 0);
    CHECK(other.drop(tape.constant(matrix::Ones(400, 50))).value() != ones.value());
    // A network in training and not.
    const auto x = tape.constant(spread(3, 5, -1, 1));
    const nn::dropping<double> none(leaves, 0, diffgen::noise::philox{2}, 7, 0);
    CHECK(net(none, x).value() == net(leaves, x).value());
    CHECK(net(part, x).value() != net(leaves, x).value());
    CHECK_THROWS_AS((nn::dropping<double>(leaves, 1.0, diffgen::noise::philox{2}, 0, 0)),
                    diffgen::bad_argument);
}

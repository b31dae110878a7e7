// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/nn/operations.hpp>

#include <doctest/doctest.h>

namespace nn = diffgen::nn;

TEST_CASE("gradients of gradients: the derivatives of x^4 at 3 are 108, 108 and 72") {
    nn::tape<double> tape;
    const auto x = tape.scalar(3.0);
    const auto first = grad(square(square(x)), x);
    const auto second = grad(first, x);
    const auto third = grad(second, x);
    CHECK(first.item() == 108.0);
    CHECK(second.item() == 108.0);
    CHECK(third.item() == 72.0);
}

TEST_CASE("a variable the loss does not depend on has a zero gradient of its shape") {
    nn::tape<double> tape;
    const auto x = tape.scalar(3.0);
    const auto loss = square(x);
    const auto later = tape.constant(Eigen::Matrix2d::Ones());
    const auto g = grad(loss, {x, later});
    CHECK(g[0].item() == 6.0);
    CHECK(g[1].value() == Eigen::Matrix2d::Zero());
}

TEST_CASE("detach stops a gradient") {
    nn::tape<double> tape;
    const auto x = tape.scalar(3.0);
    CHECK(grad(x * detach(x), x).item() == 3.0);
}

TEST_CASE("a cleared tape gives its memory again") {
    nn::tape<float> tape;
    const float* first = nullptr;
    for (int round = 0; round < 3; ++round) {
        tape.clear();
        const auto x = tape.constant(nn::matrix<float>::Constant(300, 300, 2.0f));
        const auto y = sum(matmul(x, x));
        CHECK(y.item() == 300.0f * 300.0f * 300.0f * 4.0f);
        if (round == 0) first = y.value().data();
        CHECK(y.value().data() == first);
        CHECK(tape.size() == 3);
    }
}

TEST_CASE("wrong shapes and mixed tapes are errors that name the sizes") {
    nn::tape<double> tape, other;
    const auto a = tape.constant(Eigen::MatrixXd::Ones(2, 3));
    const auto b = tape.constant(Eigen::MatrixXd::Ones(2, 4));
    CHECK_THROWS_WITH_AS(
        a + b, "diffgen: an operation by element on 2 x 3 and 2 x 4; sizes must be equal or 1",
        diffgen::bad_shape);
    CHECK_THROWS_WITH_AS(matmul(a, b), "diffgen: matmul of 2 x 3 and 2 x 4: the inner sizes differ",
                         diffgen::bad_shape);
    CHECK_THROWS_WITH_AS(grad(a, a), "diffgen: grad of a 2 x 3 variable; sum it to 1 x 1 first",
                         diffgen::bad_shape);
    CHECK_THROWS_AS(a.item(), diffgen::bad_shape);
    CHECK_THROWS_AS(slice_rows(a, 1, 2), diffgen::bad_shape);
    CHECK_THROWS_AS(concat_rows(a, b), diffgen::bad_shape);
    CHECK_THROWS_AS(broadcast_to(a, 4, 3), diffgen::bad_shape);
    CHECK_THROWS_AS(reduce_to(a, 2, 2), diffgen::bad_shape);
    const int beyond[] = {0, 3};
    CHECK_THROWS_WITH_AS(gather(a, beyond), "diffgen: column 3 of a table of 3 columns",
                         diffgen::bad_argument);
    CHECK_THROWS_AS(cross_entropy(a, beyond), diffgen::bad_shape);
    CHECK_THROWS_AS(a + other.constant(Eigen::MatrixXd::Ones(2, 3)), diffgen::bad_argument);
}

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/nn/group_norm.hpp>
#include <diffgen/nn/values_shapes.hpp>

#include "check_refused.hpp"
#include "gradient_check.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace nn = diffgen::nn;
using namespace gradient_check;

TEST_CASE("group_norm: the formula by hand, on variables and on values") {
    // Two samples of 6 channels at 5 positions, in 3 groups.
    const matrix x = spread(6 * 5, 2, -2, 3), a = spread(6, 1, 0.5, 2), b = spread(6, 1, -1, 1);
    nn::tape<double> tape;
    const matrix y =
        nn::group_norm(tape.constant(x), 3, tape.constant(a), tape.constant(b), 1e-3).value();
    const auto v = nn::group_norm(nn::values<double>(x), 3, nn::values<double>(a),
                                  nn::values<double>(b), 1e-3);
    for (nn::extent n = 0; n < 2; ++n)
        for (nn::extent group = 0; group < 3; ++group) {
            double mean = 0, variance = 0;
            for (nn::extent i = 10 * group; i < 10 * group + 10; ++i)
                mean += x(i, n) / 10;
            for (nn::extent i = 10 * group; i < 10 * group + 10; ++i)
                variance += (x(i, n) - mean) * (x(i, n) - mean) / 10;
            for (nn::extent i = 10 * group; i < 10 * group + 10; ++i) {
                const double expected =
                    (x(i, n) - mean) / std::sqrt(variance + 1e-3) * a(i / 5) + b(i / 5);
                CHECK(std::abs(y(i, n) - expected) < 1e-14);
                CHECK(std::abs(v(i, n) - expected) < 1e-14);
            }
        }
}

TEST_CASE("group_norm: first and second gradients") {
    const matrix x = spread(12, 2, -2, 2), a = spread(4, 1, 0.5, 2), b = spread(4, 1, -1, 1);
    check([](const list& v) { return square(nn::group_norm(v[0], 2)); }, {x});
    check([](const list& v) { return square(nn::group_norm(v[0], 2, v[1], v[2], 0.1)); },
          {x, a, b});
}

TEST_CASE("group_norm: one group is layer norm, as many as channels is instance norm") {
    const matrix m = spread(12, 3, -2, 2);
    nn::tape<double> tape;
    const auto x = tape.constant(m);
    CHECK(nn::group_norm(x, 1).value() == nn::layer_norm(x).value());
    const matrix y = nn::group_norm(x, 4).value();
    for (nn::extent n = 0; n < 3; ++n)
        for (nn::extent c = 0; c < 4; ++c) {
            const auto own = tape.constant(m.col(n).segment(3 * c, 3));
            CHECK(nn::layer_norm(own).value() == y.col(n).segment(3 * c, 3));
        }
    // Neither scale nor shift of a group of the input matters, but for epsilon.
    const matrix moved = (m.array() * 3 + 7).matrix();
    CHECK((nn::group_norm(tape.constant(moved), 4, 0.0).value() - nn::group_norm(x, 4, 0.0).value())
              .cwiseAbs()
              .maxCoeff() < 1e-13);
}

TEST_CASE("group_norm: the bits of a sample do not depend on those beside it") {
    // Rows that no packet divides.
    const auto m = spread(3 * 35, 9, -2, 2).cast<float>().eval();
    nn::tape<float> tape;
    const nn::matrix<float> whole = nn::group_norm(tape.constant(m), 3).value();
    for (nn::extent n = 0; n < 9; ++n)
        CHECK(nn::group_norm(tape.constant(m.col(n)), 3).value() == whole.col(n));
}

TEST_CASE("group_norm: what does not fit is refused with the sizes") {
    nn::tape<double> tape;
    const auto x = tape.constant(spread(12, 2, -1, 1)), four = tape.constant(spread(4, 1, 0, 1)),
               five = tape.constant(spread(5, 1, 0, 1));
    const auto refuse = [](auto f, std::initializer_list<std::string_view> words) {
        check_refused<diffgen::bad_shape>(f, words);
    };
    refuse([&] { (void)nn::group_norm(x, 5); }, {"5 groups", "12 x 2"});
    refuse([&] { (void)nn::group_norm(nn::values<double>(x.value()), 5); }, {"5 groups", "12 x 2"});
    refuse([&] { (void)nn::group_norm(x, 3, four, four); }, {"3 groups", "scale of 4 x 1"});
    refuse([&] { (void)nn::group_norm(x, 1, five, five); }, {"12 x 2", "scale of 5 x 1"});
    refuse([&] { (void)nn::group_norm(x, 2, four, five); }, {"scale of 4 x 1", "shift of 5 x 1"});
    CHECK_THROWS_AS((void)nn::group_norm(x, 0), diffgen::bad_argument);
}

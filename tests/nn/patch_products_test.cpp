// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/nn/convolution.hpp>
#include <diffgen/nn/operations.hpp>

#include "gradient_check.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <vector>

namespace nn = diffgen::nn;
using namespace gradient_check;

namespace {

/// The convolution by lists of rows: all patches at once, then one product.
variable by_lists(const nn::picture_patches& p, const variable& w, const variable& x) {
    const auto rows = p.rows();
    std::vector<int> order;
    const auto outputs = static_cast<int>(w.rows());
    for (int k = 0; k < p.positions(); ++k)
        for (int o = 0; o < outputs; ++o)
            order.push_back(o * p.positions() + k);
    const auto y = matmul(w, nn::unfold(x, p, rows));
    return scatter_rows(reshape(y, outputs * p.positions(), x.cols()), order,
                        outputs * p.positions());
}

// Pictures of more positions than a block has columns, a patch longer than a block is deep,
// samples that begin and end within a block, strides, kernels that reach over the border, and a
// kernel wider than the picture.
const std::initializer_list<nn::picture_patches> kinds{
    {2, 19, 17, 3, 1, 1}, {30, 5, 7, 3, 1, 1}, {3, 8, 6, 3, 1, 2}, {2, 9, 8, 2, 0, 1},
    {2, 6, 7, 5, 2, 1},   {2, 5, 4, 3, 2, 1},  {4, 4, 4, 1, 0, 1}, {3, 7, 5, 4, 3, 3},
    {1, 2, 3, 5, 2, 1},   {1, 1, 1, 3, 1, 1},
};

}  // namespace

TEST_CASE("patch products: the bits of the lists of rows, values and gradients") {
    for (const auto& p : kinds)
        for (const nn::extent samples : {1, 9}) {
            nn::tape<double> tape;
            const auto w = tape.constant(spread(5, p.patch(), -1, 1, 0.3)),
                       x = tape.constant(spread(p.numbers(), samples, -1, 1));
            const auto a = nn::convolution(p, 5)(w, x), b = by_lists(p, w, x);
            CAPTURE(p.height);
            CAPTURE(p.kernel);
            CAPTURE(samples);
            CHECK(a.value() == b.value());
            const auto g = tape.constant(spread(a.rows(), a.cols(), -1, 1, 0.6));
            const auto da = grad(sum(a * g), {w, x}), db = grad(sum(b * g), {w, x});
            CHECK(da[0].value() == db[0].value());
            CHECK(da[1].value() == db[1].value());
        }
}

TEST_CASE("patch products: first and second gradients of each of the three") {
    for (const nn::picture_patches p :
         {nn::picture_patches{2, 3, 4, 3, 1, 1}, {2, 3, 4, 2, 1, 2}}) {
        const matrix w = spread(3, p.patch(), -1, 1, 0.3), x = spread(p.numbers(), 2, -1, 1),
                     y = spread(3 * p.positions(), 2, -1, 1, 0.6);
        namespace detail = nn::detail;
        check([&](const list& v) { return square(detail::patch_product(v[0], v[1], p)); }, {w, x});
        check(
            [&](const list& v) { return square(detail::transposed_patch_product(v[0], v[1], p)); },
            {w, y});
        check([&](const list& v) { return square(detail::patch_weights(v[0], v[1], p)); }, {y, x});
    }
}

TEST_CASE("patch products: no samples, and kernels of another shape") {
    const nn::convolution layer({2, 3, 3, 3, 1}, 4);
    nn::tape<double> tape;
    const auto w = tape.constant(spread(4, 18, -1, 1));
    const auto none = tape.constant(matrix::Zero(18, 0));
    CHECK(layer(w, none).cols() == 0);
    CHECK(layer(w, none).rows() == 36);
    const auto x = tape.constant(spread(18, 1, -1, 1));
    CHECK_THROWS_AS(layer(tape.constant(spread(3, 18, -1, 1)), x), diffgen::bad_shape);
    CHECK_THROWS_AS(layer(tape.constant(spread(4, 9, -1, 1)), x), diffgen::bad_shape);
    CHECK_THROWS_AS(layer.transposed(w, x), diffgen::bad_shape);
}

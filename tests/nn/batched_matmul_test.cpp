// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/nn/batched_matmul.hpp>
#include <diffgen/nn/values_blocks.hpp>

#include "check_refused.hpp"
#include "gradient_check.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

namespace nn = diffgen::nn;
using namespace gradient_check;

namespace {

constexpr auto plain = nn::form::plain, transposed = nn::form::transposed;

/// A grid of blocks of the shape that a form asks for.
matrix blocks(nn::form f, nn::extent rows, nn::extent cols, nn::block_grid grid, double shift) {
    if (f == transposed) std::swap(rows, cols);
    return spread(rows * grid.rows, cols * grid.cols, -1, 1, shift);
}

}  // namespace

TEST_CASE("batched_matmul: every block is the product of its blocks, in all four forms") {
    for (const nn::block_grid grid : {nn::block_grid{1, 3}, {2, 3}, {3, 1}})
        for (const auto fa : {plain, transposed})
            for (const auto fb : {plain, transposed}) {
                const matrix a = blocks(fa, 4, 5, grid, 0), b = blocks(fb, 5, 2, grid, 0.4);
                nn::tape<double> tape;
                const auto u = tape.constant(a), v = tape.constant(b);
                const auto y = nn::batched_matmul(u, v, grid, fa, fb);
                const auto w =
                    nn::batched_matmul(nn::values<double>(a), nn::values<double>(b), grid, fa, fb);
                REQUIRE(y.rows() == 4 * grid.rows);
                REQUIRE(y.cols() == 2 * grid.cols);
                for (nn::extent j = 0; j < grid.cols; ++j)
                    for (nn::extent i = 0; i < grid.rows; ++i) {
                        const auto cut = [&](const matrix& m) {
                            const auto r = m.rows() / grid.rows, c = m.cols() / grid.cols;
                            return matrix(m.block(i * r, j * c, r, c));
                        };
                        // The same bits as the product of the two blocks alone.
                        CHECK(cut(y.value()) ==
                              matmul(tape.constant(cut(a)), tape.constant(cut(b)), fa, fb).value());
                    }
                CHECK((y.value() - nn::view<double>(w.data(), w.rows(), w.cols()))
                          .cwiseAbs()
                          .maxCoeff() < 1e-15);
            }
}

TEST_CASE("batched_matmul: first and second gradients") {
    const nn::block_grid grid{2, 2};
    for (const auto fa : {plain, transposed})
        for (const auto fb : {plain, transposed})
            check(
                [=](const list& x) { return square(nn::batched_matmul(x[0], x[1], grid, fa, fb)); },
                {blocks(fa, 2, 3, grid, 0), blocks(fb, 3, 2, grid, 0.4)});
}

TEST_CASE("batched_matmul: matrices that lie in columns of samples") {
    // Sample n is a 2 x 3 matrix in column n.
    const matrix x = spread(6, 4, -1, 1);
    nn::tape<double> tape;
    const auto apart = reshape(tape.constant(x), 2, 3 * 4);
    const auto squares = nn::batched_matmul(apart, apart, {1, 4}, plain, transposed);
    for (nn::extent n = 0; n < 4; ++n) {
        const nn::view<double> m(x.col(n).data(), 2, 3);
        CHECK((squares.value().middleCols(2 * n, 2) - m * m.transpose()).cwiseAbs().maxCoeff() <
              1e-15);
    }
}

TEST_CASE("batched_matmul: what does not fit is refused with the sizes") {
    nn::tape<double> tape;
    const auto a = tape.constant(spread(4, 6, -1, 1)), b = tape.constant(spread(4, 8, -1, 1));
    const auto refuse = [&](nn::block_grid grid, nn::form fa,
                            std::initializer_list<std::string_view> words) {
        check_refused<diffgen::bad_shape>([&] { (void)nn::batched_matmul(a, b, grid, fa); }, words);
        check_refused<diffgen::bad_shape>(
            [&] {
                (void)nn::batched_matmul(nn::values<double>(a.value()),
                                         nn::values<double>(b.value()), grid, fa);
            },
            words);
    };
    refuse({1, 2}, plain, {"4 x 3 and 4 x 4", "inner sizes differ"});
    refuse({3, 2}, transposed, {"4 x 6", "3 x 2 blocks"});
    refuse({2, 4}, transposed, {"4 x 6", "2 x 4 blocks"});
    CHECK_THROWS_AS((void)nn::batched_matmul(a, b, {0, 2}), diffgen::bad_argument);
}

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/nn/gemm.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>

namespace nn = diffgen::nn;

namespace {

/// Numbers of order one without a pattern that sums could hide behind.
template <class T>
nn::matrix<T> numbers(nn::extent rows, nn::extent cols, double seed) {
    nn::matrix<T> m(rows, cols);
    for (nn::extent i = 0; i < m.size(); ++i)
        m.data()[i] = static_cast<T>(std::sin(seed + 12.9898 * static_cast<double>(i)));
    return m;
}

struct shape {
    nn::extent rows, depth, cols;
};

}  // namespace

// Below, at and above a block of 256, and sizes that no packet divides.
TEST_CASE_TEMPLATE("a packed operand gives the bits of a plain one, and their product", T, float,
                   double) {
    for (const shape s : {shape{1, 1, 1},
                          {8, 4, 4},
                          {256, 256, 64},
                          {51, 32, 48},
                          {300, 257, 16},
                          {513, 600, 270},
                          {257, 100, 300}}) {
        const auto a = numbers<T>(s.rows, s.depth, 1), b = numbers<T>(s.depth, s.cols, 2);
        nn::matrix<T> plain = numbers<T>(s.rows, s.cols, 3), packed = plain;
        const nn::matrix<double> expected =
            plain.template cast<double>() + a.template cast<double>() * b.template cast<double>();
        const nn::view<T> left(a.data(), s.rows, s.depth), right(b.data(), s.depth, s.cols);
        nn::gemm<T> products;
        products.accumulate(left, nn::form::plain, right, nn::form::plain,
                            {plain.data(), s.rows, s.cols});
        nn::packed_matrix<T> made;
        made.pack(left);
        nn::gemm<T>().accumulate(made, right, {packed.data(), s.rows, s.cols});
        CAPTURE(s.rows);
        CAPTURE(s.depth);
        CAPTURE(s.cols);
        CHECK(std::memcmp(plain.data(), packed.data(),
                          sizeof(T) * static_cast<std::size_t>(plain.size())) == 0);
        // A sum of n terms of order one has at most n rounding errors of half an ulp of n.
        const double n = static_cast<double>(s.depth) + 1;
        const double tolerance = n * n * std::numeric_limits<T>::epsilon();
        CHECK((packed.template cast<double>() - expected).cwiseAbs().maxCoeff() < tolerance);
    }
}

TEST_CASE("a smaller matrix can be packed after a larger one") {
    nn::packed_matrix<float> made;
    const auto large = numbers<float>(40, 40, 1), a = numbers<float>(3, 5, 2),
               b = numbers<float>(5, 4, 3);
    made.pack({large.data(), 40, 40});
    made.pack({a.data(), 3, 5});
    CHECK(made.rows() == 3);
    CHECK(made.cols() == 5);
    nn::matrix<float> c = nn::matrix<float>::Zero(3, 4);
    nn::gemm<float>().accumulate(made, nn::view<float>(b.data(), 5, 4), {c.data(), 3, 4});
    CHECK((c - a * b).cwiseAbs().maxCoeff() < 1e-6f);
}

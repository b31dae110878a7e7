// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/nn/attention.hpp>
#include <diffgen/nn/values_blocks.hpp>

#include "check_refused.hpp"
#include "gradient_check.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace nn = diffgen::nn;
using namespace gradient_check;

namespace {

/// An operation on constants of a tape.
template <class T, class F>
nn::matrix<T> value_of(F f, const std::vector<nn::matrix<T>>& at) {
    nn::tape<T> tape;
    std::vector<nn::variable<T>> x;
    for (const auto& m : at)
        x.push_back(tape.constant(m));
    return f(x).value();
}

/// The largest difference of a formula on variables and on values.
template <class F>
double difference(F f, const std::vector<matrix>& at) {
    std::vector<nn::values<double>> v(at.begin(), at.end());
    const matrix a = value_of<double>(f, at);
    const auto b = f(v);
    REQUIRE(a.rows() == b.rows());
    REQUIRE(a.cols() == b.cols());
    return (a - nn::view<double>(b.data(), b.rows(), b.cols())).cwiseAbs().maxCoeff();
}

template <class T>
nn::matrix<T> attended(const nn::matrix<T>& q, const nn::matrix<T>& k, const nn::matrix<T>& v,
                       const nn::attention_options& o) {
    return value_of<T>([&](const auto& x) { return nn::attention(x[0], x[1], x[2], o); },
                       {q, k, v});
}

}  // namespace

TEST_CASE("attention: the formula by hand, for heads and samples of their own") {
    // Two heads of 3 numbers in keys and 2 in values, three samples, 5 queries and 4 keys each.
    const nn::extent d = 3, e = 2, m = 5, n = 4;
    const matrix q = spread(2 * d, 3 * m, -1, 1), k = spread(2 * d, 3 * n, -1, 1, 0.3),
                 v = spread(2 * e, 3 * n, -1, 1, 0.7);
    const matrix y = attended(q, k, v, {.samples = 3, .heads = 2});
    REQUIRE(y.rows() == 2 * e);
    REQUIRE(y.cols() == 3 * m);
    for (nn::extent s = 0; s < 3; ++s)
        for (nn::extent h = 0; h < 2; ++h)
            for (nn::extent i = 0; i < m; ++i) {
                std::vector<double> w;
                double total = 0;
                for (nn::extent j = 0; j < n; ++j) {
                    double product = 0;
                    for (nn::extent r = 0; r < d; ++r)
                        product += q(h * d + r, s * m + i) * k(h * d + r, s * n + j);
                    w.push_back(std::exp(product / std::sqrt(3.0)));
                    total += w.back();
                }
                for (nn::extent r = 0; r < e; ++r) {
                    double expected = 0;
                    for (nn::extent j = 0; j < n; ++j)
                        expected +=
                            w[static_cast<std::size_t>(j)] / total * v(h * e + r, s * n + j);
                    CHECK(std::abs(y(h * e + r, s * m + i) - expected) < 1e-14);
                }
            }
}

TEST_CASE("attention: first and second gradients") {
    const matrix q = spread(4, 6, -1, 1), k = spread(4, 6, -1, 1, 0.3),
                 v = spread(2, 6, -1, 1, 0.7), some = spread(4, 4, -1, 1, 0.9),
                 few = spread(2, 4, -1, 1, 0.1);
    for (const auto seen : {nn::sight::all, nn::sight::causal})
        check(
            [&](const list& x) {
                return nn::attention(x[0], x[1], x[2], {2, 2, seen});
            },
            {q, k, v});
    check([&](const list& x) { return nn::attention(x[0], x[1], x[2], {2, 2}); }, {q, some, few});
    check([&](const list& x) { return nn::attention(x[0], x[0], x[0], {2, 2}); }, {q});
    check([&](const list& x) { return nn::block_softmax(x[0], {2, 3}); }, {q * 3});
    check([&](const list& x) { return nn::block_softmax(x[0], {2, 3}, nn::sight::causal); }, {q});
}

TEST_CASE("attention: variables and values give the same, to rounding") {
    const matrix q = spread(4, 6, -2, 2), k = spread(4, 6, -2, 2, 0.3),
                 v = spread(6, 6, -2, 2, 0.7);
    for (const auto seen : {nn::sight::all, nn::sight::causal})
        for (const nn::extent heads : {1, 2})
            CHECK(difference(
                      [&](const auto& x) {
                          return nn::attention(x[0], x[1], x[2], {2, heads, seen});
                      },
                      {q, k, v}) < 4e-15);
}

TEST_CASE("attention of one token is its value, to the bit") {
    const matrix q = spread(6, 5, -3, 3), v = spread(4, 5, -3, 3, 0.4);
    CHECK(attended(q, matrix(-q), v, {.samples = 5, .heads = 2}) == v);
    const nn::values<double> in(q), out(v);
    const auto y = nn::attention(in, in, out, {.samples = 5, .heads = 2});
    CHECK(nn::view<double>(y.data(), 4, 5) == v);
}

TEST_CASE("attention: permuted tokens give permuted outputs, and an order of the keys is none") {
    const matrix x = spread(4, 7, -1, 1);
    const std::vector<int> order{3, 0, 6, 1, 5, 2, 4};
    matrix moved(4, 7);
    for (nn::extent j = 0; j < 7; ++j)
        moved.col(j) = x.col(order[static_cast<std::size_t>(j)]);
    const matrix y = attended(x, x, x, {.samples = 1, .heads = 2}),
                 z = attended(moved, moved, moved, {.samples = 1, .heads = 2});
    for (nn::extent j = 0; j < 7; ++j)
        CHECK((z.col(j) - y.col(order[static_cast<std::size_t>(j)])).cwiseAbs().maxCoeff() < 1e-15);
    CHECK((attended(x, moved, moved, {.samples = 1, .heads = 2}) - y).cwiseAbs().maxCoeff() <
          1e-15);
}

TEST_CASE("attention, causal: no output depends on later tokens, to the bit") {
    const nn::extent tokens = 21;
    const auto x = spread(6, 2 * tokens, -1, 1).cast<float>().eval();
    const nn::attention_options causal{.samples = 2, .heads = 3, .seen = nn::sight::causal};
    const auto y = attended<float>(x, x, x, causal);
    CHECK(y.col(0) == x.col(0));
    CHECK(y.col(tokens) == x.col(tokens));
    for (const nn::extent i : {0, 4, 15, 16, 19}) {
        nn::matrix<float> other = x;
        other.middleCols(i + 1, tokens - i - 1).array() =
            7.5f * other.middleCols(i + 1, tokens - i - 1).array() - 3;
        const auto z = attended<float>(other, other, other, causal);
        CHECK(z.leftCols(i + 1) == y.leftCols(i + 1));
        CHECK(z.col(i + 1) != y.col(i + 1));
        CHECK(z.rightCols(tokens) == y.rightCols(tokens));
    }
    // The outputs are those of the tokens that are seen.
    const auto head = x.leftCols(9).eval();
    const auto last = attended<float>(head.rightCols(1), head, head, {.samples = 1, .heads = 3});
    CHECK((last - y.col(8)).cwiseAbs().maxCoeff() < 1e-6f);
}

TEST_CASE("attention: the bits of a sample do not depend on those beside it") {
    // Sizes that no packet divides.
    for (const nn::extent tokens : {1, 3, 5, 17}) {
        const auto x = spread(6, 9 * tokens, -2, 2).cast<float>().eval();
        const auto whole = attended<float>(x, x, x, {.samples = 9, .heads = 2});
        for (nn::extent s = 0; s < 9; ++s) {
            const auto own = x.middleCols(s * tokens, tokens).eval();
            CHECK(attended<float>(own, own, own, {.samples = 1, .heads = 2}) ==
                  whole.middleCols(s * tokens, tokens));
        }
    }
}

TEST_CASE("attention: large scores neither overflow nor leave NaN") {
    const matrix q = matrix::Constant(1, 3, 2000.0);
    matrix k(1, 3), v(1, 3);
    k << 1000, -1000, 999;
    v << 1, 2, 3;
    CHECK(attended(q, k, v, {.samples = 1}) == matrix::Ones(1, 3));
}

TEST_CASE("attention: what does not fit is refused with the sizes") {
    nn::tape<double> tape;
    const auto x = tape.constant(spread(4, 6, -1, 1)), y = tape.constant(spread(6, 6, -1, 1)),
               z = tape.constant(spread(4, 4, -1, 1));
    const auto refuse = [](const auto& a, const auto& b, const auto& c, nn::attention_options o,
                           std::initializer_list<std::string_view> words) {
        check_refused<diffgen::bad_shape>([&] { (void)nn::attention(a, b, c, o); }, words);
    };
    refuse(x, y, y, {2}, {"queries of 4 x 6, keys of 6 x 6"});
    refuse(x, x, z, {2}, {"keys of 4 x 6, values of 4 x 4"});
    refuse(x, x, x, {2, 3}, {"3 heads over 2 samples", "4 x 6"});
    refuse(x, x, x, {4}, {"over 4 samples", "4 x 6"});
    refuse(x, z, z, {2, 1, nn::sight::causal}, {"causal", "4 x 6", "4 x 4"});
    const nn::values<double> u(spread(4, 6, -1, 1));
    refuse(u, u, u, {2, 3}, {"3 heads over 2 samples", "4 x 6"});
    check_refused<diffgen::bad_argument>([&] { (void)nn::attention(x, x, x, {0}); },
                                         {"1 heads over 0 samples"});
    check_refused<diffgen::bad_shape>(
        [&] {
            (void)nn::block_softmax(x, {3, 1});
        },
        {"4 x 6", "3 x 1 blocks"});
}

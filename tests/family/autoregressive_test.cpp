// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/family/autoregressive/likelihood.hpp>
#include <diffgen/family/autoregressive/masked_network.hpp>
#include <diffgen/family/autoregressive/pixel_mask.hpp>
#include <diffgen/nn/convolution.hpp>
#include <diffgen/nn/fit.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>
#include <vector>

namespace family = diffgen::family;
namespace nn = diffgen::nn;
using matrix = nn::matrix<double>;
using plain = nn::values<double>;

namespace {

/// Every row of `classes` levels on `features` cells, a column each.
matrix all_tables(int features, int classes) {
    const nn::extent count = std::lround(std::pow(classes, features));
    matrix x(features, count);
    for (nn::extent j = 0; j < count; ++j) {
        nn::extent rest = j;
        for (int d = 0; d < features; ++d) {
            x(d, j) = static_cast<double>(rest % classes);
            rest /= classes;
        }
    }
    return x;
}

double total(const plain& log_p) {
    double sum = 0;
    for (nn::extent i = 0; i < log_p.size(); ++i)
        sum += std::exp(log_p.data()[i]);
    return sum;
}

}  // namespace

TEST_CASE("autoregression: the probabilities of a small table sum to one, in every order") {
    const std::vector<std::vector<int>> orders{{1, 2, 3, 4, 5}, {3, 1, 5, 2, 4}};
    const std::vector<int> widths{8, 11};
    for (const auto& order : orders) {
        nn::parameters<double> list;
        const auto bits = family::masked_mlp<nn::between::tanh>::make(
            list, "bits", order, widths, 1, false, diffgen::noise::philox{1});
        const auto levels = family::masked_mlp<nn::between::relu>::make(
            list, "levels", order, widths, 3, true, diffgen::noise::philox{2});
        for (std::size_t p = 0; p < list.entries().size(); ++p)
            list[p] = 2 * matrix(list[p]);
        const auto w = nn::constants(list);
        const plain two(all_tables(5, 2)), three(all_tables(5, 3));
        CHECK(std::abs(total(family::bernoulli_log_likelihood(bits(w, two), two)) - 1) < 1e-12);
        CHECK(std::abs(total(family::categorical_log_likelihood(levels(w, three), three, 3, true)) -
                       1) < 1e-12);
    }
}

TEST_CASE("autoregression: fitted to a table of two cells, it finds the counts") {
    // p(x2 | x1) has an output for each x1, so that the best fit is the table itself: entropy.
    const std::vector<int> counts{5, 1, 3, 7}, degrees{1, 2}, widths{6};
    matrix x(2, 16);
    nn::extent next = 0;
    for (int s = 0; s < 4; ++s)
        for (int k = 0; k < counts[static_cast<std::size_t>(s)]; ++k) {
            x(0, next) = s % 2;
            x(1, next++) = s / 2;
        }
    double entropy = 0;
    for (const int c : counts)
        entropy -= c / 16.0 * std::log(c / 16.0);
    nn::parameters<double> list;
    const auto net = family::masked_mlp<nn::between::tanh>::make(list, "net", degrees, widths, 1,
                                                                 false, diffgen::noise::philox{1});
    nn::training_state<double> state(list);
    nn::fit_options options;
    options.steps = 1500;
    options.batch = 16;
    options.shards = 1;
    options.threads = 1;
    options.learning_rate = nn::cosine_rate{.rate = 0.05, .steps = 1500};
    const auto loss = [&](const nn::shard<double>& part) {
        const auto data = part.record.constant(x);
        return -mean(family::bernoulli_log_likelihood(net(part.weights, data), data));
    };
    nn::fit(state, loss, options);
    CHECK(state.losses.back() >= entropy - 1e-12);
    CHECK(state.losses.back() < entropy + 1e-6);
}

TEST_CASE("masked convolutions: two layers see all pixels before, and none else") {
    const int size = 5;
    nn::tape<double> tape;
    const auto x = tape.constant(matrix::Zero(size * size, 1));
    const nn::convolution first({1, size, size, 3, 1}, 2), second({2, size, size, 3, 1}, 1);
    const auto a = tape.constant(family::pixel_mask(family::pixel_mask_type::a, 1, 2, 3)),
               b = tape.constant(family::pixel_mask(family::pixel_mask_type::b, 2, 1, 3));
    const auto y = second(b, first(a, x));
    for (int row = 0; row < size; ++row)
        for (int col = 0; col < size; ++col) {
            const int at = row * size + col;
            const auto g = grad(sum(slice_rows(y, at, 1)), x);
            for (int other = at; other < size * size; ++other)
                CHECK(g.value()(other, 0) == 0);
            if (col > 0) CHECK(g.value()(at - 1, 0) != 0);
            if (row > 0) CHECK(g.value()(at - size, 0) != 0);
        }
    CHECK_THROWS_AS(family::pixel_mask(family::pixel_mask_type::a, 0, 2, 3), diffgen::bad_argument);
}

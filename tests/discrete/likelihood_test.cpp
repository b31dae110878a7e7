// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Log probabilities of discrete models against a hidden Markov chain, whose network is exact.

#include <diffgen/discrete/likelihood.hpp>
#include <diffgen/discrete/sampler.hpp>
#include <diffgen/discrete/step_bound.hpp>

#include <doctest/doctest.h>

#include "oracle.hpp"

#include <cmath>
#include <cstddef>
#include <string>
#include <type_traits>
#include <vector>

namespace {

namespace discrete = diffgen::discrete;
namespace density = diffgen::density;
using oracle::numbers;

constexpr std::size_t length = 6, samples = 9;
const discrete::absorbing masks{4, 3};
const discrete::log_linear line{0};

/// Nine sequences, and their log probabilities.
std::vector<int> sequences() {
    std::vector<int> x;
    for (std::size_t code = 0; code < samples; ++code)
        for (const int v : oracle::sequence_of(code * 79, length, 3))
            x.push_back(v);
    return x;
}
numbers exact_values(const std::vector<int>& x) {
    numbers values;
    for (std::size_t i = 0; i < samples; ++i)
        values.push_back(oracle::chain().log_probability(std::span(x).subspan(i * length, length)));
    return values;
}

auto masked_network() {
    return discrete::predicts<double>(
        discrete::clean{},
        oracle::network<discrete::absorbing, discrete::log_linear, discrete::clean>{oracle::chain(),
                                                                                    masks, line});
}

}  // namespace

TEST_CASE("shown one by one, in whatever order, the log probability is exact") {
    auto predictor = masked_network();
    const auto x = sequences();
    const auto exact = exact_values(x);
    for (const auto& order : {std::vector<std::size_t>{}, {3, 1, 5, 0, 2, 4}}) {
        const auto found = discrete::sequential_log_probability(masks, predictor,
                                                                diffgen::batch(x, samples), order);
        static_assert(std::is_same_v<density::kind_of<decltype(found)>, density::exact>);
        for (std::size_t i = 0; i < samples; ++i)
            CHECK(found.values[i] == doctest::Approx(exact[i]).epsilon(1e-12));
    }
}
TEST_CASE("the bound of masked diffusion is tight where the network is exact") {
    auto predictor = masked_network();
    const auto x = sequences();
    const auto exact = exact_values(x);
    const auto found = discrete::masked_bound(masks, predictor, diffgen::batch(x, samples),
                                              {.draws = 3000, .seed = 4});
    static_assert(std::is_same_v<density::kind_of<decltype(found)>, density::lower_bound>);
    for (std::size_t i = 0; i < samples; ++i) {
        INFO(found.values[i], " +- ", found.errors[i], " of ", exact[i]);
        // 6.5 deviations of nine values: once in 1e9
        CHECK(std::abs(found.values[i] - exact[i]) < 6.5 * found.errors[i]);
        CHECK(found.errors[i] < 0.1);
    }
}
namespace {

const discrete::uniform three{3};
const discrete::linear rising{0, 12};  // nothing is left at t = 1, to 6e-6
using exact_network = oracle::network<discrete::uniform, discrete::linear, discrete::clean>;

/// The bound of ancestral steps for a sequence, with the mean over x_t counted.
double counted_bound(const exact_network& net, const std::vector<int>& x, int steps) {
    const auto moment = [&](int k) {
        return k == steps ? discrete::moment{}
                          : discrete::moment_at(rising, double(steps - k) / steps);
    };
    numbers datum(27);
    datum[static_cast<std::size_t>(x[0] + 3 * x[1] + 9 * x[2])] = 1;
    double bound = 0;
    for (int k = 0; k < steps; ++k) {
        const auto step = discrete::step_between(three, rising, moment(k), moment(k + 1));
        const numbers law = oracle::law_at(datum, 3, step);
        for (std::size_t code = 0; code < law.size(); ++code) {
            const auto seen = oracle::sequence_of(code, 3, 3);
            numbers answers(9);
            net(diffgen::batch_view<const int>(seen.data(), 1, 3),
                diffgen::batch_view<double>(answers.data(), 1, 9), moment(k));
            for (std::size_t e = 0; e < 3; ++e)
                bound -= law[code] *
                         discrete::detail::step_divergence<discrete::clean>(
                             discrete::ancestral{}, step, x[e], seen[e], answers.data() + 3 * e);
        }
    }
    return bound;
}

}  // namespace

TEST_CASE("the bound of steps is below what their law gives, and tends to the data's") {
    const exact_network net{oracle::chain(), three, rising};
    const auto gap = [&](int steps) {  // of the mean over the data from minus their entropy
        const numbers data = oracle::law_of_data(oracle::chain(), 3, 3);
        const numbers law =
            oracle::law_of_run<discrete::clean>(three, rising, discrete::ancestral{}, 3, steps);
        double sum = 0;
        for (std::size_t code = 0; code < data.size(); ++code) {
            const double bound = counted_bound(net, oracle::sequence_of(code, 3, 3), steps);
            CHECK(bound <= std::log(law[code]) + 1e-4);
            sum += data[code] * (std::log(data[code]) - bound);
        }
        return sum;
    };
    const double few = gap(16), many = gap(64);
    CHECK(many > 0);
    CHECK(few / many == doctest::Approx(4).epsilon(0.15));  // order 1
}
TEST_CASE("drawn, the bound of steps has the mean that counting gives") {
    const exact_network net{oracle::chain(), three, rising};
    discrete::sampler all{three, rising, discrete::predicts<double>(discrete::clean{}, net)};
    const std::vector<int> one{0, 2, 2};
    std::vector<int> x;
    for (int i = 0; i < 400; ++i)
        x.insert(x.end(), one.begin(), one.end());
    // Each draw has one time for all samples: with as many draws as steps, each comes once.
    const auto found =
        discrete::step_bound(all, diffgen::batch(x, 400), 8, {.draws = 64, .seed = 1});
    const auto mean = density::mean_of(found.values);
    CHECK(std::abs(mean.mean - counted_bound(net, one, 8)) < 6.2 * mean.error);  // once in 1e9
    CHECK(mean.error < 0.02);
}
TEST_CASE("what is no sample is refused") {
    auto predictor = masked_network();
    std::vector<int> x(length, 1);
    x[2] = 3;
    const auto text = [&](auto f) {
        try {
            f();
        } catch (const diffgen::bad_argument& e) {
            return std::string(e.what());
        }
        return std::string();
    };
    CHECK(text([&] {
              static_cast<void>(discrete::masked_bound(masks, predictor, diffgen::batch(x, 1)));
          }).find("element 2 of sample 0 is the mask") != std::string::npos);
    x[2] = 1;
    CHECK(text([&] {
              static_cast<void>(discrete::sequential_log_probability(
                  masks, predictor, diffgen::batch(x, 1), {0, 1, 1, 2, 3, 4}));
          }).find("permutation") != std::string::npos);
    CHECK(text([&] {
              static_cast<void>(
                  discrete::masked_bound(masks, predictor, diffgen::batch(x, 1), {.draws = 0}));
          }).find("0 draws") != std::string::npos);
}

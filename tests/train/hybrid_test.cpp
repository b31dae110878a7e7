// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Learned variances of a Gaussian's chain become those of the true reverse steps, which are known;
// and steps drawn by the second moment leave the expectation of a loss as it is.
#include <diffgen/core/prediction.hpp>
#include <diffgen/core/time_input.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/nn/learning_rate.hpp>
#include <diffgen/process/process.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/train/hybrid.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

using namespace diffgen;

namespace {

constexpr double data_variance = 0.5;

/// The exact estimate of data N(0, data_variance), and a number v for each time, which is learned.
struct exact_with_variances {
    nn::parameters<double> values;
    std::vector<noise_level> levels;

    explicit exact_with_variances(std::vector<noise_level> l) : levels(std::move(l)) {
        values.add("v", 1, static_cast<nn::extent>(levels.size()));
    }
    static nn::extent features() { return 1; }
    static int null_class() { return 0; }
    nn::parameters<double>& weights() { return values; }
    const nn::parameters<double>& weights() const { return values; }
    nn::variable<double> forward(const std::vector<nn::variable<double>>& w,
                                 const nn::variable<double>& x, std::span<const double> times,
                                 std::span<const int>) const {
        const auto gains = x.owner().constant(nn::matrix<double>::Zero(1, x.cols()));
        std::vector<int> columns;
        for (std::size_t j = 0; j < times.size(); ++j)
            for (std::size_t i = 0; i < levels.size(); ++i)
                if (levels[i].t == times[j]) {
                    const auto& l = levels[i];
                    gains.result()(0, static_cast<nn::extent>(j)) =
                        l.alpha * data_variance /
                        (l.alpha * l.alpha * data_variance + l.sigma * l.sigma);
                    columns.push_back(static_cast<int>(i));
                }
        return concat_rows(x * gains, nn::gather(w[0], columns));
    }
};

}  // namespace

TEST_CASE("the variances of a Gaussian's reverse steps") {
    const process p{schedule::linear_beta{}, kernel::variance_preserving{}};
    const std::vector<noise_level> levels{p.level(0.6), p.level(0.4), p.level(0.15)};
    const auto chain = density::reverse_chain(levels, p.clean());
    exact_with_variances net(levels);
    train::hybrid objective{chain, diffgen::denoised{}, time_input::time{}};
    constexpr std::int64_t samples = 4096;
    std::vector<double> x;
    for (std::uint64_t i = 0; i < samples; ++i)
        x.push_back(std::sqrt(data_variance) *
                    noise::philox{5}.normal<double>(noise::stream::data, 0, i));
    const train::dataset<double> data{x.data(), samples, 1};
    for (const bool by_moment : {false, true}) {
        if (by_moment)
            objective.times =
                train::step_times::by_second_moment(objective.second_moments(net, data, 256));
        nn::training_state<double> state(net.weights());
        nn::fit(state, objective.loss(net, data),
                {.steps = 300,
                 .batch = samples,
                 .shards = 1,
                 .threads = 1,
                 .learning_rate = nn::constant_rate{0.05}});
        for (std::size_t i = 0; i < 2; ++i) {  // of the last step both ends are the same
            const auto& s = chain[i];
            // Var(x_t | x_s) = posterior variance + data^2 Var(x_0 | x_s)
            const double left =
                data_variance * s.from.sigma * s.from.sigma /
                (s.from.alpha * s.from.alpha * data_variance + s.from.sigma * s.from.sigma);
            const double wanted =
                std::log(s.posterior.variance + s.posterior.data * s.posterior.data * left);
            const double found = s.interpolated(state.average[0](0, static_cast<nn::extent>(i)));
            CHECK(std::abs(found - wanted) < 0.03);
        }
    }
}

TEST_CASE("the gradient of the bound does not reach the estimate") {
    const process p{schedule::linear_beta{}, kernel::variance_preserving{}};
    const std::vector<noise_level> levels{p.level(0.6), p.level(0.2)};
    struct free_network : exact_with_variances {
        using exact_with_variances::exact_with_variances;
        nn::variable<double> forward(const std::vector<nn::variable<double>>& w,
                                     const nn::variable<double>& x, std::span<const double>,
                                     std::span<const int>) const {
            const auto ones = x.owner().constant(nn::matrix<double>::Ones(1, x.cols()));
            return concat_rows(x * w[0], ones * 0.3);
        }
    };
    free_network net({p.level(0.6)});
    net.weights()[0](0, 0) = 0.2;
    train::hybrid objective{density::reverse_chain(levels, p.clean()), denoised{},
                            time_input::time{}};
    const double x[] = {0.4, -0.7, 0.9, 0.2};
    const auto slope = [&](double weight) {
        objective.bound_weight = weight;
        nn::tape<double> record;
        const auto w = net.weights().on(record);
        const auto loss = objective.loss(
            net, train::dataset<double>{x, 4, 1})(nn::shard<double>{record, w, 0, 0, 4, 4});
        return std::pair{loss.item(), grad(loss, w)[0].item()};
    };
    CHECK(slope(0).second == slope(5).second);
    CHECK(slope(0).first != slope(5).first);
}

TEST_CASE("steps by their second moment: probabilities, weights, and what is refused") {
    const auto times = train::step_times::by_second_moment({4, 1, 0, 9}, 0.1);
    CHECK(times.probability(0) == doctest::Approx(0.9 * 2 / 6 + 0.025));
    CHECK(times.probability(2) == doctest::Approx(0.025));
    // The weighted mean over a stratified batch of any function of the step is its mean.
    double sum = 0;
    constexpr std::int64_t batch = 10000;
    for (std::int64_t j = 0; j < batch; ++j) {
        const auto [i, weight] = times({noise::philox{1}, 0, j, batch}, 4);
        sum += weight * static_cast<double>(i * i) / batch;
    }
    CHECK(sum == doctest::Approx(3.5).epsilon(0.01));
    const train::place at{noise::philox{1}, 0, 0, 1};
    CHECK_THROWS_AS(static_cast<void>(times(at, 5)), bad_argument);
    CHECK_THROWS_AS(static_cast<void>(train::step_times::by_second_moment({0, 0})), bad_argument);
    CHECK_THROWS_AS(static_cast<void>(train::step_times::by_second_moment({1}, 2)), bad_argument);
}

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// A linear score s = W x fitted by score matching to correlated Gaussian data is the one with W =
// -covariance^-1 of the data, whatever form finds it.
#include <diffgen/core/time_input.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/nn/learning_rate.hpp>
#include <diffgen/process/process.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/train/score_matching.hpp>

#include <Eigen/Dense>
#include <doctest/doctest.h>

#include <cstdint>
#include <span>
#include <vector>

using namespace diffgen;

namespace {

struct linear_score {
    nn::parameters<double> values;
    linear_score() { values.add("W", 2, 2); }
    static nn::extent features() { return 2; }
    static int null_class() { return 0; }
    nn::parameters<double>& weights() { return values; }
    nn::variable<double> forward(const std::vector<nn::variable<double>>& w,
                                 const nn::variable<double>& x, std::span<const double>,
                                 std::span<const int>) const {
        return nn::matmul(w[0], x);
    }
};

/// The data as they are, without noise.
struct clean_level {
    template <class Process>
    auto operator()(const Process& p, const train::place&) const {
        return p.clean();
    }
};

}  // namespace

TEST_CASE("the score of a Gaussian, by the exact trace and by probes") {
    constexpr std::int64_t samples = 512;
    Eigen::MatrixXd x(2, samples);
    for (Eigen::Index i = 0; i < samples; ++i) {
        const noise::philox random{8};
        const auto at = static_cast<std::uint64_t>(i);
        const double a = random.normal<double>(noise::stream::data, 0, at),
                     b = random.normal<double>(noise::stream::data, 1, at);
        x.col(i) << a, 0.6 * a + 0.5 * b;
    }
    const Eigen::Matrix2d wanted = -(x * x.transpose() / double(samples)).inverse();
    for (const int probes : {0, 8}) {
        linear_score net;
        const train::score_matching objective{
            process{schedule::linear_beta{}, kernel::variance_preserving{}}, time_input::time{},
            clean_level{}, probes};
        nn::training_state<double> state(net.weights());
        nn::fit(state, objective.loss(net, train::dataset<double>{x.data(), samples, 2}),
                {.steps = 400,
                 .batch = samples,
                 .shards = 1,
                 .threads = 1,
                 .learning_rate = nn::constant_rate{0.05}});
        const Eigen::Matrix2d found = state.weights[0];
        // Probes of +-1 have a variance where W is not diagonal, which the mean over 512 samples
        // and the last steps brings below 0.1.
        CHECK((found - wanted).cwiseAbs().maxCoeff() < (probes == 0 ? 1e-3 : 0.3));
    }
}

TEST_CASE("bad input") {
    const linear_score net;
    const double x[] = {1, 2, 3};
    const process p{schedule::linear_beta{}, kernel::variance_preserving{}};
    const train::score_matching good{p, time_input::time{}};
    CHECK_THROWS_AS(good.loss(net, train::dataset<double>{x, 1, 3}), bad_shape);
    const train::score_matching none{p, time_input::time{}, train::uniform_times{}, -1};
    CHECK_THROWS_AS(none.loss(net, train::dataset<double>{x, 1, 2}), bad_argument);
}

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// The code that docs/concepts/density.md shows.
#include <diffgen/density/continuous_bound.hpp>
#include <diffgen/density/discrete_bound.hpp>
#include <diffgen/density/probability_flow.hpp>
#include <diffgen/density/table.hpp>
#include <diffgen/density/with_levels.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/predictor/gaussian_mixture.hpp>
#include <diffgen/schedule/linear_beta.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <sstream>
#include <type_traits>
#include <vector>

using namespace diffgen;

namespace {

const gaussian_mixture<2, 2> mixture{
    {0.4, 0.6}, {{{-0.8, 0.2}, {0.9, -0.4}}}, {{{0.1, 0.2}, {0.04, 0.1}}}};

}  // namespace

TEST_CASE("the density of given samples, and along with generated ones") {
    std::vector<double> x{-0.7, 0.1, 0.8, -0.3}, y(40);
    // [flow]
    const density::probability_flow flow{schedule::linear_beta{}, kernel::variance_preserving{},
                                         exact(mixture)};
    const auto log_p = flow.log_density(batch(x, 2));   // of two samples, in nats
    const auto log_q = flow.generate(batch(y, 20), 7);  // of twenty new ones, seed 7
    // [flow]
    CHECK(log_p.values.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        const auto l = cast_level<double>(flow.data_level());
        CHECK(std::abs(log_p.values[i] -
                       mixture.log_density(std::array{x[2 * i], x[2 * i + 1]}, l)) < 3e-3);
    }
    CHECK(log_q.values.size() == 20);
}

TEST_CASE("probes, steps and ends") {
    std::vector<double> x{-0.7, 0.1, 0.8, -0.3};
    // [parts]
    const density::probability_flow flow{
        schedule::linear_beta{},
        kernel::variance_preserving{},
        exact(mixture),
        density::fixed_steps<solver::tableau::rk4>{.steps = 40},  // or adaptive_steps{1e-6, 1e-6}
        density::hutchinson<>{.number = 16, .seed = 3},           // or exact_trace{}
        density::flow_ends{.data_time = 0.01}};
    const auto found = flow.log_density(batch(x, 2));
    // found.values are estimates, found.errors their standard errors
    // [parts]
    static_assert(std::is_same_v<decltype(found)::kind, density::estimate>);
    CHECK(found.errors.size() == 2);
}

TEST_CASE("bounds of levels") {
    const auto lattice = likelihood::lattice::with_ends(17);
    std::vector<float> training(400), test(100);
    for (std::size_t i = 0; i < 400; ++i)
        training[i] = static_cast<float>(lattice.value(static_cast<int>(i * i % 17)));
    for (std::size_t i = 0; i < 100; ++i)
        test[i] = static_cast<float>(lattice.value(static_cast<int>(i * i * i % 17)));
    const auto network = [](const auto& in, const auto& out, const noise_level& l) {
        for (std::size_t i = 0; i < in.size(); ++i)  // of data with the variance 1/3
            out.data[i] =
                static_cast<float>(l.alpha / 3 / (l.alpha * l.alpha / 3 + l.sigma * l.sigma) *
                                   static_cast<double>(in.data[i]));
    };
    // [bound]
    const density::continuous_bound bound{schedule::linear_beta{},
                                          kernel::variance_preserving{},
                                          predicts(denoised{}, network),
                                          density::level_decoder{lattice},
                                          {.draws = 64}};
    const auto found = bound.log_density(batch(test, 50));
    // found.prior, found.steps, found.decoder: the parts, found.values = -(their sum)
    // [bound]
    // [levels]
    const auto pixels = density::independent_levels::counted(
        lattice, batch_view<const float>(training.data(), 200, 2));
    auto with = density::with_levels(predicts(denoised{}, network), pixels);
    const process p{schedule::linear_beta{}, kernel::variance_preserving{}};
    with.network().fit(process_view(p), batch(training, 200), {-4, -2, 0, 2, 4, 6, 8});
    // [levels]
    const density::continuous_bound better{schedule::linear_beta{},
                                           kernel::variance_preserving{},
                                           with,
                                           density::level_decoder{lattice},
                                           {.draws = 64}};
    // [table]
    density::table t;
    t.add("histogram", pixels.log_density(batch(test, 50)), 2);
    t.add("network", found, 2);
    t.add("network with levels", better.log_density(batch(test, 50)), 2);
    // [table]
    std::ostringstream text;
    text << t;
    CHECK(t.figures()[2].bits < t.figures()[1].bits);
    CHECK(text.str().find("lower bound") != std::string::npos);
}

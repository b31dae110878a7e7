// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Error control of every sample by itself, against the exact probability flow of a mixture.

#include <diffgen/grid/explicit.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/adaptive.hpp>

#include "check_refused.hpp"
#include "follows_tolerance.hpp"
#include "quantile_flow.hpp"
#include "same_bits.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace diffgen;

TEST_CASE("the error of an embedded pair follows its tolerance") {
    testing::check_follows_on_kernels<solver::adaptive_heun>(2);
    testing::check_follows_on_kernels<solver::adaptive_bogacki_shampine>(3);
    testing::check_follows_on_kernels<solver::adaptive_dormand_prince>(5);
    testing::check_follows_on_kernels<
        solver::adaptive_runge_kutta<solver::tableau::dormand_prince, solver::in_time>>(5);
}

TEST_CASE("a sample under control does not see the others") {
    using solver::adaptive_bogacki_shampine;
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
              testing::samplewise_predictor(epsilon{}, testing::data),
              adaptive_bogacki_shampine{.within = {1e-4, 1e-4}}};
    const std::vector<double> start{-2.1, -0.3, 0.05, 0.4, 1.9};
    std::vector<double> together = start, alone = start;
    const run_summary done = s.generate_from(exec::cpp, 1, batch(together, 5), {.steps = 10});
    CHECK(done.finished);
    int most = 0;
    for (std::size_t i = 0; i < alone.size(); ++i)
        most = std::max(
            most, s.generate_from(exec::cpp, 1, batch(&alone[i], 1, 1), {.steps = 10}).evaluations);
    CHECK(testing::same_bits(together, alone));
    CHECK(done.evaluations == most);
}

TEST_CASE("a first step that is far too long is refused, and costs no accuracy") {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
              testing::batched_predictor(epsilon{}, testing::data),
              solver::adaptive_dormand_prince{.within = {1e-8, 1e-8}}};
    const noise_level first = s.process.level(0.9), last = s.process.level(0.05);
    std::vector<double> x{0.7};
    const double expected = testing::flow_map(first, last, x[0]);
    auto run = s.start_from(exec::cpp, 0.9, batch(x, 1), {.grid = grid::times{{0.9, 0.05}}});
    for (; run; run.advance())
        s.predictor.call(run.input(), run.output(), run.levels());
    CHECK(run.refused(0) >= 1);
    CHECK(run.steps(0) > run.refused(0));
    CHECK(std::abs(x[0] - expected) < 1e-6);
}

TEST_CASE("a controlled run ends clean where its grid does, also with one step") {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
              testing::samplewise_predictor(epsilon{}, testing::data), solver::adaptive_heun{}};
    sampler euler{schedule::linear_beta{}, kernel::variance_preserving{},
                  testing::samplewise_predictor(epsilon{}, testing::data), solver::euler{}};
    for (const int n : {1, 2}) {
        CAPTURE(n);
        std::vector<double> x{0.4, -1.2}, y = x;
        CHECK(s.generate_from(exec::cpp, 0.6, batch(x, 2), {.steps = n}).finished);
        euler.generate_from(exec::cpp, 0.6, batch(y, 2), {.steps = n});
        if (n == 1) CHECK(testing::same_bits(x, y));
        CHECK(std::isfinite(x[0]));
    }
}

TEST_CASE("a tolerance that cannot be met, and one without sense, are refused") {
    const auto with = [](solver::tolerance t, solver::step_controller c = {}) {
        sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
                  testing::batched_predictor(epsilon{}, testing::data),
                  solver::adaptive_dormand_prince{.within = t, .control = c}};
        std::vector<float> x{0.4f};
        s.generate_from(exec::cpp, 0.6, batch(x, 1), {.steps = 4});
    };
    check_refused<bad_argument>([&] { with({1e-30, 0}); }, {"the tolerance asks for steps of"});
    check_refused<bad_argument>([&] { with({-1, 0}); }, {"-1 absolute"});
    check_refused<bad_argument>([&] { with({0, 0}); }, {"not both 0"});
    check_refused<bad_argument>([&] { with({}, {.safety = 1.5}); }, {"safety = 1.5"});
    check_refused<bad_argument>([&] { with({}, {.integral = 0}); }, {"I = 0"});
}

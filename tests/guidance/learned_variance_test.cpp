// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/exec/policy.hpp>
#include <diffgen/guidance/clipped.hpp>
#include <diffgen/guidance/learned_variance.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/noise/recorded.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>

#include "two_outputs.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace diffgen;

namespace {

const std::vector<double> start{0.3, -2, 1.5, 0.8, -0.4, 2.5}, normals{1, -0.5, 2, 0.1, -1, 0.7};

template <class Predictor>
std::vector<double> one_step(const Predictor& p, std::vector<double> x = start) {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, p, testing::uses_everything{},
              noise::recorded<double>{normals.data(), 6, 1}};
    s.generate_from(exec::cpp, 1, batch(x, 2), {.steps = 1});
    return x;
}

}  // namespace

// Expected: the formula of uses_everything, with D the prediction, clipped or not.
TEST_CASE("a learned variance scales the noise; the network's output stands beside a clipped D") {
    const predicts p(denoised{}, testing::two_outputs<3>{});
    const auto plain = one_step(learned_variance{p});
    const auto hooked = one_step(learned_variance{clipped{p, -0.5, 0.5}});
    for (std::size_t i = 0; i < start.size(); ++i) {
        CAPTURE(i);
        const double net = 0.5 * start[i / 3 * 3 + 2 - i % 3];
        const double v = 0.25 * start[i];
        const double noise = std::exp(0.5 * v - 1) * normals[i];
        const double rest = 0.9 * start[i] + 0.05 * net;
        CHECK(plain[i] == doctest::Approx(rest + 0.1 * net + noise).epsilon(1e-14));
        CHECK(hooked[i] ==
              doctest::Approx(rest + 0.1 * std::clamp(net, -0.5, 0.5) + noise).epsilon(1e-14));
    }
}

TEST_CASE("a variance given directly: its root scales the noise, a negative one is reported") {
    const learned_variance p(predicts(denoised{}, testing::two_outputs<3>{}), direct_deviation{});
    const std::vector<double> positive{0.3, 2, 1.5, 0.8, 0.4, 2.5};
    const auto y = one_step(p, positive);
    for (std::size_t i = 0; i < positive.size(); ++i) {
        const double net = 0.5 * positive[i / 3 * 3 + 2 - i % 3];
        const double expected =
            0.9 * positive[i] + 0.15 * net + std::sqrt(0.25 * positive[i]) * normals[i];
        CHECK(y[i] == doctest::Approx(expected).epsilon(1e-14));
    }
    CHECK_THROWS_AS(one_step(p), non_finite);
}

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/core/noise_level.hpp>
#include <diffgen/schedule/betas.hpp>
#include <diffgen/schedule/exponential.hpp>

#include "compare.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace diffgen;

namespace {

/// log(abar_t / (1 - abar_t)), abar the plain product of 1 - beta (Ho et al. 2020), in long double:
/// 64 bits leave 1e-15 of 1 - abar at the smallest beta, 1e-4.
template <class Beta>
std::vector<double> by_definition(int steps, Beta beta) {
    std::vector<double> log_snr;
    long double abar = 1;
    for (int i = 0; i < steps; ++i) {
        abar *= 1 - beta(i);
        log_snr.push_back(static_cast<double>(std::log(abar / (1 - abar))));
    }
    return log_snr;
}

template <class Schedule>
double worst(const Schedule& s, const std::vector<double>& expected) {
    REQUIRE(s.discrete_steps() == static_cast<int>(expected.size()));
    double most = 0;
    for (std::size_t i = 0; i < expected.size(); ++i)
        most = std::max(most, std::fabs(s.log_snr(static_cast<double>(i)) - expected[i]));
    return most;
}

}  // namespace

TEST_CASE("linear, scaled-linear and sigmoid betas follow their definitions") {
    for (const int T : {1, 2, 10, 1000}) {
        const auto u = [T](int i) { return T == 1 ? 0.L : static_cast<long double>(i) / (T - 1); };
        CHECK(worst(schedule::linear{T}, by_definition(T, [&](int i) {
                        return 1e-4L + u(i) * (0.02L - 1e-4L);
                    })) < 1e-12);
        CHECK(worst(schedule::scaled_linear{T}, by_definition(T, [&](int i) {
                        const long double a = std::sqrt(0.00085L), b = std::sqrt(0.012L);
                        return std::pow(a + u(i) * (b - a), 2.L);
                    })) < 1e-12);
        CHECK(worst(schedule::sigmoid{T}, by_definition(T, [&](int i) {
                        return 1e-4L + (0.02L - 1e-4L) / (1 + std::exp(6 - 12 * u(i)));
                    })) < 1e-12);
    }
}

TEST_CASE("cosine follows abar = cos^2, capped at beta = 0.999") {
    const int T = 1000;
    const auto abar = [](long double u) {
        const long double half_pi = 1.570796326794896619231321691639751442L;
        return std::pow(std::cos((u + 0.008L) / 1.008L * half_pi), 2.L);
    };
    const auto expected = by_definition(T, [&](int i) {
        const long double beta =
            1 - abar((i + 1) / static_cast<long double>(T)) / abar(i / static_cast<long double>(T));
        return std::min(beta, 0.999L);
    });
    // 1 - abar(to) / abar(from) is formed in double, as everywhere: the first beta, 4e-5, keeps
    // 1e-16 / 4e-5 = 3e-12
    CHECK(worst(schedule::cosine{T}, expected) < 1e-11);
    // the cap holds the last step up: without it abar_T = 0
    const schedule::cosine s{T};
    const double odds_999 = std::exp(s.log_snr(999)), odds_998 = std::exp(s.log_snr(998));
    CHECK(testing::relative_error(odds_999 / (1 + odds_999), 0.001 * odds_998 / (1 + odds_998)) <
          1e-12);
}

TEST_CASE("the published end of the DDPM chain: abar_1000 = 4.0358e-5") {
    // printed by the authors' code for betas linear from 1e-4 to 0.02
    const double l = schedule::linear{}.log_snr(999);
    CHECK(std::fabs(1 / (1 + std::exp(-l)) - 4.0358e-5) < 5e-10);
}

TEST_CASE("a user's betas: tiny ones lose nothing, 1 may end the chain") {
    // one beta b: log((1 - b) / b) by hand, where 1 - (1 - b) would round to 0
    const schedule::betas tiny({1e-20});
    CHECK(testing::relative_error(tiny.log_snr(0), -std::log(1e-20)) < 1e-15);

    const schedule::betas zero_terminal({0.1, 0.5, 1});
    CHECK(zero_terminal.log_snr(2) == -detail::infinity);
    // 0.9 x 0.5 = 0.45
    CHECK(testing::relative_error(zero_terminal.log_snr(1), std::log(0.45 / 0.55)) < 1e-14);

    CHECK_THROWS_WITH_AS(schedule::betas({0.1, 0.}),
                         "diffgen: betas[1] of 2 is 0; each must be in (0, 1]", bad_argument);
    CHECK_THROWS_AS(schedule::betas({1.5}), bad_argument);
    CHECK_THROWS_AS(schedule::betas({std::nan("")}), bad_argument);
    CHECK_THROWS_AS(schedule::betas({1, 0.5}), bad_argument);
    CHECK_THROWS_AS(schedule::betas(std::vector<double>{}), bad_argument);
    CHECK_THROWS_AS(static_cast<void>(schedule::linear{0}), bad_argument);
}

TEST_CASE("constants by name are those in order") {
    const auto same = [](const schedule::table& a, const schedule::table& b) {
        REQUIRE(a.discrete_steps() == b.discrete_steps());
        for (int t = 0; t < a.discrete_steps(); ++t)
            CHECK(a.log_snr(t) == b.log_snr(t));
    };
    same(schedule::cosine{.steps = 100}, schedule::cosine{100});
    same(schedule::cosine{.s = 0.01, .max_beta = 0.9}, schedule::cosine{1000, 0.01, 0.9});
    same(schedule::linear{.steps = 50, .beta_end = 0.1}, schedule::linear{50, 1e-4, 0.1});
    same(schedule::scaled_linear{.beta_start = 1e-3}, schedule::scaled_linear{1000, 1e-3});
    same(schedule::sigmoid{.steps = 7}, schedule::sigmoid{7});
    same(schedule::exponential{.decay = 10}, schedule::exponential{1000, 10});
}

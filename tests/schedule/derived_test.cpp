// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/grid/uniform.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/process/process_view.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/schedule/exponential.hpp>
#include <diffgen/schedule/laplace.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/schedule/log_snr_shifted.hpp>
#include <diffgen/schedule/zero_terminal_snr.hpp>

#include "compare.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace diffgen;
using testing::relative_error;

TEST_CASE("zero_terminal_snr: Lin et al. 2024, algorithm 1, in long double from the betas") {
    std::vector<long double> alpha;
    long double abar = 1;
    for (int i = 0; i < 1000; ++i) {
        const long double root =
            std::sqrt(0.00085L) + i / 999.L * (std::sqrt(0.012L) - std::sqrt(0.00085L));
        abar *= 1 - root * root;
        alpha.push_back(std::sqrt(abar));
    }
    const process p(schedule::zero_terminal_snr(schedule::scaled_linear{}),
                    kernel::variance_preserving{});
    const long double first = alpha.front(), last = alpha.back();
    for (int i = 0; i < 1000; i += 37) {
        const auto expected = static_cast<double>((alpha[static_cast<std::size_t>(i)] - last) *
                                                  first / (first - last));
        CHECK(std::fabs(p.level(i).alpha - expected) < 1e-14);
    }
    CHECK(p.level(0).log_snr == doctest::Approx(schedule::scaled_linear{}.log_snr(0)));
    CHECK(p.level(999).alpha == 0);
    CHECK(p.level(999).sigma == 1);
    // what already ends without signal stays
    const schedule::betas once({0.1, 0.3, 1});
    const auto twice = schedule::zero_terminal_snr(once);
    for (const double t : {0., 1.})
        CHECK(std::fabs(twice.log_snr(t) - once.log_snr(t)) < 1e-14);
    CHECK_THROWS_AS(static_cast<void>(schedule::zero_terminal_snr(schedule::betas({0.5}))),
                    bad_argument);
}

TEST_CASE("exponential: alpha^2 is exp(-decay (t + 1) / T)") {
    const process p(schedule::exponential{}, kernel::variance_preserving{});
    for (const int t : {0, 1, 10, 500, 999}) {
        const double alpha = p.level(t).alpha;
        CHECK(relative_error(alpha * alpha, std::exp(-0.012 * (t + 1))) < 1e-12);
    }
    const process one(schedule::exponential{1, 3}, kernel::variance_preserving{});
    CHECK(relative_error(one.level(0).alpha, std::exp(-1.5)) < 1e-14);
    CHECK_THROWS_AS(static_cast<void>(schedule::exponential{10, 0}), bad_argument);
    CHECK_THROWS_AS(static_cast<void>(schedule::exponential{0}), bad_argument);
}

TEST_CASE("log_snr_shifted: sigma / alpha times the factor, at the same times") {
    const schedule::log_snr_shifted s{schedule::linear_beta{}, 4};
    const process p(s, kernel::variance_preserving{});
    const process driver(schedule::linear_beta{}, kernel::variance_preserving{});
    for (const double t : {1e-3, 0.1, 0.5, 1.}) {
        CHECK(relative_error(p.level(t).sigma_over_alpha(),
                             4 * driver.level(t).sigma_over_alpha()) < 1e-14);
        CHECK(std::fabs(p.time(p.level(t).log_snr) - t) < 1e-14);
        const double h = 1e-4 * t;
        CHECK(relative_error(s.log_snr_rate(t), (s.log_snr(t + h) - s.log_snr(t - h)) / (2 * h)) <
              1e-6);
    }
    CHECK(p.clean().is_clean());
    CHECK(p.t_clean() == 0);
    const process discrete(schedule::log_snr_shifted{schedule::linear{}, 0.5},
                           kernel::variance_preserving{});
    CHECK(process_view(discrete).discrete_steps() == 1000);
    CHECK(grid::uniform{}.levels(process_view(discrete), 5).back().is_clean());
    // of a Karras schedule it is that of another sigma_max, in its own time
    CHECK(relative_error(std::exp(-0.5 * schedule::log_snr_shifted{schedule::edm{}, 2}.log_snr(3)),
                         6) < 1e-14);
    const schedule::log_snr_shifted wrong{schedule::edm{}, -1};
    CHECK_THROWS_AS(wrong.check(), bad_argument);
}

TEST_CASE("laplace: the share of times above a log-SNR is the Laplace distribution's tail") {
    const schedule::laplace s{.mean = 0.7, .scale = 0.4};
    // P(log-SNR > l) = P(t < time(l)) for uniform t: exp(-(l - mean) / scale) / 2 above the mean
    for (const double x : {0., 0.3, 2., 8.}) {
        CHECK(relative_error(s.time(0.7 + x), 0.5 * std::exp(-x / 0.4)) < 1e-13);
        CHECK(std::fabs(s.time(0.7 - x) - (1 - 0.5 * std::exp(-x / 0.4))) < 1e-15);
    }
    CHECK(s.log_snr(0) == detail::infinity);
    CHECK(s.log_snr(0.5) == 0.7);
    CHECK(s.log_snr(1) == -detail::infinity);
    // the alpha of a VP process is the root of abar = sigmoid(log-SNR)
    const process p(s, kernel::variance_preserving{});
    CHECK(relative_error(p.level(0.5).alpha, 1 / std::sqrt(1 + std::exp(-0.7))) < 1e-15);
    const schedule::laplace wrong{.scale = 0};
    CHECK_THROWS_AS(wrong.check(), bad_argument);
}

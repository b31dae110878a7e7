// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include "parts.hpp"

#include <diffgen/core/prediction.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/process/process.hpp>
#include <diffgen/schedule/betas.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/schedule/zero_terminal_snr.hpp>
#include <diffgen/train/denoising.hpp>
#include <diffgen/train/pair.hpp>
#include <diffgen/train/times.hpp>
#include <diffgen/train/weighting.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace train = diffgen::train;

TEST_CASE("training pairs: every prediction's input and target from its definition") {
    for (const double t : {0.01, 0.3, 0.9}) {
        const auto l = parts::cosine{}.level(t);
        const auto check = [&](const auto& prediction, double input, double data, double noise) {
            const auto p = train::make_training_pair(l, prediction.to_denoised(l));
            CHECK(p.input_data == doctest::Approx(input * l.alpha));
            CHECK(p.input_noise == doctest::Approx(input * l.sigma));
            CHECK(std::abs(p.target_data - data) < 1e-12 * (1 + std::abs(data)));
            CHECK(std::abs(p.target_noise - noise) < 1e-12 * (1 + std::abs(noise)));
        };
        check(diffgen::epsilon{}, 1, 0, 1);
        check(diffgen::denoised{}, 1, 1, 0);
        check(diffgen::velocity{}, 1, -l.sigma, l.alpha);
        check(diffgen::score{}, 1, 0, -1 / l.sigma);
        check(diffgen::flow{}, 1, -1, 1);
        // Karras et al. 2022, eq. 8: (x_0 - c_skip x) / c_out with x = x_0 + s eps.
        const double s = l.sigma / l.alpha, d = 0.5, norm = std::sqrt(s * s + d * d);
        const double skip = d * d / (norm * norm), out = s * d / norm;
        check(diffgen::edm_preconditioned{}, 1 / (norm * l.alpha), (1 - skip) / out,
              -skip * s / out);
    }
}

TEST_CASE("weightings: identities of the literature") {
    const parts::cosine process;
    for (const double t : {0.05, 0.5, 0.9}) {
        const auto l = process.level(t);
        const double snr = std::exp(l.log_snr);
        const auto weight = [&](const auto& w, const auto& prediction) {
            return w(process, l, prediction.to_denoised(l));
        };
        CHECK(weight(train::unit_weight{}, diffgen::flow{}) == 1);
        // Score matching with lambda = sigma^2 is L_simple.
        CHECK(weight(train::score_matching_weight{}, diffgen::epsilon{}) == doctest::Approx(1));
        CHECK(weight(train::score_matching_weight{}, diffgen::score{}) ==
              doctest::Approx(l.sigma * l.sigma));
        // The likelihood weights the score's error by g^2, that of epsilon by g^2 / sigma^2.
        const double g2 = process.diffusion_squared(t);
        CHECK(weight(train::likelihood_weight{}, diffgen::score{}) == doctest::Approx(g2));
        CHECK(weight(train::likelihood_weight{}, diffgen::epsilon{}) ==
              doctest::Approx(g2 / (l.sigma * l.sigma)));
        // Hang et al. 2023: min(SNR, 5) / SNR for epsilon, / (SNR + 1) for velocity.
        const double bounded = std::min(snr, 5.0);
        CHECK(weight(train::min_snr_weight{}, diffgen::denoised{}) == doctest::Approx(bounded));
        CHECK(weight(train::min_snr_weight{}, diffgen::epsilon{}) ==
              doctest::Approx(bounded / snr));
        CHECK(weight(train::min_snr_weight{}, diffgen::velocity{}) ==
              doctest::Approx(bounded / (snr + 1)));
        // Karras et al. 2022: lambda c_out^2 = 1.
        CHECK(weight(train::edm_weight{}, diffgen::edm_preconditioned{}) == doctest::Approx(1));
    }
}

// Lin et al. 2024: a schedule that ends without signal. There x_t is sigma eps, so that epsilon is
// eps, the score -eps / sigma, the velocity -sigma x_0, and Karras' network F* = x_0 / sigma_data.
TEST_CASE("without any signal, pairs and weights are the limits") {
    const diffgen::process zero(
        diffgen::schedule::zero_terminal_snr(diffgen::schedule::scaled_linear{}),
        diffgen::kernel::variance_preserving{});
    const auto l = zero.level(999);
    REQUIRE(l.alpha == 0);
    const auto check = [&](const auto& prediction, double input, double data, double noise) {
        const auto p = train::make_training_pair(l, prediction);
        CHECK(p.input_data == 0);
        CHECK(p.input_noise == doctest::Approx(input).epsilon(1e-14));
        CHECK(std::abs(p.target_data - data) < 1e-14);
        CHECK(std::abs(p.target_noise - noise) < 1e-14);
    };
    check(diffgen::epsilon{}, 1, 0, 1);
    check(diffgen::score{}, 1, 0, -1);
    check(diffgen::velocity{}, 1, -1, 0);
    check(diffgen::denoised{}, 1, 1, 0);
    check(diffgen::flow{}, 1, -1, 1);
    check(diffgen::edm_preconditioned{}, 1, 2, 0);

    const auto weight = [&](const auto& prediction, const auto& weighting) {
        const auto input = [](const diffgen::noise_level& at) { return at.t; };
        return train::denoising{zero, prediction, input, train::uniform_steps{}, weighting}.weight(
            l);
    };
    CHECK(weight(diffgen::epsilon{}, train::unit_weight{}) == 1);
    CHECK(weight(diffgen::epsilon{}, train::min_snr_weight{5}) == doctest::Approx(1));
    CHECK(weight(diffgen::epsilon{}, train::score_matching_weight{}) == doctest::Approx(1));
    CHECK(weight(diffgen::velocity{}, train::edm_weight{}) == doctest::Approx(4));
    CHECK(weight(diffgen::velocity{}, train::min_snr_weight{5}) < 1e-300);
    CHECK(weight(diffgen::edm_preconditioned{}, train::edm_weight{}) == doctest::Approx(1));
    // the weight alone, as it was called before
    CHECK(train::edm_weight{}(zero, l, diffgen::velocity{}.to_denoised(l)) == doctest::Approx(4));
}

TEST_CASE("times: ranges, strata, the discrete grid, and the log-normal's moments") {
    const parts::cosine process;
    const diffgen::noise::philox random{11};
    const int n = 20000;
    std::vector<int> hits(10, 0);
    double mean = 0, square = 0;
    for (int i = 0; i < n; ++i) {
        const train::place at{random, 3, i, n};
        const double t = train::uniform_times{}(process, at).t;
        CHECK_UNARY(t >= 0.01 + 0.98 * i / n - 1e-12);
        CHECK_UNARY(t <= 0.01 + 0.98 * (i + 1) / n + 1e-12);
        const double k = (train::uniform_steps{10}(process, at).t - 0.01) / 0.98 * 9;
        CHECK_UNARY(std::abs(k - std::round(k)) < 1e-9);
        ++hits[static_cast<std::size_t>(std::lround(k))];
        const double log_sigma =
            -0.5 * train::log_normal_sigma{.mean = -1, .deviation = 0.5}(process, at).log_snr;
        mean += log_sigma / n;
        square += (log_sigma + 1) * (log_sigma + 1) / n;
    }
    // False alarms below 1e-9 (6.4 standard deviations): a count of 2,000 has 42.4, the mean
    // 0.0035, the second moment 0.25 sqrt(2 / n) = 0.0025. A time left out or a wrong factor of 1.1
    // shows.
    for (const int h : hits)
        CHECK(std::abs(h - 2000) < 6.4 * 42.5);
    CHECK(std::abs(mean + 1) < 6.4 * 0.0036);
    CHECK(std::abs(square - 0.25) < 6.4 * 0.0025);
}

TEST_CASE("logit-normal times: the logit's moments and its median") {
    const parts::cosine process;
    const diffgen::noise::philox random{12};
    const int n = 20000;
    double mean = 0, square = 0;
    int above = 0;
    for (int i = 0; i < n; ++i) {
        const train::place at{random, 4, i, n};
        const double t = train::logit_normal_times{.mean = 0.3, .deviation = 0.8}(process, at).t;
        const double u = (t - 0.01) / 0.98, logit = std::log(u / (1 - u));
        mean += logit / n;
        square += (logit - 0.3) * (logit - 0.3) / n;
        above += u > 1 / (1 + std::exp(-0.3)) ? 1 : 0;
    }
    // False alarms below 1e-9 (6.4 standard deviations): the mean 0.8 / sqrt(n) = 0.0057, the
    // second moment 0.64 sqrt(2 / n) = 0.0064, the count sqrt(n) / 2 = 70.8. A mean or a deviation
    // off by a tenth shows.
    CHECK(std::abs(mean - 0.3) < 6.4 * 0.0057);
    CHECK(std::abs(square - 0.64) < 6.4 * 0.0064);
    CHECK(std::abs(above - n / 2) < 6.4 * 70.8);
}

TEST_CASE("the process of the library: EDM's own levels, pairs and weights") {
    const diffgen::process process{diffgen::schedule::edm{}, diffgen::kernel::variance_exploding{}};
    const diffgen::edm_preconditioned prediction;
    const train::place at{diffgen::noise::philox{11}, 3, 5, 8};
    const auto l = train::log_normal_sigma{}(process, at);
    CHECK(std::log(l.sigma) ==
          doctest::Approx(-1.2 + 1.2 * at.normal(diffgen::noise::stream::times)));
    CHECK(l.t == doctest::Approx(l.sigma));
    const auto c = prediction.to_denoised(l);
    CHECK(train::edm_weight{}(process, l, c) == doctest::Approx(1));
    // g^2 = d sigma^2 / dt = 2 t; the score's error is that of D over sigma^2.
    CHECK(train::likelihood_weight{}(process, l, c) ==
          doctest::Approx(2 * l.t * c.output_factor * c.output_factor / std::pow(l.sigma, 4)));
}

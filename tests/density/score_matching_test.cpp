// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Score matching without the true score differs from half the Fisher divergence by a constant,
// E |grad log q|^2 / 2: for each sample the rest has mean 0 (integration by parts). False alarms:
// 6.2 standard errors, 6e-10 a check. Power: without the trace, or with it halved, the rest is more
// than 50 errors away.
#include <diffgen/density/score_matching.hpp>
#include <diffgen/posterior/mixture.hpp>
#include <diffgen/predictor/gaussian_mixture.hpp>
#include <diffgen/predictor/predicts.hpp>

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

using namespace diffgen;

namespace {

constexpr std::size_t samples = 20000;
const posterior::mixture truth = posterior::mixture::diagonal(
    Eigen::Vector2d(0.4, 0.6), Eigen::Matrix2d{{-0.8, 0.9}, {0.2, -0.4}},
    Eigen::Matrix2d{{0.1, 0.04}, {0.2, 0.1}});
const gaussian_mixture<2, 2> model{
    {0.5, 0.5}, {{{-0.6, 0.1}, {1.1, -0.5}}}, {{{0.2, 0.2}, {0.1, 0.1}}}};
const posterior::mixture same_model = posterior::mixture::diagonal(
    Eigen::Vector2d(0.5, 0.5), Eigen::Matrix2d{{-0.6, 1.1}, {0.1, -0.5}},
    Eigen::Matrix2d{{0.2, 0.1}, {0.2, 0.1}});

noise_level some_level() {
    noise_level l;
    l.alpha = 0.8;
    l.sigma = 0.6;
    l.log_snr = 2 * std::log(l.alpha / l.sigma);
    return l;
}

std::vector<double> noisy_samples() {
    std::vector<double> x;
    const noise::philox random{6};
    for (std::size_t i = 0; i < samples; ++i) {
        const bool first = random.uniform<double>(noise::stream::data, 0, i) < 0.4;
        const double m[] = {first ? -0.8 : 0.9, first ? 0.2 : -0.4},
                     v[] = {first ? 0.1 : 0.04, first ? 0.2 : 0.1};
        for (std::size_t d = 0; d < 2; ++d)
            x.push_back(0.8 * m[d] + std::sqrt(0.64 * v[d] + 0.36) *
                                         random.normal<double>(noise::stream::data, 1, 2 * i + d));
    }
    return x;
}

/// The rests of all samples: what was found, less half the squared error of the score, plus half
/// the square of the true one.
density::mean_and_error rest(const std::vector<double>& found, const std::vector<double>& x) {
    std::vector<double> rests;
    for (std::size_t i = 0; i < samples; ++i) {
        const Eigen::Vector2d point(x[2 * i], x[2 * i + 1]);
        const Eigen::VectorXd s = same_model.at(some_level()).score(point),
                              t = truth.at(some_level()).score(point);
        double sum = found[i];
        for (Eigen::Index d = 0; d < 2; ++d)
            sum += 0.5 * t[d] * t[d] - 0.5 * (s[d] - t[d]) * (s[d] - t[d]);
        rests.push_back(sum);
    }
    return density::mean_of(rests);
}

}  // namespace

TEST_CASE("implicit and sliced, of functors and of networks") {
    const auto x = noisy_samples();
    const auto functor = exact(model);
    const auto network = predicts(denoised{}, same_model);
    const auto view = batch(x.data(), x.size(), samples);
    const auto implicit = density::score_matching(functor, some_level(), view);
    const auto of_network = density::score_matching(network, some_level(), view);
    for (std::size_t i = 0; i < samples; i += 997)
        CHECK(implicit[i] == doctest::Approx(of_network[i]));
    const auto check = [&](const std::vector<double>& found) {
        const auto [mean, error] = rest(found, x);
        CHECK(std::abs(mean) < 6.2 * error);
        CHECK(error < 0.05);
    };
    check(implicit);
    check(density::score_matching(functor, some_level(), view, density::hutchinson<>{}));
    check(density::score_matching(functor, some_level(), view,
                                  density::hutchinson<density::gaussian>{.number = 2}));
    check(density::score_matching(network, some_level(), view, density::hutchinson<>{}));
    // The true model has the least value.
    const auto best = predicts(denoised{}, truth);
    CHECK(density::mean_of(density::score_matching(best, some_level(), view)).mean <
          density::mean_of(implicit).mean);
    CHECK_THROWS_AS(static_cast<void>(density::score_matching(functor, noise_level{}, view)),
                    bad_argument);
}

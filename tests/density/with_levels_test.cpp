// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Levels beside a network, and levels spread over cells, where the exact answers are known.
#include <diffgen/density/continuous_bound.hpp>
#include <diffgen/density/dequantised_bound.hpp>
#include <diffgen/density/with_levels.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/schedule/linear_beta.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

using namespace diffgen;

namespace {

constexpr std::size_t samples = 300;
const auto lattice = likelihood::lattice::with_ends(5);

/// Two pixels that are always equal, each of five levels: what one tells of the other is all.
std::vector<double> twins(std::uint32_t draw) {
    std::vector<double> x;
    for (std::size_t i = 0; i < samples; ++i) {
        const double u = noise::philox{4}.uniform<double>(noise::stream::data, draw, i);
        x.insert(x.end(), 2, lattice.value(static_cast<int>(5 * u)));
    }
    return x;
}

/// What a network could know: the mean of both pixels, shrunk as a Gaussian's would be.
struct mean_of_both {
    template <class In, class Out>
    void operator()(const In& in, const Out& out, const noise_level& l) const {
        const double gain = l.alpha * 0.5 / (l.alpha * l.alpha * 0.5 + 0.5 * l.sigma * l.sigma);
        for (std::size_t i = 0; i < in.size(); i += 2)
            out.data[i] = out.data[i + 1] = gain * 0.5 * (in.data[i] + in.data[i + 1]);
    }
};

template <class Predictor>
double bits(Predictor p, const std::vector<double>& x) {
    density::continuous_bound bound{schedule::linear_beta{},
                                    kernel::variance_preserving{},
                                    p,
                                    density::level_decoder{lattice},
                                    {.draws = 32}};
    return density::bits_per_dimension(bound.log_density(batch(x.data(), 600, samples)).values, 2)
        .mean;
}

}  // namespace

TEST_CASE("levels and a network know more together than either alone") {
    const auto training = twins(0), test = twins(1);
    const auto histogram = density::independent_levels::counted(
        lattice, batch_view<const double>(training.data(), samples, 2));
    const process p{schedule::linear_beta{}, kernel::variance_preserving{}};
    auto both = density::with_levels(predicts(denoised{}, mean_of_both{}), histogram);
    const double at_ends = bits(both, test);
    both.network().fit(process_view(p), batch(training.data(), 600, samples),
                       {-4, -2, -1, 0, 1, 2, 3, 4, 5, 7});
    const double fitted = bits(both, test),
                 alone = bits(predicts(denoised{}, mean_of_both{}), test),
                 lattice_alone = bits(predicts(denoised{}, histogram), test);
    // The exact value is log2(5) / 2 = 1.161; a pixel without the other needs log2(5) = 2.322.
    CHECK(lattice_alone == doctest::Approx(2.322).epsilon(0.05));
    CHECK(fitted > 1.161 - 0.1);
    CHECK(fitted < 1.6);
    CHECK(fitted < at_ends - 0.05);
    CHECK(at_ends < alone - 0.5);
    for (const auto& k : both.network().knots)
        CHECK(k.weight >= 0);
}

TEST_CASE("rules between knots, and beyond them") {
    density::levels_network n(predicts(denoised{}, mean_of_both{}),
                              density::independent_levels::uniform(lattice, 2));
    n.knots = {{0, 1, 0}, {2, 0, 10}};
    CHECK(n.rule_at(-5).weight == 1);
    CHECK(n.rule_at(0.5).weight == 0.75);
    CHECK(n.rule_at(0.5).precision == 2.5);
    CHECK(n.rule_at(9).precision == 10);
    n.knots = {{0, 1, 0}, {0, 0, 10}};
    CHECK_THROWS_AS(n.check(), bad_argument);
    CHECK_THROWS_AS(static_cast<void>(density::with_levels(
                        predicts(denoised{}, mean_of_both{}),
                        density::independent_levels::uniform(lattice, 2), -3, 5)),
                    bad_argument);
}

TEST_CASE("dequantised, a density that is constant over cells is exact") {
    const auto test = twins(1);
    const likelihood::dequantised_uniform cells{5, -1.25, 0.5};
    // Constant over the whole range: every level has probability 1/5.
    const auto flat = [](batch_view<double> y) {
        return density::log_densities<density::exact>{
            std::vector<double>(y.samples, -2 * std::log(2.5)), {}};
    };
    for (const int draws : {1, 7}) {
        density::dequantised_bound bound{flat, cells, lattice, {.draws = draws}};
        for (const double v : bound.log_density(batch(test.data(), 600, samples)).values)
            CHECK(v == doctest::Approx(-2 * std::log(5.)));
    }
    for (int k = 0; k < 5; ++k)
        CHECK(cells.level(cells(k, 0.999).value) == k);
    CHECK_THROWS_AS(
        (density::dequantised_bound{flat, likelihood::dequantised_uniform{4, -1, 0.5}, lattice}),
        bad_argument);
}

TEST_CASE("more draws bring a bound nearer to the probability") {
    const auto test = twins(1);
    // A normal density, through the logit, of one fit for all levels; exactly, by quadrature.
    const likelihood::dequantised_logit logit{5, 0.05};
    const auto log_normal = [](double y) {
        return -0.5 * y * y / 1.44 - std::log(1.2) - 0.9189385332046727;
    };
    const auto normal = [&](batch_view<double> y) {
        density::log_densities<density::exact> found{std::vector<double>(y.samples, 0.), {}};
        for (std::size_t i = 0; i < y.size(); ++i)
            found.values[i / 2] += log_normal(y.data[i]);
        return found;
    };
    double exact_mean = 0;
    for (const double v : test) {
        double p = 0;
        for (int j = 0; j < 2000; ++j) {
            const auto y = logit(lattice.level(v), (j + 0.5) / 2000);
            p += std::exp(log_normal(y.value) + y.log_det) / 2000;
        }
        exact_mean += std::log(p) / samples;
    }
    double last = -1e9;
    for (const int draws : {1, 10, 100}) {
        density::dequantised_bound bound{normal, logit, lattice, {.draws = draws}};
        const double mean =
            density::mean_of(bound.log_density(batch(test.data(), 600, samples)).values).mean;
        CHECK(mean > last);
        CHECK(mean < exact_mean + 1e-3);
        last = mean;
    }
    CHECK(last > exact_mean - 0.01);
}

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Bounds against exact probabilities: with data of independent pixels on a lattice the exact
// denoiser is known, and the bound in continuous time is the log probability itself. False alarms:
// each check of a mean lets pass 6.2 standard errors, 6e-10. Power: the bound of a denoiser that is
// 2 % off, or of a weight without its factor 1/2, is dozens of errors away.
#include <diffgen/density/continuous_bound.hpp>
#include <diffgen/density/discrete_bound.hpp>
#include <diffgen/density/independent_levels.hpp>
#include <diffgen/density/table.hpp>
#include <diffgen/kernel/linear_interpolant.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/schedule/linear_beta.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <sstream>
#include <vector>

using namespace diffgen;

namespace {

constexpr std::size_t pixels = 5, samples = 400;

density::independent_levels some_pixels() {
    std::vector<double> p;
    for (std::size_t i = 0; i < pixels * 17; ++i)
        p.push_back(std::pow(noise::philox{1}.uniform<double>(noise::stream::data, 0, i), 3));
    return {likelihood::lattice::with_ends(17), p};
}

/// Samples of these pixels, by the inverse distribution function.
std::vector<double> drawn(const density::independent_levels& from) {
    std::vector<double> x, one(pixels, -1.);
    const auto lattice = from.levels();
    for (std::size_t i = 0; i < samples * pixels; ++i) {
        double u = noise::philox{2}.uniform<double>(noise::stream::data, 0, i);
        int k = 0;
        for (; k + 1 < lattice.count; ++k) {
            one.assign(pixels, lattice.value(0));
            const double base = from.log_density(batch(one, 1)).values[0];
            one[i % pixels] = lattice.value(k);
            // relative to the first level's, whose own share the first round gives
            const double ratio = std::exp(from.log_density(batch(one, 1)).values[0] - base);
            double total = 0;
            for (int j = 0; j < lattice.count; ++j) {
                one[i % pixels] = lattice.value(j);
                total += std::exp(from.log_density(batch(one, 1)).values[0] - base);
            }
            u -= ratio / total;
            if (u < 0) break;
        }
        x.push_back(lattice.value(k));
    }
    return x;
}

double mean(const std::vector<double>& v) {
    return density::mean_of(v).mean;
}

/// The mean of bound - exact, in units of its standard error.
template <class Bound>
density::mean_and_error gap(const Bound& found, const std::vector<double>& exact) {
    std::vector<double> rest;
    for (std::size_t i = 0; i < exact.size(); ++i)
        rest.push_back(exact[i] - found.values[i]);
    return density::mean_of(rest);
}

const density::independent_levels data = some_pixels();
std::vector<double> x = drawn(data);
const std::vector<double> exact_values = data.log_density(batch(x, samples)).values;
const auto by_pixel = predicts(denoised{}, data);
const density::level_decoder decoder{data.levels()};

}  // namespace

TEST_CASE("in continuous time the bound is tight, under every kernel") {
    const auto check = [&](const auto& s, const auto& k, std::optional<double> first) {
        const density::continuous_bound bound{
            s, k, by_pixel, decoder, {.draws = 24, .first_time = first}};
        const auto found = bound.log_density(batch(x, samples));
        const auto [difference, error] = gap(found, exact_values);
        // The exact log probability is reached in expectation but for the prior term.
        CHECK(std::abs(difference - mean(found.prior)) < 6.2 * error + 0.05 * mean(found.prior));
        CHECK(error < 0.2);
        CHECK(mean(found.decoder) < 1e-3);
        for (std::size_t i = 0; i < samples; ++i)
            CHECK(found.values[i] == -(found.prior[i] + found.steps[i] + found.decoder[i]));
    };
    check(schedule::linear_beta{}, kernel::variance_preserving{}, 1e-3);
    check(schedule::linear_beta{}, kernel::linear_interpolant{}, 1e-3);
    check(schedule::edm{}, kernel::variance_exploding{}, 0.01);
}

TEST_CASE("of a wrong denoiser it is no longer") {
    auto off = [](const auto& in, const auto& out, const noise_level& l) {
        data(in, out, l);
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] += 0.02;
    };
    density::continuous_bound bound{schedule::linear_beta{},
                                    kernel::variance_preserving{},
                                    predicts(denoised{}, off),
                                    decoder,
                                    {.draws = 24}};
    const auto [difference, error] = gap(bound.log_density(batch(x, samples)), exact_values);
    CHECK(difference > 6.2 * error);
}

TEST_CASE("a chain's bound falls to it as steps grow in number, in proportion to their length") {
    const schedule::linear_beta s{};
    const density::discrete_bound bound{s, kernel::variance_preserving{}, by_pixel, decoder};
    std::vector<double> gaps;
    for (const int n : {25, 100, 400}) {
        std::vector<noise_level> levels;
        for (int i = n; i > 0; --i)  // equal parts of log-SNR
            levels.push_back(bound.process.level_of_log_snr(
                s.log_snr(1) + (s.log_snr(2e-3) - s.log_snr(1)) * (n - i) / (n - 1)));
        gaps.push_back(gap(bound.log_density(batch(x, samples), levels), exact_values).mean);
        CHECK(gaps.back() > 0);
    }
    CHECK(gaps[1] < 0.45 * gaps[0]);
    CHECK(gaps[2] < 0.45 * gaps[1]);
}

TEST_CASE("a sample has the bound that it has alone, whatever the rows of a call") {
    density::continuous_bound bound{schedule::linear_beta{},
                                    kernel::variance_preserving{},
                                    by_pixel,
                                    decoder,
                                    {.draws = 5, .rows = 7}};
    const auto all = bound.log_density(batch(x.data(), 20 * pixels, 20));
    bound.options.rows = 1000;
    const auto third = bound.log_density(batch(x.data() + 2 * pixels, pixels, 1), 2);
    CHECK(third.values[0] == all.values[2]);
    CHECK(third.errors[0] == all.errors[2]);
}

TEST_CASE("a table says what its figures are") {
    density::table t;
    t.add("independent pixels", data.log_density(batch(x, samples)), pixels);
    const density::continuous_bound bound{
        schedule::linear_beta{}, kernel::variance_preserving{}, by_pixel, decoder, {.draws = 2}};
    t.add("diffusion", bound.log_density(batch(x, samples)), pixels, 0, "2 draws");
    std::ostringstream text;
    text << t;
    CHECK(text.str().find("exact") != std::string::npos);
    CHECK(text.str().find("lower bound, 2 draws") != std::string::npos);
    const auto rows = t.to_json().at("figures");
    CHECK(rows.at(1).get<std::string>("kind") == "lower bound");
    CHECK(rows.at(0).get<double>("standard_error") > 0);
    static_assert(std::is_same_v<density::kind_of<decltype(bound)>, density::lower_bound>);
    static_assert(
        std::is_same_v<density::weaker<density::exact, density::estimate>, density::estimate>);
}

TEST_CASE("bad input") {
    using density::independent_levels;
    const auto lattice = likelihood::lattice::with_ends(17);
    CHECK_THROWS_AS(independent_levels(lattice, {1, 2, 3}), bad_shape);
    CHECK_THROWS_AS(independent_levels(lattice, std::vector<double>(17, 0.)), bad_argument);
    std::vector<double> off{0.03, 0, 0, 0, 5};
    CHECK_THROWS_WITH_AS(static_cast<void>(data.log_density(batch(off, 1))),
                         "diffgen: the value 5 is none of 17 levels from -1 in steps of 0.125",
                         bad_argument);
    const schedule::linear_beta s{};
    const kernel::variance_preserving k{};
    CHECK_THROWS_AS((density::continuous_bound{s, k, by_pixel, decoder, {.draws = 0}}),
                    bad_argument);
    CHECK_THROWS_AS((density::continuous_bound{s, k, by_pixel, decoder, {.first_time = 0.}}),
                    bad_argument);
    const density::discrete_bound bound{s, k, by_pixel, decoder};
    CHECK_THROWS_AS(static_cast<void>(bound.log_density(batch(x, samples), {})), bad_argument);
    CHECK_THROWS_AS(static_cast<void>(bound.log_density(
                        batch(x, samples), {bound.process.level(0.1), bound.process.level(0.5)})),
                    bad_argument);
}

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Normals without a centre of mass: the same bits however they are drawn, the law of the subspace,
// and runs that stay in it.

#include <diffgen/exec/policy.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/noise/centred.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/betas.hpp>
#include <diffgen/solver/ancestral.hpp>

#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

using namespace diffgen;

namespace {

constexpr std::size_t atoms = 19, axes = 3, size = atoms * axes;

/// The largest mean of an axis over the points of a sample.
double worst_centre(const std::vector<float>& x) {
    double worst = 0;
    for (std::size_t first = 0; first < x.size(); first += size)
        for (std::size_t axis = 0; axis < axes; ++axis) {
            double mean = 0;
            for (std::size_t p = 0; p < atoms; ++p)
                mean += static_cast<double>(x[first + p * axes + axis]) / atoms;
            worst = std::max(worst, std::abs(mean));
        }
    return worst;
}

/// A network that keeps centred samples centred.
const auto shrinking = [](auto in, auto out, const noise_level& l) {
    for (std::size_t i = 0; i < in.size(); ++i)
        out.data[i] = static_cast<float>(l.sigma) * in.data[i];
};

}  // namespace

TEST_CASE_TEMPLATE("a fill has the normals one by one, wherever it begins and ends", T, float,
                   double) {
    const noise::centred source{.seed = 5, .points = atoms, .axes = axes};
    std::vector<T> all(10 * size);
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = source.normal<T>(noise::stream::solver, 3, i);
    for (const std::size_t first : {0u, 1u, 56u, 57u, 100u})
        for (const std::size_t count : {1u, 7u, 57u, 58u, 200u, 400u}) {
            CAPTURE(first);
            CAPTURE(count);
            std::vector<T> part(count);
            lanes::run<T>([&]<class V>(lanes::tag<V>) {
                source.fill<V>(noise::stream::solver, 3, first, static_cast<int>(count),
                               part.data());
            });
            CHECK(std::equal(part.begin(), part.end(),
                             all.begin() + static_cast<std::ptrdiff_t>(first)));
        }
}

TEST_CASE("runs stay centred, however the batch is split") {
    // [centred]
    sampler s{schedule::cosine{}, kernel::variance_preserving{}, predicts(epsilon{}, shrinking),
              solver::ancestral{}, noise::centred{.points = atoms, .axes = 3}};
    std::vector<float> x(1000 * size);
    s.generate(exec::cpp, batch(x, 1000), {.steps = 50, .seed = 7});
    // [centred]
    CHECK(worst_centre(x) < 1e-5);

    std::vector<float> y(x.size());
    s.generate(exec::cpp, batch(y.data(), 300 * size, 300), {.steps = 50, .seed = 7});
    s.generate(exec::cpp, batch(y.data() + 300 * size, 700 * size, 700),
               {.steps = 50, .seed = 7, .first_sample = 300});
    CHECK(x == y);

    // The prior is N(0, sigma^2) on the subspace: the sum of squares over sigma^2 is chi-squared
    // with 1000 x 54 degrees of freedom, of deviation sqrt(2 x 54000) = 329; a false alarm of 1e-9
    // lies at 6.1 deviations. Noise that is not centred would have 57000, 9 deviations off.
    s.draw_prior(exec::cpp, batch(x, 1000), {.steps = 50, .seed = 7});
    const double sigma = s.levels({.steps = 50}).front().sigma;
    double squares = 0;
    for (const float v : x)
        squares += static_cast<double>(v) * static_cast<double>(v) / (sigma * sigma);
    CHECK(std::abs(squares - 54000) < 6.1 * 329);
}

TEST_CASE("sizes that do not fit are refused before x is written") {
    sampler s{schedule::cosine{}, kernel::variance_preserving{}, predicts(epsilon{}, shrinking),
              solver::ancestral{}, noise::centred{.points = atoms, .axes = 3}};
    std::vector<float> x(2 * 56, 3.0f);
    check_refused<bad_shape>([&] { s.generate(exec::cpp, batch(x, 2), {.steps = 2}); },
                             {"19 points", "56 elements"});
    check_refused<bad_shape>([&] { s.draw_prior(exec::cpp, batch(x, 2)); }, {"56 elements"});
    check_refused<bad_shape>([&] { s.add_noise(exec::cpp, 10, batch(x, 2)); }, {"56 elements"});
    CHECK(x == std::vector<float>(2 * 56, 3.0f));
    s.noise.axes = 9;
    check_refused<bad_argument>([&] { s.generate(exec::cpp, batch(x, 2), {.steps = 2}); },
                                {"9 axes"});
}

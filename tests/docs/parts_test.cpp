// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// The parts that docs/concepts and docs/extending.md show, checked to do what the pages say.
#include <diffgen/diffgen.hpp>

#include "compare.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <vector>

using namespace diffgen;

// [kernel]
/// alpha^p + sigma^p = 1: the linear interpolant is p = 1, variance preserving is p = 2.
struct p_norm {
    double p = 1.5;

    void check() const { require(p > 0, "p_norm with p = ", p, "; must be above 0"); }
    kernel::scales level(double log_snr) const {
        return {std::pow(1 + std::exp(-0.5 * p * log_snr), -1 / p),
                std::pow(1 + std::exp(0.5 * p * log_snr), -1 / p)};
    }
    double log_alpha_rate(double log_snr) const { return 0.5 / (1 + std::exp(0.5 * p * log_snr)); }
};
// [kernel]

// [grid]
/// Times proportional to cubes: denser towards the data than grid::quadratic.
struct cubic {
    std::vector<noise_level> levels(const process_view& p, int n) const {
        const noise_level clean = p.clean();
        std::vector<noise_level> levels;
        for (int k = n; k > 0; --k)
            levels.push_back(p.level(clean.t + (p.t_max() - clean.t) * std::pow(double(k) / n, 3)));
        levels.push_back(clean);
        return levels;
    }
};
// [grid]

// [prediction]
/// The network predicts the noise in the state, sigma eps = x - alpha D.
struct noise_in_state {
    static constexpr const char* name = "noise_in_state";

    static conversion to_denoised(const noise_level& l) { return {1, 1 / l.alpha, -1 / l.alpha}; }
};
// [prediction]

// [pointwise]
/// What a perfect network predicts as eps for standard normal data on a variance-preserving kernel.
struct normal_eps {
    template <class V, class S>
    DIFFGEN_VALUE V operator()(V x, level_of<S> level) const {
        return product(broadcast<V>(level.sigma), x);
    }
};
// [pointwise]

// [samplewise]
/// The score of a ring of radius 1 and width w in the plane, -(r - 1) / w^2 along x / r.
struct ring_score {
    float w = 0.2f;

    template <class V, class S>
    DIFFGEN_VALUE std::array<V, 2> operator()(std::array<V, 2> x, level_of<S>) const {
        const V r = sqrt(fma(x[0], x[0], product(x[1], x[1])));
        const V factor = (broadcast<V>(S(1)) / r - broadcast<V>(S(1))) / broadcast<V>(S(w) * S(w));
        return {product(factor, x[0]), product(factor, x[1])};
    }
};
// [samplewise]

// [energy]
/// A narrow, long valley, E(x) = ((8 x_0)^2 + (x_1 / 8)^2) / 2.
struct valley {
    template <class V>
    DIFFGEN_VALUE std::array<V, 2> operator()(std::array<V, 2> x) const {
        return {product(x[0], broadcast<V>(64)), product(x[1], broadcast<V>(0.015625f))};
    }
    template <class V>  // only where energies are asked for
    DIFFGEN_VALUE V energy(std::array<V, 2> x) const {
        return fma(product(x[0], x[0]), broadcast<V>(32),
                   product(product(x[1], x[1]), broadcast<V>(0.0078125f)));
    }
};
// [energy]

namespace {

constexpr std::size_t samples = 32;

template <class... Parts>
std::vector<double> run(const options& o, Parts... parts) {
    sampler s{parts...};
    std::vector<double> x(2 * samples);
    s.generate(exec::cpp, batch(x, samples), o);
    return x;
}

const gaussian_mixture<2, 2> data{
    {0.4, 0.6}, {{{-1, 0.5}, {0.8, 0.9}}}, {{{0.2, 0.3}, {0.3, 0.2}}}};

}  // namespace

TEST_CASE("p_norm: its rate is the derivative of log alpha, its ratio that of the log-SNR") {
    const p_norm k;
    const double h = 1e-5;
    for (const double l : {-8., -1., 0., 3., 9.}) {
        const auto [alpha, sigma] = k.level(l);
        CHECK(std::fabs(2 * std::log(alpha / sigma) - l) < 1e-12);
        const double rate =
            (std::log(k.level(l + h).alpha) - std::log(k.level(l - h).alpha)) / (2 * h);
        CHECK(std::fabs(rate - k.log_alpha_rate(l)) < 1e-9);  // h^2, and rounding over h
    }
}

TEST_CASE("p_norm is one path with the other kernels for a deterministic solver") {
    // both start at the same x / alpha, (sigma / alpha) z, and end at alpha = 1
    const options o{.steps = 12, .seed = 3};
    const auto a = run(o, schedule::cosine{}, p_norm{}, exact(data), solver::heun{});
    const auto b =
        run(o, schedule::cosine{}, kernel::variance_preserving{}, exact(data), solver::heun{});
    CHECK(testing::largest_difference(a, b) < 1e-9);
}

TEST_CASE("a cubic grid runs, and is refused where its constants cannot be") {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, exact(data), solver::heun{}};
    const auto levels = s.levels({.steps = 4, .grid = cubic{}});
    REQUIRE(levels.size() == 5);
    CHECK(levels[1].t == doctest::Approx(27. / 64));
    CHECK(levels[4].is_clean());
    CHECK_THROWS_AS((sampler{schedule::cosine{}, p_norm{-1}, exact(data), solver::ddim{}}),
                    bad_argument);
}

TEST_CASE("noise_in_state gives the samples of an exact denoiser") {
    const auto network = [](auto in, auto out, const noise_level& l) {
        const auto denoiser = data.bind(cast_level<double>(l));
        for (std::size_t i = 0; i < in.samples; ++i) {
            const double* x = in.sample(i);
            const auto d = denoiser(std::array{x[0], x[1]});
            for (std::size_t e = 0; e < 2; ++e)
                out.sample(i)[e] = x[e] - l.alpha * d[e];
        }
    };
    const options o{.steps = 10, .seed = 4};
    const auto a = run(o, schedule::linear_beta{}, kernel::variance_preserving{},
                       predicts(noise_in_state{}, network), solver::ancestral{});
    const auto b = run(o, schedule::linear_beta{}, kernel::variance_preserving{}, exact(data),
                       solver::ancestral{});
    CHECK(testing::largest_difference(a, b) < 1e-10);
}

TEST_CASE("batched and pointwise networks of one formula give one result") {
    // [batched]
    const auto network = [](auto in, auto out, const noise_level& level) {
        for (std::size_t i = 0; i < in.size(); ++i)  // in.samples x in.elements numbers
            out.data[i] = level.sigma * in.data[i];  // level.network_time is what it takes as time
    };
    const auto batched = predicts(epsilon{}, network, time_input::scaled{999});
    // [batched]
    // [wrapped]
    const auto functor = predicts(epsilon{}, pointwise(normal_eps{}));
    // [wrapped]
    const options o{.steps = 10, .seed = 4};
    const auto with = [&](auto p) {
        return run(o, schedule::linear_beta{}, kernel::variance_preserving{}, p, solver::ddim{});
    };
    CHECK(with(batched) == with(functor));
}

TEST_CASE("a flow map needs one step, and as many as one likes give the same") {
    // [flow_map]
    /// The average velocity between two times, here known: of standard normal data.
    const auto average_velocity = [](auto in, auto out, const noise_level& level) {
        const double t = level.network_time, r = level.target_time;  // from time t to time r
        const double kept = std::hypot(1 - r, r) / std::hypot(1 - t, t);
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = (1 - kept) / (t - r) * in.data[i];
    };
    sampler s{schedule::rectified{}, kernel::linear_interpolant{},
              predicts(flow{}, average_velocity), solver::flow_map{}};
    std::vector<double> x(64);
    s.generate(exec::cpp, batch(x, 64), {.steps = 1, .seed = 7});
    // [flow_map]
    std::vector<double> four(64);
    s.generate(exec::cpp, batch(four, 64), {.steps = 4, .seed = 7});
    for (std::size_t i = 0; i < x.size(); ++i)
        CHECK(std::fabs(x[i] - four[i]) < 1e-14);
}

TEST_CASE("Langevin dynamics in coordinates of one width") {
    // [rescaled]
    const rescaled in_y(valley{}, std::array{0.125, 8.});  // deviations of the two coordinates
    sampler s{schedule::stationary{}, kernel::variance_exploding{}, energy<2>(in_y),
              solver::underdamped_langevin{.step = 0.5}};
    std::vector<double> y(2 * 1000);
    s.generate(exec::cpp, batch(y, 1000), {.steps = 100, .seed = 1});
    const std::array<double, 2> x = in_y.to_x(std::array{y[0], y[1]});  // of the first sample
    // [rescaled]
    CHECK(x == std::array{y[0] / 8, 8 * y[1]});
    double narrow = 0, wide = 0;
    for (std::size_t i = 0; i < 1000; ++i) {
        narrow += y[2 * i] * y[2 * i] / 1000;
        wide += y[2 * i + 1] * y[2 * i + 1] / 1000;
    }
    // the variance is exact on a Gaussian; that of 1,000 samples deviates by 0.045
    CHECK(std::fabs(narrow - 1) < 0.32);
    CHECK(std::fabs(wide - 1) < 0.32);
    // [energies]
    std::vector<double> minus_energy(1000);  // one for each sample
    exec::log_density(exec::cpp, s.predictor, batch(y, 1000), s.process.level(0),
                      minus_energy.data());
    // [energies]
    CHECK(std::fabs(minus_energy[0] + (y[0] * y[0] + y[1] * y[1]) / 2) < 1e-12);
}

TEST_CASE("Langevin dynamics on a density that does not change finds the ring") {
    // [stationary]
    sampler s{schedule::stationary{}, kernel::variance_exploding{},
              predicts(score{}, samplewise<2>(ring_score{})), solver::langevin{.delta = 0.01}};
    std::vector<float> x(2 * 1000);
    s.generate(exec::cpp, batch(x, 1000), {.steps = 500, .seed = 1});
    // [stationary]
    double mean = 0;
    for (std::size_t i = 0; i < 1000; ++i)
        mean += std::hypot(x[2 * i], x[2 * i + 1]) / 1000;
    // density r exp(-(r - 1)^2 / (2 w^2)) dr: mean radius (1 + w^2) up to the cut at 0, 1.04; the
    // deviation of a mean over 1,000 is 0.006, and the steps add a bias of order delta
    CHECK(std::fabs(mean - 1.04) < 0.06);
}

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// sample_dpm_adaptive against the peer's algorithm written by hand, sample by sample.

#include <diffgen/compat/k_diffusion/dpm_adaptive.hpp>
#include <diffgen/grid/explicit.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/edm.hpp>

#include "check_refused.hpp"
#include "mixture_as.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

using namespace diffgen;
namespace kd = compat::k_diffusion;

namespace {

const gaussian_mixture<1, 2> data{{0.4, 0.6}, {{{-0.8}, {0.9}}}, {{{0.3}, {0.2}}}};
constexpr double sigma_max = 20, sigma_min = 0.05;

double eps(double x, double t) {
    const double sigma = std::exp(-t);
    const level_of<double> l{sigma, 2 * t, 1, sigma, sigma, sigma};
    return (x - data.bind(l)(std::array{x})[0]) / sigma;
}

double one(double x, double t, double end, double e) {
    return x - std::exp(-end) * std::expm1(end - t) * e;
}
double two(double x, double t, double end, double r) {
    const double h = end - t, e = eps(x, t), middle = t + r * h;
    const double other = eps(one(x, t, middle, e), middle);
    return one(x, t, end, e) - std::exp(-end) / (2 * r) * std::expm1(h) * (other - e);
}
double three(double x, double t, double end) {
    const double h = end - t, e = eps(x, t), s1 = t + h / 3, s2 = t + 2 * h / 3;
    const double e1 = eps(one(x, t, s1, e), s1);
    const double u2 =
        one(x, t, s2, e) - std::exp(-s2) * 2 * (std::expm1(2 * h / 3) / (2 * h / 3) - 1) * (e1 - e);
    const double e2 = eps(u2, s2);
    return one(x, t, end, e) - std::exp(-end) * 1.5 * (std::expm1(h) / h - 1) * (e2 - e);
}

struct outcome {
    double x;
    int taken = 0, refused = 0;
};

/// Element `flat` of the batch; normal number i is for the i-th step that is taken.
template <int Order>
outcome by_hand(const kd::dpm_adaptive<Order>& o, double x, std::uint64_t seed,
                std::uint64_t flat) {
    const double end = -std::log(sigma_min), k = o.eta > 0 ? 1.5 : Order;
    double s = -std::log(sigma_max), h = o.h_init, before = x;
    std::vector<double> inverses;
    outcome out{x};
    while (s < end - 1e-5) {
        const double t = std::min(end, s + h), a = std::exp(-s), b = std::exp(-t);
        double to = t, up = 0;
        if (o.eta > 0) {
            const double noise = std::min(b, o.eta * std::sqrt(b * b * (a * a - b * b) / (a * a)));
            to = std::min(end, -0.5 * std::log(b * b - noise * noise));
            up = std::sqrt(b * b - std::exp(-2 * to));
        }
        const double low =
            Order == 2 ? one(out.x, s, to, eps(out.x, s)) : two(out.x, s, to, 1. / 3);
        const double high = Order == 2 ? two(out.x, s, to, 0.5) : three(out.x, s, to);
        const double delta = std::max(o.atol, o.rtol * std::max(std::abs(low), std::abs(before)));
        const double inverse = 1 / (std::abs(low - high) / delta + 1e-8);
        if (inverses.empty()) inverses.assign(3, inverse);
        inverses[0] = inverse;
        const double factor =
            1 + std::atan(std::pow(inverses[0], (o.pcoeff + o.icoeff + o.dcoeff) / k) *
                              std::pow(inverses[1], -(o.pcoeff + 2 * o.dcoeff) / k) *
                              std::pow(inverses[2], o.dcoeff / k) -
                          1);
        h *= factor;
        if (factor < o.accept_safety) {
            ++out.refused;
            continue;
        }
        inverses[2] = inverses[1];
        inverses[1] = inverses[0];
        before = low;
        const double z = noise::philox{seed}.normal<double>(
            noise::stream::solver, static_cast<std::uint32_t>(out.taken), flat);
        out.x = high + up * o.s_noise * z;
        s = t;
        ++out.taken;
    }
    return out;
}

/// Returns how many steps the peer refuses.
template <int Order>
int check(const kd::dpm_adaptive<Order>& solver) {
    sampler s{schedule::edm{sigma_min, sigma_max}, kernel::variance_exploding{},
              testing::batched_predictor(denoised{}, data), solver};
    std::vector<double> x{-31, -4, 0.3, 12, 25};
    const std::vector<double> start = x;
    auto run = s.start_from(exec::cpp, sigma_max, batch(x, x.size()),
                            {.seed = 6, .grid = grid::sigmas{{sigma_max, sigma_min}}});
    for (; run; run.advance())
        s.predictor.call(run.input(), run.output(), run.levels());
    int refused = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        CAPTURE(i);
        const outcome expected = by_hand(solver, start[i], 6, i);
        CHECK(run.steps(i) == expected.taken + expected.refused);
        CHECK(run.refused(i) == expected.refused);
        // roundings, which sizes of steps carry on
        CHECK(x[i] == doctest::Approx(expected.x).epsilon(1e-9));
        refused += expected.refused;
    }
    return refused;
}

}  // namespace

TEST_CASE("sample_dpm_adaptive, order 3 and 2") {
    check(kd::dpm_adaptive<3>{});
    check(kd::dpm_adaptive<2>{});
    CHECK(check(kd::dpm_adaptive<3>{.h_init = 3}) > 0);
    CHECK(check(kd::dpm_adaptive<2>{.rtol = 0.005, .atol = 1e-4, .h_init = 2}) > 0);
}

TEST_CASE("sample_dpm_adaptive with all of its controller's coefficients") {
    CHECK(check(kd::dpm_adaptive<3>{
              .h_init = 2, .pcoeff = 0.2, .icoeff = 0.6, .dcoeff = 0.1, .accept_safety = 0.9}) > 0);
}

TEST_CASE("sample_dpm_adaptive with noise added back") {
    check(kd::dpm_adaptive<3>{.eta = 1});
    CHECK(check(kd::dpm_adaptive<2>{.h_init = 2, .eta = 0.5, .s_noise = 1.1}) > 0);
}

TEST_CASE("a grid that ends at 0, where the peer has no step either, is refused") {
    sampler s{schedule::edm{sigma_min, sigma_max}, kernel::variance_exploding{},
              testing::batched_predictor(denoised{}, data), kd::dpm_adaptive<>{}};
    std::vector<double> x{1};
    check_refused<bad_argument>(
        [&] {
            s.generate_from(exec::cpp, sigma_max, batch(x, 1),
                            {.grid = grid::sigmas{{sigma_max, 0}}});
        },
        {"dpm_adaptive", "sigma of 0"});
    s.solver.h_init = 0;
    check_refused<bad_argument>([&] { s.generate(exec::cpp, batch(x, 1)); }, {"h_init = 0"});
}

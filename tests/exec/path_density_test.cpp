// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Log probabilities of recorded paths against closed forms: the formula of each solver, written
// here again from its paper, along the recorded states of an affine Gaussian chain.

#include <diffgen/exec/policy.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/ddim.hpp>
#include <diffgen/solver/euler_maruyama.hpp>
#include <diffgen/solver/langevin.hpp>
#include <diffgen/solver/names.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <numbers>
#include <vector>

using namespace diffgen;

namespace {

constexpr std::size_t samples = 3, elements = 300;  // more than a chunk of a sum

/// D = gain x + shift: the exact denoiser of some Gaussian, level by level, or not; affine it is.
struct affine {
    double gain = 0.6, shift = 0.3;

    template <class In, class Out>
    void operator()(const In& in, const Out& out, const noise_level& l) const {
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = at(in.data[i], l);
    }
    [[nodiscard]] double at(double x, const noise_level& l) const {
        return l.alpha * gain * x + shift;
    }
};

/// Mean and deviation of step k, given the states up to k; D(j): the estimate at state j.
struct law {
    double mean, deviation;
};
using formula = std::function<law(const std::vector<noise_level>&, std::size_t k, double x,
                                  const std::function<double(std::size_t)>& D)>;

double log_normal(double x, const law& l) {
    const double z = (x - l.mean) / l.deviation;
    return -0.5 * z * z - std::log(l.deviation) - 0.5 * std::log(2 * std::numbers::pi);
}

/// What `net` makes of the recorded path by the formula, transition after transition.
std::vector<double> by_hand(const recorded_path<double>& p, const affine& net, const formula& f) {
    std::vector<double> all;
    for (std::size_t k = 0; k < p.transitions(); ++k)
        for (std::size_t i = 0; i < p.samples(); ++i) {
            double sum = 0;
            for (std::size_t e = 0; e < p.elements(); ++e) {
                const auto value = [&](std::size_t j) { return p.state(j).sample(i)[e]; };
                const auto D = [&](std::size_t j) { return net.at(value(j), p.levels()[j]); };
                sum += log_normal(value(k + 1), f(p.levels(), k, value(k), D));
            }
            all.push_back(sum);
        }
    return all;
}

template <class Solver>
auto composed(const affine& net, const Solver& solver) {
    return sampler{schedule::linear_beta{}, kernel::variance_preserving{},
                   predicts(denoised{}, net), solver};
}

void check_equal(const log_probability_table& got, const std::vector<double>& expected) {
    REQUIRE(got.transitions() * got.samples() == expected.size());
    for (std::size_t k = 0; k < got.transitions(); ++k)
        for (std::size_t i = 0; i < got.samples(); ++i) {
            const double wanted = expected[k * got.samples() + i];
            CHECK(std::fabs(got.of(k)[i] - wanted) <= 1e-12 * std::fabs(wanted) + 1e-10);
        }
}

/// steps: noisy ones of the 7.
template <class Solver>
void check_formula(const Solver& solver, std::size_t noisy, const formula& f) {
    const affine net, other{0.5, 0.4};
    auto s = composed(net, solver);
    std::vector<double> x(samples * elements);
    recorded_path<double> p;
    s.generate(exec::cpp, batch(x, samples), p, {.steps = 7, .seed = 3});
    REQUIRE(p.transitions() == noisy);
    for (std::size_t k = 0; k < noisy; ++k) {
        const double c = f(p.levels(), k, 0, [](std::size_t) { return 0.; }).deviation;
        CHECK(p.deviation(k) == doctest::Approx(c).epsilon(1e-13));
    }
    check_equal(p.log_probabilities(exec::cpp), by_hand(p, net, f));
    check_equal(composed(other, solver).log_probabilities(exec::cpp, p), by_hand(p, other, f));
}

/// Ho et al. 2020, eq. 7, with alpha and sigma of both levels.
law posterior_of(const noise_level& s, const noise_level& t, double x, double D) {
    const double a = s.alpha / t.alpha;  // x_s given x_t: a x_t + noise
    const double added = s.sigma * s.sigma - a * a * t.sigma * t.sigma;
    const double variance = t.sigma * t.sigma * added / (s.sigma * s.sigma);
    const double mean =
        a * t.sigma * t.sigma / (s.sigma * s.sigma) * x + t.alpha * added / (s.sigma * s.sigma) * D;
    return {mean, std::sqrt(variance)};
}

}  // namespace

TEST_CASE("ancestral: the posterior of Ho et al. 2020") {
    check_formula(solver::ancestral{}, 6,
                  [](const auto& l, std::size_t k, double x, const auto& D) {
                      return posterior_of(l[k], l[k + 1], x, D(k));
                  });
}

TEST_CASE("ddim with noise: Song et al. 2021, eq. 12 and 16") {
    const double eta = 0.6;
    check_formula(solver::ddim{eta}, 6, [=](const auto& l, std::size_t k, double x, const auto& D) {
        const double c = eta * posterior_of(l[k], l[k + 1], 0, 0).deviation;
        const double eps = (x - l[k].alpha * D(k)) / l[k].sigma;
        const double kept = std::sqrt(l[k + 1].sigma * l[k + 1].sigma - c * c);
        return law{l[k + 1].alpha * D(k) + kept * eps, c};
    });
}

TEST_CASE("euler_maruyama: the reverse SDE of beta(t)") {
    const schedule::linear_beta schedule{};
    // dx = [-beta / 2 x - beta score] dt + sqrt(beta) dw, beta = d log(1 + e^-lambda) / dt
    check_formula(solver::euler_maruyama{}, 6,
                  [=](const auto& l, std::size_t k, double x, const auto& D) {
                      const double beta = -schedule.log_snr_rate(l[k].t) * l[k].sigma * l[k].sigma;
                      const double dt = l[k + 1].t - l[k].t;
                      const double score = (l[k].alpha * D(k) - x) / (l[k].sigma * l[k].sigma);
                      return law{x + (-0.5 * beta * x - beta * score) * dt, std::sqrt(-beta * dt)};
                  });
}

TEST_CASE("langevin: Song and Ermon 2019, eq. 4") {
    const double delta = 0.02;
    check_formula(solver::langevin{.delta = delta}, 7,
                  [=](const auto& l, std::size_t k, double x, const auto& D) {
                      const double score = (l[k].alpha * D(k) - x) / (l[k].sigma * l[k].sigma);
                      return law{x + 0.5 * delta * score, std::sqrt(delta)};
                  });
}

TEST_CASE("dpm_solver_pp_multistep<2> with noise: its mean has the estimate of the step before") {
    // With u = log-SNR / 2: x' = s'/s e^-h x + a' int_0^h 2 e^-2(h - v) P(v) dv + s' sqrt(1 -
    // e^-2h) z, P the line through D at u and at the level before (Lu et al. 2022b, appendix A).
    check_formula(solver::dpm_solver_pp_multistep<2>{.tau = 1}, 6,
                  [](const auto& l, std::size_t k, double x, const auto& D) {
                      const auto u = [&](std::size_t j) { return 0.5 * l[j].log_snr; };
                      const double h = u(k + 1) - u(k), grown = -std::expm1(-2 * h);
                      double integral = grown * D(k);
                      if (k > 0)
                          integral += (h - 0.5 * grown) * (D(k) - D(k - 1)) / (u(k) - u(k - 1));
                      const noise_level &from = l[k], &to = l[k + 1];
                      return law{to.sigma / from.sigma * std::exp(-h) * x + to.alpha * integral,
                                 to.sigma * std::sqrt(grown)};
                  });
}

TEST_CASE("a device's sums, in parts that fit into registers, have the bits of the host's") {
    std::vector<float> x(2 * elements), mean(2 * elements), copies[2];
    for (std::size_t i = 0; i < x.size(); ++i) {
        x[i] = std::sin(static_cast<float>(i));
        mean[i] = 0.3f * std::cos(static_cast<float>(i));
    }
    const std::size_t chunks = (elements + exec::chunk - 1) / exec::chunk;
    std::vector<double> sums[2];
    const auto sum = [&](auto pass, int k) {
        copies[k].resize(x.size());
        sums[k].resize(2 * chunks);
        pass = {x.data(), mean.data(), copies[k].data(), sums[k].data(), elements, chunks};
        for (std::size_t i = 0; i < 2 * chunks; ++i)
            pass.template run<float>(i);
        CHECK(copies[k] == x);
    };
    sum(exec::detail::deviations_pass<float, 1024>{}, 0);
    sum(exec::detail::deviations_pass<float, 4>{}, 1);
    CHECK(sums[0] == sums[1]);
    double last = 0;
    for (std::size_t i = elements + exec::chunk; i < 2 * elements; ++i)
        last += std::pow(static_cast<double>(x[i]) - static_cast<double>(mean[i]), 2);
    CHECK(sums[0].back() == doctest::Approx(last).epsilon(1e-14));
}

TEST_CASE("the density of a path integrates to one") {
    // The mean of p / q over paths of q is 1. Here p is colder, with deviations c_p < c_q, and its
    // means are apart by d_k at step k: with r = (c_q / c_p)^2 and d' = d / c_p, the logarithm of
    // the ratio of one transition is at most log(r) / 2 + d'^2 / (2 (r - 1)). So ratios of paths
    // lie between 0 and some b, their variance is below b - 1, and Bernstein's inequality bounds
    // false alarms by 2 exp(-n t^2 / (2 (b - 1) + 2 b t / 3)) <= 1e-9 at the t below. Power:
    // without log(c) the mean would be off by r^(-8 / 2) - 1 = -0.34, without the factor 1/2 of the
    // square by more than 0.1; t is 0.011.
    constexpr std::size_t paths = 200'000;
    constexpr int steps = 8;
    const double delta = 0.02, cold = 0.9;
    const affine net, shifted{net.gain, net.shift + 0.1};
    auto s = composed(net, solver::langevin{.delta = delta});
    std::vector<double> x(paths);
    recorded_path<double> drawn;
    s.generate(exec::cpp, batch(x, paths), drawn, {.steps = steps, .seed = 5});
    REQUIRE(drawn.transitions() == steps);
    const auto log_q = drawn.log_probabilities(exec::cpp).of_paths();
    auto other = composed(shifted, solver::langevin{.delta = delta, .temperature = cold});
    const auto log_p = other.log_probabilities(exec::cpp, drawn).of_paths();

    const double r = 1 / cold;
    double log_b = 0.5 * steps * std::log(r);
    for (std::size_t k = 0; k < steps; ++k) {
        const noise_level& l = drawn.levels()[k];
        const double d = 0.5 * delta * l.alpha * 0.1 / (l.sigma * l.sigma);
        log_b += 0.5 * d * d / (delta * cold) / (r - 1);
    }
    const double b = std::exp(log_b), wanted = std::log(2e9);
    double t = 0;
    for (int i = 0; i < 100; ++i)  // a contraction
        t = std::sqrt(wanted * (2 * (b - 1) + 2 * b * t / 3) / paths);
    REQUIRE(t < 0.02);
    double mean = 0, largest = 0;
    for (std::size_t i = 0; i < paths; ++i) {
        mean += std::exp(log_p[i] - log_q[i]) / paths;
        largest = std::max(largest, std::exp(log_p[i] - log_q[i]));
    }
    CHECK(std::fabs(mean - 1) < t);
    CHECK(largest <= b);
}

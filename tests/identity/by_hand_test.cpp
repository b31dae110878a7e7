// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// The algorithms as their papers print them, written out here loop by loop with the library's
// normals, against the solvers. The data is N(0.5, 0.3) in two dimensions.
#include <diffgen/exec/policy.hpp>
#include <diffgen/grid/discrete.hpp>
#include <diffgen/grid/explicit.hpp>
#include <diffgen/grid/karras.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/betas.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/schedule/geometric.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/churn.hpp>
#include <diffgen/solver/ddim.hpp>
#include <diffgen/solver/euler_maruyama.hpp>
#include <diffgen/solver/langevin.hpp>
#include <diffgen/solver/predictor_corrector.hpp>

#include "compare.hpp"
#include "mixture_as.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace diffgen;

namespace {

constexpr double mean = 0.5, variance = 0.3;
const gaussian_mixture<2, 1> data{{1}, {{{mean, mean}}}, {{{variance, variance}}}};
constexpr std::size_t samples = 6, size = 2 * samples;
constexpr std::uint64_t seed = 12;

/// z_k: the k-th draw of a run, and its prior.
std::vector<double> normals(std::uint32_t draw, noise::stream stream = noise::stream::solver) {
    std::vector<double> z(size);
    for (std::size_t i = 0; i < size; ++i)
        z[i] = noise::philox{seed}.normal<double>(stream, draw, i);
    return z;
}

std::vector<double> prior(double sigma) {
    std::vector<double> x = normals(0, noise::stream::prior);
    for (double& e : x)
        e *= sigma;
    return x;
}

/// grad log of the density of alpha x_0 + sigma eps.
double grad_log(double x, double alpha, double sigma) {
    return (alpha * mean - x) / (alpha * alpha * variance + sigma * sigma);
}

template <class Schedule, class Kernel, class Solver>
std::vector<double> run(Schedule schedule, Kernel kernel, Solver solver, int steps, any_grid grid) {
    sampler s{schedule, kernel, testing::batched_predictor(epsilon{}, data), solver};
    std::vector<double> x(size);
    s.generate(exec::cpp, batch(x, samples), {.steps = steps, .seed = seed, .grid = grid});
    return x;
}

}  // namespace

TEST_CASE("Ho et al. 2020, algorithm 2") {
    constexpr int T = 40;
    std::vector<double> beta, abar;
    for (int t = 0; t < T; ++t) {
        beta.push_back(1e-3 + (0.2 - 1e-3) * t / (T - 1));
        abar.push_back((t > 0 ? abar.back() : 1.) * (1 - beta.back()));
    }
    for (const bool large : {false, true}) {
        std::vector<double> x = prior(std::sqrt(1 - abar.back()));
        for (int t = T - 1; t >= 0; --t) {
            const auto i = static_cast<std::size_t>(t);
            const auto z = normals(static_cast<std::uint32_t>(T - 1 - t));
            const double before = t > 0 ? abar[i - 1] : 1;
            const double sigma2 = large ? beta[i] : (1 - before) / (1 - abar[i]) * beta[i];
            for (std::size_t e = 0; e < size; ++e) {
                const double sigma = std::sqrt(1 - abar[i]);
                const double eps = -sigma * grad_log(x[e], std::sqrt(abar[i]), sigma);
                x[e] = (x[e] - beta[i] / sigma * eps) / std::sqrt(1 - beta[i]) +
                       (t > 0 ? std::sqrt(sigma2) * z[e] : 0);
            }
        }
        const auto variance_of = large ? solver::variance::transition : solver::variance::posterior;
        CHECK(testing::largest_difference(
                  run(schedule::linear{T, 1e-3, 0.2}, kernel::variance_preserving{},
                      solver::ancestral{.variance = variance_of}, T, grid::trailing{}),
                  x) < 1e-12);
    }
}

TEST_CASE("Song, Meng and Ermon 2021 (DDIM), eq. 12 and 16") {
    const schedule::linear schedule{1000};
    const process p(schedule, kernel::variance_preserving{});
    const std::vector<int> tau{999, 799, 599, 399, 199};
    const double eta = 0.6;
    const auto abar = [&](std::size_t i) {
        if (i == tau.size()) return 1.;
        const double alpha = p.level(tau[i]).alpha;
        return alpha * alpha;
    };
    std::vector<double> x = prior(std::sqrt(1 - abar(0)));
    for (std::size_t i = 0; i < tau.size(); ++i) {
        const double a = abar(i), next = abar(i + 1);
        const double sigma = eta * std::sqrt((1 - next) / (1 - a)) * std::sqrt(1 - a / next);
        const auto z = normals(static_cast<std::uint32_t>(i));
        for (std::size_t e = 0; e < size; ++e) {
            const double eps = -std::sqrt(1 - a) * grad_log(x[e], std::sqrt(a), std::sqrt(1 - a));
            x[e] = std::sqrt(next) * (x[e] - std::sqrt(1 - a) * eps) / std::sqrt(a) +
                   std::sqrt(1 - next - sigma * sigma) * eps + sigma * z[e];
        }
    }
    CHECK(testing::largest_difference(run(schedule, kernel::variance_preserving{},
                                          solver::ddim{.eta = eta}, 5, grid::trailing{}),
                                      x) < 1e-12);
}

TEST_CASE("Karras et al. 2022, algorithm 2: churn, noise before the evaluation") {
    constexpr int n = 12;
    const double s_churn = 6, s_min = 0.1, s_max = 20, s_noise = 1.007;
    std::vector<double> t;
    for (int i = 0; i < n; ++i) {
        const double a = std::pow(80., 1 / 7.), b = std::pow(0.002, 1 / 7.);
        t.push_back(std::pow(a + static_cast<double>(i) / (n - 1) * (b - a), 7));
    }
    t.push_back(0);
    std::vector<double> x = prior(80);
    std::uint32_t draw = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const double gamma =
            t[i] >= s_min && t[i] <= s_max ? std::min(s_churn / n, std::sqrt(2.) - 1) : 0;
        const double t_hat = t[i] + gamma * t[i];
        const auto z = gamma > 0 ? normals(draw++) : std::vector<double>(size);
        for (std::size_t e = 0; e < size; ++e) {
            const double x_hat = x[e] + std::sqrt(t_hat * t_hat - t[i] * t[i]) * s_noise * z[e];
            const double d = -t_hat * grad_log(x_hat, 1, t_hat);  // (x - D) / t = -t score
            x[e] = x_hat + (t[i + 1] - t_hat) * d;
            if (t[i + 1] == 0) continue;
            const double d2 = -t[i + 1] * grad_log(x[e], 1, t[i + 1]);
            x[e] = x_hat + (t[i + 1] - t_hat) * 0.5 * (d + d2);
        }
    }
    CHECK(testing::largest_difference(
              run(schedule::edm{}, kernel::variance_exploding{},
                  solver::churn<>{s_churn, s_min, s_max, s_noise}, n, grid::karras{}),
              x) < 1e-12 * 80);  // rounding at the noisiest level, |x| = 160
}

TEST_CASE("Song et al. 2021, algorithm 2: predictor-corrector on the VE SDE") {
    constexpr int n = 8;
    constexpr double r = 0.16;
    const auto sigma = [](int i) { return 0.05 * std::pow(200., 1 - static_cast<double>(i) / n); };
    std::vector<double> x = prior(sigma(0));
    std::uint32_t draw = 0;
    for (int i = 0; i + 1 <= n; ++i) {
        const double g2 = sigma(i) * sigma(i) - sigma(i + 1) * sigma(i + 1);
        const auto z = normals(draw++);
        for (std::size_t e = 0; e < size; ++e)
            x[e] += g2 * grad_log(x[e], 1, sigma(i)) + std::sqrt(g2) * z[e];
        for (int corrections = 0; corrections < 2; ++corrections) {
            const auto w = normals(draw++);
            for (std::size_t s = 0; s < size; s += 2) {  // norms over one sample
                const double s1 = grad_log(x[s], 1, sigma(i + 1));
                const double s2 = grad_log(x[s + 1], 1, sigma(i + 1));
                const double ratio = r * std::hypot(w[s], w[s + 1]) / std::hypot(s1, s2);
                const double step = 2 * ratio * ratio;
                x[s] += step * s1 + std::sqrt(2 * step) * w[s];
                x[s + 1] += step * s2 + std::sqrt(2 * step) * w[s + 1];
            }
        }
    }
    CHECK(testing::largest_difference(
              run(schedule::geometric{0.05, 10}, kernel::variance_exploding{},
                  solver::predictor_corrector(solver::reverse_diffusion{},
                                              solver::langevin_corrector{.snr = r}, 2),
                  n, grid::uniform{.stop_at = 0}),
              x) < 1e-11);
}

TEST_CASE("Song et al. 2021: Euler-Maruyama on the VP SDE, beta(t) linear") {
    constexpr int n = 25;
    const auto b = [](double t) { return 0.1 * t + 9.95 * t * t; };
    std::vector<double> x = prior(std::sqrt(-std::expm1(-b(1))));
    for (int i = 0; i < n; ++i) {
        const double t = 1 - 0.9 * i / n, dt = -0.9 / n, beta = 0.1 + 19.9 * t;
        const double alpha = std::exp(-0.5 * b(t)), sigma = std::sqrt(-std::expm1(-b(t)));
        const auto z = normals(static_cast<std::uint32_t>(i));
        for (std::size_t e = 0; e < size; ++e)
            x[e] += (-0.5 * beta * x[e] - beta * grad_log(x[e], alpha, sigma)) * dt +
                    std::sqrt(beta * -dt) * z[e];
    }
    CHECK(
        testing::largest_difference(run(schedule::linear_beta{}, kernel::variance_preserving{},
                                        solver::euler_maruyama{}, n, grid::uniform{.stop_at = 0.1}),
                                    x) < 1e-12);
}

TEST_CASE("Song and Ermon 2019, algorithm 1: annealed Langevin dynamics") {
    const std::vector<double> sigma{10, 4, 1.5, 0.6, 0.2};
    constexpr double epsilon_at_last = 0.2 * 0.2 * 0.2;  // 0.2 of sigma_L^2
    constexpr int T = 7;
    std::vector<double> x = prior(sigma[0]);
    std::uint32_t draw = 0;
    for (const double s : sigma) {
        const double step = epsilon_at_last * s * s / (sigma.back() * sigma.back());
        for (int t = 0; t < T; ++t) {
            const auto z = normals(draw++);
            for (std::size_t e = 0; e < size; ++e)
                x[e] += step / 2 * grad_log(x[e], 1, s) + std::sqrt(step) * z[e];
        }
    }
    // the last step to the clean end takes the denoised estimate (Jolicoeur-Martineau et al. 2021)
    for (double& e : x)
        e += sigma.back() * sigma.back() * grad_log(e, 1, sigma.back());
    CHECK(testing::largest_difference(run(schedule::edm{}, kernel::variance_exploding{},
                                          solver::annealed_langevin{.steps = T, .step = 0.2}, 5,
                                          grid::sigmas({10, 4, 1.5, 0.6, 0.2, 0})),
                                      x) < 1e-12);
}

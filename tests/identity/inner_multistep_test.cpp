// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Multistep methods inside solvers that add noise: by hand, and as runs of their pieces.

#include <diffgen/grid/explicit.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ancestral_of.hpp>
#include <diffgen/solver/names.hpp>
#include <diffgen/solver/pndm.hpp>
#include <diffgen/solver/restart.hpp>

#include "check_refused.hpp"
#include "compare.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

using namespace diffgen;
using namespace diffgen::solver;

namespace {

constexpr std::size_t samples = 5;
constexpr std::uint64_t seed = 31;

/// No Gaussian's, so that no two formulas agree by chance.
double estimate(double x, double sigma) {
    return std::tanh(x / (1 + sigma)) + 0.3 * std::sin(x);
}
const auto network = [](auto in, auto out, const noise_level& l) {
    for (std::size_t i = 0; i < in.size(); ++i)
        out.data[i] = estimate(in.data[i] / l.alpha, l.sigma / l.alpha);
};
std::vector<double> normals(std::uint32_t draw, noise::stream stream = noise::stream::solver) {
    std::vector<double> z(samples);
    for (std::size_t i = 0; i < samples; ++i)
        z[i] = noise::philox{seed}.normal<double>(stream, draw, i);
    return z;
}

}  // namespace

TEST_CASE("ancestral sampling by DPM-Solver++(2M), by hand") {
    const std::vector<double> sigmas{11, 6, 3.5, 1.2, 0.4, 0.1, 0};
    for (const double eta : {0.6, 1.}) {
        std::vector<double> x = normals(0, noise::stream::prior), old(samples);
        for (double& v : x)
            v *= sigmas[0];
        for (std::size_t i = 0; i + 1 < sigmas.size(); ++i) {
            const double from = sigmas[i], to = sigmas[i + 1];
            // the posterior's deviation times eta, and what is left below it
            const double up = eta * to / from * std::sqrt((from - to) * (from + to));
            const double down = std::sqrt(to * to - up * up);
            const std::vector<double> z = normals(static_cast<std::uint32_t>(i));
            for (std::size_t k = 0; k < samples; ++k) {
                const double d = estimate(x[k], from);
                if (to == 0) {
                    x[k] = d;
                    continue;
                }
                // the integral of exp(-(h - t)) (d + slope t), t in -log sigma from the step's
                // start
                const double h = std::log(from / down);
                const double slope = i == 0 ? 0 : (d - old[k]) / std::log(sigmas[i - 1] / from);
                x[k] = down / from * x[k] - std::expm1(-h) * d + (h + std::expm1(-h)) * slope +
                       up * z[k];
                old[k] = d;
            }
        }
        using method = dpm_solver_pp_multistep<2>;
        sampler s{schedule::edm{}, kernel::variance_exploding{}, predicts(denoised{}, network),
                  ancestral_of<method>{.eta = eta, .method = {.start_up = start_up::first_order}}};
        std::vector<double> found(samples);
        s.generate(exec::cpp, batch(found, samples), {.seed = seed, .grid = grid::sigmas{sigmas}});
        CHECK(testing::largest_difference(found, x) < 1e-12);
    }
}

namespace {

/// Times that fall, rise and fall again.
struct two_pieces : grid::times {
    static constexpr bool may_rise = true;
    static constexpr bool restarts = true;
    using grid::times::times;
};

/// Down, up and down again, in one run and in two with the noise between them by hand.
template <class Method>
void check_pieces(const Method& method) {
    const std::vector<double> first{0.9, 0.7, 0.5, 0.3}, second{0.6, 0.45, 0.3, 0.1};
    std::vector<double> both = first;
    both.insert(both.end(), second.begin(), second.end());
    const auto sampler_of = [](const auto& solver) {
        return sampler{schedule::linear_beta{}, kernel::variance_preserving{},
                       predicts(denoised{}, network), solver};
    };
    std::vector<double> whole(samples), x(samples);
    sampler_of(restart<Method>{method})
        .generate(exec::cpp, batch(whole, samples), {.seed = seed, .grid = two_pieces{both}});
    const auto alone = sampler_of(method);
    alone.generate(exec::cpp, batch(x, samples), {.seed = seed, .grid = grid::times{first}});
    const noise_level low = alone.process.level(0.3), high = alone.process.level(0.6);
    const double kept = high.alpha / low.alpha;
    const double added = std::sqrt(high.sigma * high.sigma - kept * kept * low.sigma * low.sigma);
    const std::vector<double> z = normals(0);
    for (std::size_t i = 0; i < samples; ++i)
        x[i] = kept * x[i] + added * z[i];
    alone.generate_from(exec::cpp, batch(x, samples), {.seed = seed, .grid = grid::times{second}});
    CHECK(testing::largest_difference(whole, x) < 1e-12);
}

}  // namespace

TEST_CASE("after a rise a multistep method begins anew") {
    check_pieces(dpm_solver_pp_multistep<2>{});
    check_pieces(dpm_solver_pp_multistep<3>{.start_up = start_up::first_order});
    check_pieces(unipc<2>{});
    check_pieces(deis<3>{});
    check_pieces(ipndm<4>{});
    check_pieces(pndm{});
}

TEST_CASE("the noise of ancestral_of is that of eta alone") {
    check_refused<bad_argument>(
        [] {
            sampler{schedule::edm{}, kernel::variance_exploding{}, predicts(denoised{}, network),
                    ancestral_of<dpm_solver_pp_multistep<2>>{.method = {.tau = 1}}};
        },
        {"diffgen: ancestral_of a method with tau = 1"});
}

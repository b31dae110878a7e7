// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// What an error costs the solvers with error control: for every tolerance the largest error of six
// samples, each by itself, and the mean evaluations, on the problems of
// benchmarks/peers/scipy_rk45.py.

#include <diffgen/exec/policy.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/predictor/gaussian_mixture.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/adaptive.hpp>
#include <diffgen/solver/adaptive_dpm.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <utility>

namespace {

using namespace diffgen;
using mixture = gaussian_mixture<1, 2>;

/// The probability of x_t below x, or above it.
double tail(const mixture& data, const noise_level& l, double x, bool above) {
    double sum = 0;
    for (std::size_t k = 0; k < 2; ++k) {
        const double variance = l.alpha * l.alpha * data.variances[k][0] + l.sigma * l.sigma;
        const double distance = x - l.alpha * data.means[k][0];
        sum += 0.5 * data.weights[k] *
               std::erfc((above ? distance : -distance) / std::sqrt(2 * variance));
    }
    return sum;
}

/// Where the probability flow leads x, which keeps quantiles.
double flow(const mixture& data, const noise_level& from, const noise_level& to, double x) {
    const bool above = tail(data, from, x, true) < tail(data, from, x, false);
    const double quantile = tail(data, from, x, above);
    double low = -20, high = 20;
    for (double mid = 0; mid > low && mid < high; mid = low + 0.5 * (high - low))
        ((tail(data, to, mid, above) < quantile) != above ? low : high) = mid;
    return low;
}

template <class Schedule, class Kernel, class Solver>
void print(const char* name, const char* process, const Schedule& schedule, const Kernel& kernel,
           const mixture& data, Solver solver, int tightest) {
    for (int digits = 2; digits <= tightest; ++digits) {
        const double tolerance = std::pow(10, -digits);
        solver.within = {tolerance, tolerance};
        sampler s{schedule, kernel, exact(data), solver};
        const noise_level first = s.process.level(s.process.t_max());
        double error = 0, evaluations = 0;
        for (const double z : {-1.7, -0.9, -0.2, 0.1, 0.6, 1.4}) {
            double x = first.sigma * z;
            const double expected = flow(data, first, s.process.clean(), x);
            evaluations += s.generate_from(exec::cpp, first.t, batch(&x, 1, 1)).evaluations;
            error = std::max(error, std::abs(x - expected));
        }
        std::printf("%-24s %-24s %6.0e error %8.2e evaluations %7.1f\n", name, process, tolerance,
                    error, evaluations / 6);
    }
}

template <class Solver>
void print_all(const char* name, Solver solver, int tightest) {
    const mixture normal{{0.5, 0.5}, {{{0.3}, {0.3}}}, {{{0.25}, {0.25}}}};
    const mixture modes{{0.4, 0.6}, {{{-0.8}, {0.9}}}, {{{0.3}, {0.2}}}};
    const auto both = [&](const char* data, const char* process, const auto& schedule,
                          const auto& kernel, const mixture& m) {
        char text[64];
        std::snprintf(text, sizeof text, "%s %s", data, process);
        print(name, text, schedule, kernel, m, solver, tightest);
    };
    const kernel::variance_preserving preserving;
    const kernel::variance_exploding exploding;
    for (const auto& [data, m] : {std::pair{"normal", normal}, std::pair{"modes", modes}}) {
        both(data, "preserving", schedule::linear_beta{}, preserving, m);
        for (const double sigma_max : {80., 1e4})
            both(data, sigma_max < 100 ? "exploding to 80" : "exploding to 1e4",
                 schedule::edm{.sigma_min = 1e-5, .sigma_max = sigma_max}, exploding, m);
    }
}

}  // namespace

int main() {
    print_all("adaptive_dormand_prince", solver::adaptive_dormand_prince{}, 8);
    print_all("adaptive_bogacki_shampine", solver::adaptive_bogacki_shampine{}, 6);
    print_all("adaptive_dpm<3>", solver::adaptive_dpm<3>{}, 6);
}

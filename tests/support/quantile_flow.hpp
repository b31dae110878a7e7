// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The probability flow of a mixture in one dimension, known without any solver: it keeps quantiles,
// x_t = F_t^-1(F_s(x_s)), F the marginal distribution function.

#include <diffgen/exec/policy.hpp>
#include <diffgen/grid/uniform.hpp>
#include <diffgen/predictor/gaussian_mixture.hpp>
#include <diffgen/sampler.hpp>

#include "compare.hpp"
#include "mixture_as.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace testing {

using namespace diffgen;

inline const gaussian_mixture<1, 2> two_humps{{0.4, 0.6}, {{{-0.8}, {0.9}}}, {{{0.3}, {0.2}}}};

/// The distribution function of x_t for x_0 from `two_humps`, from the nearer tail.
inline double distribution(const noise_level& l, double x) {
    double sum = 0;
    for (std::size_t k = 0; k < 2; ++k) {
        const double deviation =
            std::sqrt(l.alpha * l.alpha * two_humps.variances[k][0] + l.sigma * l.sigma);
        sum += 0.5 * two_humps.weights[k] *
               std::erfc((l.alpha * two_humps.means[k][0] - x) / (deviation * std::sqrt(2.)));
    }
    return sum;
}

/// The probability flow from level s to level t.
inline double flow_map(const noise_level& s, const noise_level& t, double x) {
    const double quantile = distribution(s, x);
    double low = -100, high = 100;
    for (double mid = 0.5 * (low + high); mid > low && mid < high; mid = 0.5 * (low + high))
        (distribution(t, mid) < quantile ? low : high) = mid;
    return low;
}

struct interval {
    double from, to;  ///< times
    int steps;        ///< coarsest number of steps
};

/// Largest error of the run with n steps over a few starting points.
template <class Sampler>
double error(Sampler& s, const interval& time, int n) {
    const noise_level from = s.process.level(time.from), to = s.process.level(time.to);
    const double deviation = std::sqrt(from.alpha * from.alpha + from.sigma * from.sigma);
    std::vector<double> x, expected;
    for (const double z : {-1.7, -0.9, -0.2, 0.1, 0.6, 1.4}) {
        x.push_back(deviation * z);
        expected.push_back(flow_map(from, to, x.back()));
    }
    s.generate_from(exec::cpp, time.from, batch(x, x.size()),
                    {.steps = n, .grid = grid::uniform{.stop_at = time.to}});
    return largest_difference(x, expected);
}

/// |measured - claimed| <= 0.1 over three doublings of the steps.
template <class Schedule, class Kernel, class Output, class Solver>
void check_order(Schedule schedule, Kernel kernel, Output output, Solver solver,
                 const interval& time, int order) {
    sampler s{schedule, kernel, batched_predictor(output, two_humps), solver};
    // first-order methods reach their asymptotic range later
    const int n = order == 1 ? 16 * time.steps : time.steps;
    double before = error(s, time, n);
    for (int doubling = 1; doubling <= 3; ++doubling) {
        const double now = error(s, time, n << doubling);
        CAPTURE(Output::name);
        CAPTURE(order);
        CAPTURE(now);
        CAPTURE(n << doubling);
        const double measured = std::log2(before / now);
        CHECK(std::fabs(measured - order) <= 0.1);
        before = now;
    }
}

}  // namespace testing

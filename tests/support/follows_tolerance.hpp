// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whether the error of a solver that controls its steps follows its tolerance, against the exact
// probability flow of a mixture.

#include <diffgen/exec/policy.hpp>
#include <diffgen/grid/explicit.hpp>
#include <diffgen/kernel/linear_interpolant.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/geometric.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/schedule/rectified.hpp>

#include "quantile_flow.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace testing {

using namespace diffgen;

struct outcome {
    double error;     ///< the largest of a few samples
    int evaluations;  ///< of the network
};

template <class Solver, class Schedule, class Kernel>
outcome outcome_of(const Solver& solver, Schedule schedule, Kernel kernel, double from, double to) {
    sampler s{schedule, kernel, samplewise_predictor(epsilon{}, two_humps), solver};
    const noise_level first = s.process.level(from), last = s.process.level(to);
    const double deviation = std::sqrt(first.alpha * first.alpha + first.sigma * first.sigma);
    std::vector<double> x, expected;
    for (const double z : {-1.7, -0.9, -0.2, 0.1, 0.6, 1.4}) {
        x.push_back(deviation * z);
        expected.push_back(flow_map(first, last, x.back()));
    }
    const run_summary done = s.generate_from(exec::cpp, from, batch(x, x.size()),
                                             {.grid = grid::times{{from, (from + to) / 2, to}}});
    outcome o{0, done.evaluations};
    for (std::size_t i = 0; i < x.size(); ++i)
        o.error = std::max(o.error, std::abs(x[i] - expected[i]));
    return o;
}

/// The error follows the tolerance, and the work grows as the method's order lets it: a tolerance
/// smaller by 1e3 takes at most 1e3^(1/k) times the steps, k the order of the estimated local
/// error.
template <class Solver, class Schedule, class Kernel>
void check_follows(Schedule schedule, Kernel kernel, double from, double to, double k) {
    const auto at = [&](double tolerance) {
        return outcome_of(Solver{.within = {tolerance, tolerance}}, schedule, kernel, from, to);
    };
    const outcome rough = at(1e-6), fine = at(1e-9);
    CAPTURE(rough.error);
    CAPTURE(rough.evaluations);
    CAPTURE(fine.error);
    CAPTURE(fine.evaluations);
    CHECK(rough.error < 50e-6);
    CHECK(fine.error < 50e-9);
    CHECK(fine.error < rough.error / 100);
    const double growth =
        std::log(static_cast<double>(fine.evaluations) / rough.evaluations) / std::log(1e3);
    CHECK(growth < 1 / k + 0.02);
}

/// Over three kernels.
template <class Solver>
void check_follows_on_kernels(double k) {
    check_follows<Solver>(schedule::linear_beta{}, kernel::variance_preserving{}, 0.9, 0.05, k);
    check_follows<Solver>(schedule::geometric{}, kernel::variance_exploding{}, 0.9, 0.2, k);
    check_follows<Solver>(schedule::rectified{}, kernel::linear_interpolant{}, 0.9, 0.05, k);
}

}  // namespace testing

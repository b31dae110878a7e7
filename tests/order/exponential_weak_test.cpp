// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Weak orders of the exponential integrators with noise, on Gaussian data and without a sample: the
// moments of a run against those of the reverse SDE of the same tau.
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/process/process.hpp>
#include <diffgen/schedule/geometric.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/names.hpp>

#include "gaussian_reverse.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace diffgen;
using namespace diffgen::solver;

namespace {

template <class Schedule, class Kernel>
void check_solvers(Schedule schedule, Kernel kernel, double from, double to) {
    const process typed(schedule, kernel);
    const process_view p = process_view(typed).until(from);
    const auto check = [&](const auto& s, int order, bool at_least, const std::string& name) {
        CAPTURE(name);
        CAPTURE(s.tau);
        // along the reverse SDE, tau = 1, the denoised estimate is a martingale: its mean is
        // constant, and right is every polynomial through it
        const bool exact_mean = !at_least && s.tau == 1;
        testing::check_weak_order(
            p, to, s, s.tau, 4096, 2,
            {exact_mean ? testing::weak_orders::exact : order, order, at_least});
    };
    for (const double tau : {0.5, 1.}) {
        check(exponential_multistep<1>{.tau = tau}, 1, false, "order 1");
        check(exponential_multistep<2>{.tau = tau}, 2, false, "order 2");
        check(exponential_multistep<3>{.tau = tau}, 2, true, "order 3");
        check(sa_solver<2, 2>{.tau = tau}, 2, true, "predictor 2, corrector 2");
        check(exponential_multistep<1, 0, basis::noise>{.tau = tau}, 1, true, "noise, order 1");
        check(exponential_multistep<2, 0, basis::noise>{.tau = tau}, 2, true, "noise, order 2");
    }
}

}  // namespace

TEST_CASE("on the variance-preserving kernel") {
    check_solvers(schedule::linear_beta{}, kernel::variance_preserving{}, 0.7, 0.1);
}

TEST_CASE("on the variance-exploding kernel") {
    check_solvers(schedule::geometric{.sigma_min = 0.1, .sigma_max = 5},
                  kernel::variance_exploding{}, 0.9, 0.2);
}

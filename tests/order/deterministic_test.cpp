// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Orders of the deterministic solvers, for every kernel and three predictions, on a mixture in one
// dimension. There the probability flow keeps quantiles: x_t = F_t^-1(F_s(x_s)), F the marginal
// distribution function, which gives its solution without any solver.
#include <diffgen/exec/policy.hpp>
#include <diffgen/kernel/linear_interpolant.hpp>
#include <diffgen/kernel/sub_variance_preserving.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/geometric.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/schedule/rectified.hpp>
#include <diffgen/schedule/sub_vp.hpp>
#include <diffgen/solver/ddim.hpp>
#include <diffgen/solver/runge_kutta.hpp>

#include "quantile_flow.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace diffgen;

namespace {

using testing::check_order;
using testing::two_humps;

template <class Output, class Schedule, class Kernel>
void check_solvers(Schedule schedule, Kernel kernel, const testing::interval& time) {
    using namespace solver;
    const auto check = [&](auto s, int order) {
        check_order(schedule, kernel, Output{}, s, time, order);
    };
    check(ddim{}, 1);
    check(euler{}, 1);
    check(probability_flow_euler{}, 1);
    check(heun{}, 2);
    check(runge_kutta<tableau::heun, in_time>{}, 2);
    check(rk4{}, 4);
    check(runge_kutta<tableau::rk4, in_time>{}, 4);
}

template <class Schedule, class Kernel>
void check_predictions(Schedule schedule, Kernel kernel, const testing::interval& time) {
    check_solvers<epsilon>(schedule, kernel, time);
    check_solvers<denoised>(schedule, kernel, time);
    check_solvers<velocity>(schedule, kernel, time);
}

}  // namespace

TEST_CASE("the quantile map is the flow: its derivative is f x - g^2 score / 2") {
    const process p(schedule::linear_beta{}, kernel::variance_preserving{});
    const double t = 0.4, h = 1e-3, x = 0.37;
    const noise_level here = p.level(t);
    const double slope =
        (testing::flow_map(here, p.level(t + h), x) - testing::flow_map(here, p.level(t - h), x)) /
        (2 * h);
    const double denoised = two_humps.bind(cast_level<double>(here))(std::array{x})[0];
    const double score = (here.alpha * denoised - x) / (here.sigma * here.sigma);
    CHECK(std::fabs(slope - (p.drift(t) * x - 0.5 * p.diffusion_squared(t) * score)) <
          1e-5);  // h^2
}

TEST_CASE("orders on the variance-preserving kernel") {
    check_predictions(schedule::linear_beta{}, kernel::variance_preserving{}, {0.5, 0.1, 32});
}

TEST_CASE("orders on the variance-exploding kernel") {
    check_predictions(schedule::geometric{.sigma_min = 0.1, .sigma_max = 5},
                      kernel::variance_exploding{}, {0.9, 0.2, 32});
}

TEST_CASE("orders on the sub-variance-preserving kernel") {
    check_predictions(schedule::sub_vp{schedule::linear_beta{}}, kernel::sub_variance_preserving{},
                      {0.5, 0.15, 32});
}

TEST_CASE("orders on the linear interpolant") {
    check_predictions(schedule::rectified{}, kernel::linear_interpolant{}, {0.7, 0.2, 32});
}

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Global orders of the exponential integrators and of the linear multistep methods, with the
// start-up of matching order, against the quantile map of a mixture.
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/schedule/geometric.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/exponential_single.hpp>
#include <diffgen/solver/names.hpp>

#include "quantile_flow.hpp"

#include <doctest/doctest.h>

using namespace diffgen;
using namespace diffgen::solver;

namespace {

template <class Schedule, class Kernel>
void check_all(Schedule schedule, Kernel kernel, const testing::interval& time) {
    const auto check = [&](auto s, int order) {
        testing::check_order(schedule, kernel, epsilon{}, s, time, order);
    };
    check(dpm_solver_pp_singlestep<1>{}, 1);
    check(dpm_solver_pp_singlestep<2>{}, 2);
    check(dpm_solver_pp_singlestep<3>{}, 3);
    check(dpm_solver_singlestep<2>{}, 2);
    check(dpm_solver_singlestep<3>{}, 3);
    check(dpm_solver_pp_multistep<1>{}, 1);
    check(dpm_solver_pp_multistep<2>{}, 2);
    check(dpm_solver_pp_multistep<3>{}, 3);
    check(dpm_solver_multistep<2>{}, 2);
    check(dpm_solver_multistep<3>{}, 3);
    check(lms<2>{}, 2);
    check(lms<3>{}, 3);
    check(lms<4>{}, 4);
    check(dpm_solver_pp_multistep<4>{}, 4);
    check(exponential_multistep<1, 2>{}, 2);
    check(unipc<2>{}, 3);
    check(unipc<3>{}, 4);
}

}  // namespace

TEST_CASE("variance preserving") {
    check_all(schedule::linear_beta{}, kernel::variance_preserving{}, {0.8, 0.2, 128});
}

TEST_CASE("variance exploding") {
    check_all(schedule::geometric{.sigma_min = 0.1, .sigma_max = 5}, kernel::variance_exploding{},
              {0.9, 0.2, 128});
}

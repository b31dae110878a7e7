// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Samples at times of their own, with solvers that remember, evaluate twice and draw: each is
// computed as if it were alone.

#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/names.hpp>
#include <diffgen/solver/runge_kutta.hpp>

#include "own_times.hpp"

#include <doctest/doctest.h>

using namespace diffgen;
using testing::check_solver;

TEST_CASE_TEMPLATE("a sample at a time of its own is computed as if alone", T, float, double) {
    check_solver<T>(solver::ancestral{});
    check_solver<T>(solver::heun{});
    check_solver<T>(solver::dpm_solver_pp_multistep<3>{.tau = 0.5});
}

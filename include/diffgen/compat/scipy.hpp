// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The step control of SciPy 1.17's solve_ivp with RK45, which likelihoods of score_sde are
// integrated with.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/density/adaptive_steps.hpp>
#include <diffgen/solver/runge_kutta.hpp>

#include <algorithm>
#include <limits>

namespace diffgen::inline DIFFGEN_ABI::compat::scipy {

/// Dormand and Prince in the schedule's time, with local extrapolation; all samples share the
/// steps, by the root mean square over samples and integrals; an elementary controller with safety
/// 0.9 and factors from 0.2 to 10; tolerances relative to at least 100 roundings.
[[nodiscard]] inline auto rk45(double rtol = 1e-3, double atol = 1e-6) {
    density::adaptive_steps<solver::tableau::dormand_prince, solver::in_time> steps;
    steps.absolute = atol;
    steps.relative = std::max(rtol, 100 * std::numeric_limits<double>::epsilon());
    steps.together = true;
    steps.controller = {.proportional = 0, .integral = 1, .safety = 0.9, .least = 0.2, .most = 10};
    return steps;
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::scipy

#include <diffgen/core/with_macros.hpp>

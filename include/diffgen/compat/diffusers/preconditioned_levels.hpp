// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The grids of EDMDPMSolverMultistepScheduler and CosineDPMSolverMultistepScheduler of diffusers.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/at_levels.hpp>
#include <diffgen/compat/diffusers/config.hpp>
#include <diffgen/compat/diffusers/config_kernel.hpp>
#include <diffgen/compat/diffusers/sigmas.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// The levels of EDMDPMSolverMultistepScheduler and CosineDPMSolverMultistepScheduler; what stands
/// for the timestep is the network's own function of sigma.
[[nodiscard]] inline at_levels preconditioned_levels(const config& c, int n) {
    diffgen::detail::require(n >= 1, "a run of ", n, " steps; it needs at least 1");
    const config_kernel kernel(c);
    const double high = c.sigma_max.value(), low = c.sigma_min.value();
    const bool edm = c.scheduler == scheduler::edm_dpm_solver_multistep;
    at_levels out;
    for (const double s : c.sigma_schedule == sigma_schedule::karras
                              ? karras_sigmas(high, low, n, c.rho)
                              : exponential_sigmas(n > 1 ? high : low, low, n))
        out.values.push_back(
            kernel.of_sigma(s, edm ? 0.25 * std::log(s) : std::atan(s) / 3.141592653589793 * 2));
    out.values.push_back(kernel.of_sigma(final_sigma(c, low), 0));
    return out;
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>

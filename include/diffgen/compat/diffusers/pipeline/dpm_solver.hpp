// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Samplers for configurations of DPMSolverMultistepScheduler, DPMSolverSinglestepScheduler,
// EDMDPMSolverMultistepScheduler and CosineDPMSolverMultistepScheduler.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/dpm_multistep.hpp>
#include <diffgen/compat/diffusers/dpm_singlestep.hpp>
#include <diffgen/compat/diffusers/pipeline/lambda.hpp>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// See with_scheduler.
template <class Net, class Use, class Noise = noise::philox>
auto with_dpm_solver(const config& c, const arguments& a, Net net, Use&& use, Noise noise = {}) {
    const detail::composer compose{c, a, use, noise};
    const auto solved = [&](auto solver) {
        return detail::compose_lambda(compose, c, a, net, solver, solver.noise_prediction(),
                                      c.thresholding);
    };
    const bool singlestep = c.scheduler == scheduler::dpm_solver_singlestep;
    if (singlestep || c.scheduler == scheduler::dpm_solver_multistep)
        a.allow(c.scheduler, {"timesteps", "mu", "image_seq_len"});
    else if (preconditions(c))
        a.allow(c.scheduler, {});
    else
        detail::refuse_class(c, "DPM-Solver");
    return singlestep ? solved(dpm_singlestep(c)) : solved(dpm_multistep(c));
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>

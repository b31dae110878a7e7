// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where image-to-image begins: the 'strength' of a pipeline as the call at which its run starts.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/config.hpp>
#include <diffgen/compat/diffusers/config_checks.hpp>
#include <diffgen/compat/diffusers/pipeline/arguments.hpp>
#include <diffgen/core/lanes/scalar.hpp>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers::detail {

/// How many calls of step() make a step of the method (the classes' `order`).
[[nodiscard]] inline int calls_a_step(scheduler s) {
    const bool two = s == scheduler::heun_discrete || s == scheduler::flow_match_heun_discrete ||
                     s == scheduler::kdpm2_discrete || s == scheduler::kdpm2_ancestral_discrete;
    return two ? 2 : 1;
}

/// The first of `calls` calls of a run of strength a.strength: the steps before it are left out.
/// LCM and TCD take the strength for the placement of their timesteps instead, and begin at 0.
/// Pipelines of flows round the steps that are left out, all others the steps that are done.
/// Throws bad_argument where the strength lies outside 0 to 1, and where it leaves no step.
[[nodiscard]] inline int first_call(const config& c, const arguments& a, int calls) {
    if (!a.strength) return 0;
    const double strength = *a.strength;
    require_range(strength > 0 && strength <= 1, "strength", strength, "above 0 and at most 1");
    if (c.scheduler == scheduler::lcm || c.scheduler == scheduler::tcd) return 0;
    const int order = calls_a_step(c.scheduler);
    const bool listed = !a.timesteps.empty() || !a.sigmas.empty();
    const int n = listed ? (calls + order - 1) / order : a.steps();
    const double done = product(static_cast<double>(n), strength);
    const int left_out =
        is_flow_match(c.scheduler) ? static_cast<int>(n - done) : n - static_cast<int>(done);
    if (left_out >= n)
        throw bad_argument(diffgen::detail::text("diffgen: 'strength' = ", strength, " of ", n,
                                                 " 'num_inference_steps' leaves none"));
    return left_out * order;
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers::detail

#include <diffgen/core/with_macros.hpp>

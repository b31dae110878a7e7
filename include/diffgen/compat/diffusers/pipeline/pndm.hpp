// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Samplers for configurations of PNDMScheduler and IPNDMScheduler.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/ipndm.hpp>
#include <diffgen/compat/diffusers/pipeline/compose.hpp>
#include <diffgen/compat/diffusers/pndm.hpp>
#include <diffgen/compat/diffusers/schedule.hpp>
#include <diffgen/kernel/variance_preserving.hpp>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// See with_scheduler.
template <class Net, class Use, class Noise = noise::philox>
auto with_pndm(const config& c, const arguments& a, Net net, Use&& use, Noise noise = {}) {
    a.allow(c.scheduler, {});
    const detail::composer compose{c, a, use, noise};
    const kernel::variance_preserving kernel;
    if (c.scheduler == scheduler::ipndm)
        return compose(quarter_circle{}, kernel, predicts(velocity{}, net), ipndm{},
                       ipndm_times(c, a.steps()));
    if (c.scheduler != scheduler::pndm) detail::refuse_class(c, "PNDM");
    const pndm solver(c, a.steps());
    return compose(noise_schedule(c), kernel, predicts(solver.output, net), solver,
                   at_timesteps(pndm_timesteps(c, a.steps())));
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>

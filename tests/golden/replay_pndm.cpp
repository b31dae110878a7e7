// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Replays of the pseudo numerical methods of diffusers.

#include <diffgen/compat/diffusers/ipndm.hpp>
#include <diffgen/compat/diffusers/pndm.hpp>
#include <diffgen/compat/diffusers/schedule.hpp>
#include <diffgen/kernel/variance_preserving.hpp>

#include "diffusers.hpp"

namespace golden {

double replay_pndm(const json& file) {
    diffusers_replay r(file);
    r.allow({});
    const diffgen::kernel::variance_preserving kernel;
    if (r.config.scheduler == diffusers::scheduler::ipndm)
        return r.with(diffusers::quarter_circle{}, kernel,
                      diffgen::predicts(diffgen::velocity{}, r.net()), diffusers::ipndm{},
                      diffusers::ipndm_times(r.config, r.steps));
    const diffusers::pndm solver(r.config, r.steps);
    return r.with(diffusers::noise_schedule(r.config), kernel,
                  diffgen::predicts(solver.output, r.net()), solver,
                  diffusers::at_timesteps(diffusers::pndm_timesteps(r.config, r.steps)));
}

}  // namespace golden

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Replays of the pseudo numerical methods of diffusers.

#include <diffgen/compat/diffusers/ipndm.hpp>
#include <diffgen/compat/diffusers/pndm.hpp>

#include "diffusers.hpp"

namespace golden {

double replay_pndm(diffusers_replay& r) {
    const network net{&r.timesteps};
    if (r.config.scheduler == diffusers::scheduler::ipndm)
        return r.on(diffusers::quarter_circle{}, diffgen::kernel::variance_preserving{},
                    diffgen::predicts(diffgen::velocity{}, net), diffusers::ipndm{},
                    diffusers::ipndm_times(r.config, r.steps));
    const diffusers::pndm solver(r.config, r.steps);
    return r.with(diffgen::predicts(solver.output, net), solver,
                  diffusers::at_timesteps(diffusers::pndm_timesteps(r.config, r.steps)));
}

}  // namespace golden

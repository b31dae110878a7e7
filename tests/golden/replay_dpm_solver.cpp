// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Replays of DPM-Solver in diffusers.

#include <diffgen/compat/diffusers/pipeline/dpm_solver.hpp>

#include "diffusers.hpp"

namespace golden {

double replay_dpm_solver(diffusers_replay r) {
    if (r.config.scheduler == diffusers::scheduler::cosine_dpm_solver_multistep &&
        r.file.get<table>("noise", {}).empty())
        throw diffgen::compat::unsupported(
            "a file without the noise that its samples have in them");
    return diffusers::with_dpm_solver(r.config, r.arguments, r.net(), r, r.noise.source());
}

}  // namespace golden

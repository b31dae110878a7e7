// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Replays of DPM-Solver as in diffusers.

#include <diffgen/compat/diffusers/dpm_multistep.hpp>
#include <diffgen/compat/diffusers/dpm_singlestep.hpp>

#include "lambda.hpp"

namespace golden {

double replay_dpm_solver(const json& file) {
    lambda_replay r(file);
    if (r.config.scheduler == diffusers::scheduler::dpm_solver_singlestep) {
        r.allow({"timesteps", "mu"});
        const diffusers::dpm_singlestep solver(r.config);
        return r.lambda(solver, solver.noise_prediction(), r.config.thresholding);
    }
    if (r.config.scheduler == diffusers::scheduler::dpm_solver_multistep)
        r.allow({"timesteps", "mu"});
    else
        r.allow({});
    if (r.config.scheduler == diffusers::scheduler::cosine_dpm_solver_multistep &&
        file.get<table>("noise", {}).empty())
        throw diffgen::compat::unsupported(
            "a file without the noise that its samples have in them");
    const diffusers::dpm_multistep solver(r.config);
    return r.lambda(solver, solver.noise_prediction(), r.config.thresholding);
}

}  // namespace golden

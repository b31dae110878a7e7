// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Replays of UniPC, DEIS and SA-Solver as in diffusers.

#include <diffgen/compat/diffusers/deis.hpp>
#include <diffgen/compat/diffusers/sa_solver.hpp>
#include <diffgen/compat/diffusers/unipc.hpp>

#include "lambda.hpp"

namespace golden {

double replay_adams(const json& file) {
    lambda_replay r(file);
    if (r.config.scheduler == diffusers::scheduler::deis_multistep) {
        r.allow({"mu"});
        return r.lambda(diffusers::deis(r.config), false, r.config.thresholding);
    }
    if (r.config.scheduler == diffusers::scheduler::sa_solver) {
        r.allow({});
        const diffusers::sa_solver solver(r.config);
        return r.lambda(solver, solver.noise_prediction(), r.config.thresholding);
    }
    r.allow({"sigmas", "mu"});
    const diffusers::unipc solver(r.config);
    // diffusers thresholds estimates of x_0 only
    return r.lambda(solver, solver.noise_prediction(),
                    r.config.thresholding && r.config.predict_x0);
}

}  // namespace golden

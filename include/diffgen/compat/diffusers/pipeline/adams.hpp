// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Samplers for configurations of DEISMultistepScheduler, SASolverScheduler and
// UniPCMultistepScheduler.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/deis.hpp>
#include <diffgen/compat/diffusers/pipeline/lambda.hpp>
#include <diffgen/compat/diffusers/sa_solver.hpp>
#include <diffgen/compat/diffusers/unipc.hpp>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// See with_scheduler.
template <class Net, class Use, class Noise = noise::philox>
auto with_adams(const config& c, const arguments& a, Net net, Use&& use, Noise noise = {}) {
    const detail::composer compose{c, a, use, noise};
    if (c.scheduler == scheduler::deis_multistep) {
        a.allow(c.scheduler, {"mu", "image_seq_len"});
        return detail::compose_lambda(compose, c, a, net, deis(c), false, c.thresholding);
    }
    if (c.scheduler == scheduler::sa_solver) {
        a.allow(c.scheduler, {});
        const sa_solver solver(c);
        return detail::compose_lambda(compose, c, a, net, solver, solver.noise_prediction(),
                                      c.thresholding);
    }
    if (c.scheduler != scheduler::unipc_multistep)
        detail::refuse_class(c, "DEIS, SA-Solver and UniPC");
    a.allow(c.scheduler, {"sigmas", "mu", "image_seq_len"});
    const unipc solver(c);
    return detail::compose_lambda(compose, c, a, net, solver, solver.noise_prediction(),
                                  c.thresholding && c.predict_x0);  // estimates only
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>

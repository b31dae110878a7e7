// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Replays of DPM-Solver in diffusers.

#include <diffgen/compat/diffusers/pipeline/dpm_solver.hpp>
#include <diffgen/compat/torch/brownian_tree.hpp>

#include "diffusers.hpp"

namespace golden {
namespace {

/// The seed of the torch generator of all files: their recorded normals begin with what
/// torch.randn makes of it.
constexpr std::uint64_t seed = 1234;

/// CosineDPMSolverMultistepScheduler has its noise from a Brownian path of the generator's seed,
/// not from the generator, so that its files list none.
recorded_noise brownian(const diffusers_replay& r) {
    const auto levels = diffusers::preconditioned_levels(r.config, r.arguments.steps()).values;
    numbers sigmas;
    for (const auto& level : levels)
        sigmas.push_back(level.sigma);
    const std::size_t elements = r.file.get<numbers>("initial").size();
    return {diffgen::compat::torch::brownian_noise(sigmas, *r.config.sigma_min, *r.config.sigma_max,
                                                   seed, elements),
            elements};
}

}  // namespace

double replay_dpm_solver(diffusers_replay r) {
    if (r.config.scheduler == diffusers::scheduler::cosine_dpm_solver_multistep &&
        r.file.get<table>("noise", {}).empty())
        r.noise = brownian(r);
    return diffusers::with_dpm_solver(r.config, r.arguments, r.net(), r, r.noise.source());
}

}  // namespace golden

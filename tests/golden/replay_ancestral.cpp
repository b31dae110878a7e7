// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Replays of DDPM, DDIM and UnCLIP in diffusers.

#include <diffgen/compat/diffusers/pipeline/ancestral.hpp>

#include "diffusers.hpp"

namespace golden {

double replay_ancestral(diffusers_replay r) {
    return diffusers::with_ancestral(r.config, r.arguments, r.net(), r, r.noise.source());
}

}  // namespace golden

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Replays of the pseudo numerical methods in diffusers.

#include <diffgen/compat/diffusers/pipeline/pndm.hpp>

#include "diffusers.hpp"

namespace golden {

double replay_pndm(diffusers_replay r) {
    return diffusers::with_pndm(r.config, r.arguments, r.net(), r, r.noise.source());
}

}  // namespace golden

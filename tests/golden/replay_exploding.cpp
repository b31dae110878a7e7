// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Replays of the schedulers that step through sigmas in diffusers.

#include <diffgen/compat/diffusers/pipeline/exploding.hpp>

#include "diffusers.hpp"

namespace golden {

double replay_exploding(diffusers_replay r) {
    return diffusers::with_exploding(r.config, r.arguments, r.net(), r, r.noise.source());
}

}  // namespace golden

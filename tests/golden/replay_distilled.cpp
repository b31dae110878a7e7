// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Replays of the samplers of distilled and consistency models in diffusers.

#include <diffgen/compat/diffusers/pipeline/distilled.hpp>

#include "diffusers.hpp"

namespace golden {

double replay_distilled(diffusers_replay r) {
    return diffusers::with_distilled(r.config, r.arguments, r.net(), r, r.noise.source());
}

}  // namespace golden

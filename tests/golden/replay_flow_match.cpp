// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Replays of flow matching in diffusers.

#include <diffgen/compat/diffusers/pipeline/flow_match.hpp>

#include "diffusers.hpp"

namespace golden {

double replay_flow_match(diffusers_replay r) {
    return diffusers::with_flow_match(r.config, r.arguments, r.net(), r, r.noise.source());
}

}  // namespace golden

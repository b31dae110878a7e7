// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Replays of DEIS, SA-Solver and UniPC in diffusers.

#include <diffgen/compat/diffusers/pipeline/adams.hpp>

#include "diffusers.hpp"

namespace golden {

double replay_adams(diffusers_replay r) {
    return diffusers::with_adams(r.config, r.arguments, r.net(), r, r.noise.source());
}

}  // namespace golden

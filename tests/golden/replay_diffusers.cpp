// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Replays of diffusers: which family a file is of.

#include <diffgen/compat/diffusers/pipeline/family.hpp>

#include "diffusers.hpp"

namespace golden {

double replay_diffusers(const json& file) {
    const diffusers_replay r(file);
    using diffusers::family;
    switch (diffusers::family_of(r.config.scheduler)) {
        case family::adams:
            return replay_adams(r);
        case family::ancestral:
            return replay_ancestral(r);
        case family::distilled:
            return replay_distilled(r);
        case family::dpm_solver:
            return replay_dpm_solver(r);
        case family::flow_match:
            return replay_flow_match(r);
        case family::pndm:
            return replay_pndm(r);
        case family::exploding:
            break;
    }
    return replay_exploding(r);
}

}  // namespace golden

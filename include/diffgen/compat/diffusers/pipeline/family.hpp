// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The families of diffusers schedulers that have a header each in pipeline/.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/names.hpp>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

enum class family { adams, ancestral, distilled, dpm_solver, exploding, flow_match, pndm };

[[nodiscard]] inline family family_of(scheduler s) {
    switch (s) {
        case scheduler::deis_multistep:
        case scheduler::sa_solver:
        case scheduler::unipc_multistep:
            return family::adams;
        case scheduler::cog_video_x_ddim:
        case scheduler::ddim:
        case scheduler::ddim_inverse:
        case scheduler::ddpm:
        case scheduler::unclip:
            return family::ancestral;
        case scheduler::cm_stochastic_iterative:
        case scheduler::lcm:
        case scheduler::tcd:
            return family::distilled;
        case scheduler::cosine_dpm_solver_multistep:
        case scheduler::dpm_solver_multistep:
        case scheduler::dpm_solver_singlestep:
        case scheduler::edm_dpm_solver_multistep:
            return family::dpm_solver;
        case scheduler::flow_match_euler_discrete:
        case scheduler::flow_match_heun_discrete:
        case scheduler::flow_match_lcm:
        case scheduler::ltx_euler_ancestral_rf:
            return family::flow_match;
        case scheduler::ipndm:
        case scheduler::pndm:
            return family::pndm;
        case scheduler::edm_euler:
        case scheduler::euler_ancestral_discrete:
        case scheduler::euler_discrete:
        case scheduler::heun_discrete:
        case scheduler::kdpm2_ancestral_discrete:
        case scheduler::kdpm2_discrete:
        case scheduler::lms_discrete:
            break;
    }
    return family::exploding;
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Samplers for a scheduler_config.json of diffusers: from the class that it names, at run time, to
// a composition that was compiled. The headers in pipeline/ have a family of classes each, for
// programs that need no more.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/pipeline/adams.hpp>
#include <diffgen/compat/diffusers/pipeline/ancestral.hpp>
#include <diffgen/compat/diffusers/pipeline/distilled.hpp>
#include <diffgen/compat/diffusers/pipeline/dpm_solver.hpp>
#include <diffgen/compat/diffusers/pipeline/exploding.hpp>
#include <diffgen/compat/diffusers/pipeline/family.hpp>
#include <diffgen/compat/diffusers/pipeline/flow_match.hpp>
#include <diffgen/compat/diffusers/pipeline/generate.hpp>
#include <diffgen/compat/diffusers/pipeline/pndm.hpp>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// Returns use(sampler, options, initial_sigma) for the sampler of a configuration and the
/// arguments of a call. The options have the grid; the state begins with the deviation
/// initial_sigma, see start_time. net: as predicts() takes it; the time it sees is the timestep.
/// Throws compat::unsupported, bad_argument; both name the key.
template <class Net, class Use, class Noise = noise::philox>
auto with_scheduler(const config& c, const arguments& a, Net net, Use&& use, Noise noise = {}) {
    switch (family_of(c.scheduler)) {
        case family::adams:
            return with_adams(c, a, net, use, noise);
        case family::ancestral:
            return with_ancestral(c, a, net, use, noise);
        case family::distilled:
            return with_distilled(c, a, net, use, noise);
        case family::dpm_solver:
            return with_dpm_solver(c, a, net, use, noise);
        case family::flow_match:
            return with_flow_match(c, a, net, use, noise);
        case family::pndm:
            return with_pndm(c, a, net, use, noise);
        case family::exploding:
            break;
    }
    return with_exploding(c, a, net, use, noise);
}

/// Fills x with samples, as a diffusers pipeline with this scheduler does but for its random
/// numbers. All options but steps and grid count. Throws before x is written where the
/// configuration, the arguments or the options do not fit.
template <class Exec, class Net, class X>
run_summary generate(const Exec& e, const config& c, const arguments& a, Net net, X&& x,
                     const options& o = {}) {
    if (c.scheduler == scheduler::ddim_inverse)
        throw bad_argument(
            "diffgen: '_class_name' is 'DDIMInverseScheduler', which starts from data; use "
            "generate_from");
    return with_scheduler(c, a, net, generating{e, x, o});
}
/// The same from the state x that is given at the level of the first step of the run, which is
/// o.begin_step or that of a.strength; as DDIMInverseScheduler needs it.
template <class Exec, class Net, class X>
run_summary generate_from(const Exec& e, const config& c, const arguments& a, Net net, X&& x,
                          const options& o = {}) {
    return with_scheduler(c, a, net, generating{e, x, o, start::given});
}
/// Image-to-image: the same from data x, to which the noise of that level is added first.
template <class Exec, class Net, class X>
run_summary generate_from_data(const Exec& e, const config& c, const arguments& a, Net net, X&& x,
                               const options& o = {}) {
    return with_scheduler(c, a, net, generating{e, x, o, start::data});
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>

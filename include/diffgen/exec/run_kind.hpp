// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What of a sampler's type a run is compiled for.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/prediction.hpp>
#include <diffgen/exec/instruction.hpp>
#include <diffgen/exec/sampler_view.hpp>

namespace diffgen::inline DIFFGEN_ABI::exec {

/// What of a sampler a run is compiled for: solvers that go through stages of the same shape share
/// one run.
template <class T, class Shape, class Combiner, class Hook, class Noise, class Memory,
          bool ScalesInput, bool WantsDensity, bool LeadsSamples>
struct run_kind {
    using value_type = T;
    using shape = Shape;
    using combiner_type = Combiner;
    using hook_type = Hook;
    using noise_type = Noise;
    using memory_type = Memory;
    /// Whether the network takes a state times a factor, and so never a register as it stands.
    static constexpr bool scales_input = ScalesInput;
    static constexpr bool wants_density = WantsDensity;
    static constexpr bool leads_samples = LeadsSamples;
};

/// Whether a solver compares log densities of the samples.
template <class Solver>
inline constexpr bool compares_densities = requires {
    requires Solver::wants_density;
};

/// The run_kind of a sampler of values of type T.
template <class Sampler, class T>
using run_kind_of =
    run_kind<T, shape_of<typename Sampler::solver_type>,
             typename Sampler::predictor_type::combiner_type,
             typename Sampler::predictor_type::hook_type, typename Sampler::noise_type,
             typename memory_of<typename Sampler::solver_type>::type,
             scales_input<typename Sampler::predictor_type::output_type>,
             compares_densities<typename Sampler::solver_type>,
             leads_samples<typename Sampler::solver_type>>;

}  // namespace diffgen::inline DIFFGEN_ABI::exec

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A composition that only a configuration knows, as a compile-time one: what the families of
// pipeline/ share.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/config.hpp>
#include <diffgen/compat/diffusers/pipeline/arguments.hpp>
#include <diffgen/compat/diffusers/pipeline/first_call.hpp>
#include <diffgen/sampler.hpp>

#include <utility>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers::detail {

/// Hands a sampler of these parts to use(sampler, options, initial_sigma). The options have the
/// grid and, by the call's 'strength', the step of it with which the run begins; a run from noise
/// begins with the deviation initial_sigma.
template <class Use, class Noise>
struct composer {
    const config& c;
    const arguments& a;
    Use& use;
    Noise noise;

    template <class Schedule, class Kernel, class Predictor, class Solver>
    auto operator()(Schedule schedule, Kernel kernel, Predictor predictor, Solver solver,
                    any_grid grid, double initial_sigma = 1) const {
        sampler s{std::move(schedule), std::move(kernel), std::move(predictor), std::move(solver),
                  noise};
        options o{.grid = std::move(grid)};
        o.begin_step = first_call(c, a, static_cast<int>(s.levels(o).size()) - 1);
        return use(s, o, initial_sigma);
    }
};
template <class Use, class Noise>
composer(const config&, const arguments&, Use&, Noise) -> composer<Use, Noise>;

/// Refuses a class of another family.
[[noreturn]] inline void refuse_class(const config& c, const char* family) {
    throw unsupported(diffgen::detail::text("diffgen: '_class_name' is '",
                                            diffusers::name(c.scheduler), "', which is not of ",
                                            family));
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers::detail

#include <diffgen/core/with_macros.hpp>

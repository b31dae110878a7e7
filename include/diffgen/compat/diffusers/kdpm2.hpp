// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// KDPM2DiscreteScheduler and KDPM2AncestralDiscreteScheduler of diffusers: the midpoint method in
// log sigma (Karras et al. 2022, algorithm 2, as k-diffusion's DPM-Solver-2). A call of step(),
// which is half a step of the method, is a step here: grids have 2 n - 1 of them.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/exploding.hpp>
#include <diffgen/compat/unsupported.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/process/transition.hpp>
#include <diffgen/solver/step.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

namespace detail {

/// The part of a step down that noise takes back, and where the rest leads; rounded as the peer's
/// are, since long steps lose digits of the difference.
struct ancestral_parts {
    double up, down;

    ancestral_parts(double from, double to) {
        const double from2 = product(from, from), to2 = product(to, to);
        up = std::sqrt(product(to2, from2 - to2) / from2);
        down = std::sqrt(to2 - product(up, up));
    }
};

/// The middle of two sigmas in log sigma.
[[nodiscard]] inline double log_middle(double a, double b) {
    const double end = std::log(b);
    return std::exp(end - product(end - std::log(a), 0.5));
}

}  // namespace detail

/// Even steps are Euler's to the middle, odd ones go the whole way with the slope there; the last
/// one, to sigma = 0, is Euler's.
struct kdpm2 {
    static constexpr int registers = 2;  ///< the state, the state before
    static constexpr int rows = 2;
    static constexpr int draws = 0;

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] static stage plan(const step& s, int) {
        return begins_whole_step(s) ? to_middle(s) : whole(s, s.to().sigma);
    }

    /// Whether the call is the first of the method's two.
    /// Throws compat::unsupported where the run began at a middle, whose place the peer forgets.
    [[nodiscard]] static bool begins_whole_step(const step& s) {
        if (s.begin % 2 != 0)
            throw unsupported(
                diffgen::detail::text("diffgen: a run of KDPM2 that begins at call ", s.begin,
                                      ", in the middle of a step; it can begin at even calls"));
        return s.index % 2 == 0;
    }
    [[nodiscard]] static stage to_middle(const step& s) {
        using namespace symbol;
        return evaluation_stage(s.from()).write(0, state_at(s.to(), eps(s.from()))).write(1, x);
    }
    /// From the level before the middle's to `end`.
    [[nodiscard]] static stage whole(const step& s, double end) {
        using namespace symbol;
        const double h = end - s.level(s.index - 1).sigma;
        return evaluation_stage(s.from()).write(0, reg(1) + h * eps(s.from()));
    }
};

/// The same down to less noise than the level has, then fresh noise. What it calls the middle is
/// the next level, but for its rounding. Noise: 1 draw at odd steps.
struct kdpm2_ancestral {
    static constexpr int registers = 2;
    static constexpr int rows = 2;
    static constexpr int draws = 1;

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] static stage plan(const step& s, int) {
        if (kdpm2::begins_whole_step(s)) return kdpm2::to_middle(s);
        const double from = s.level(s.index - 1).sigma, to = s.to().sigma;
        const detail::ancestral_parts parts(from, to);
        stage out = kdpm2::whole(s, parts.down);
        out.updates[0].form += parts.up * symbol::z;
        out.draws = 1;
        return out;
    }
};

/// The grid of n steps of either. Throws compat::unsupported where the first timestep comes again.
/// Placed by use_karras_sigmas, whole steps have rounded timesteps.
[[nodiscard]] inline at_sigmas kdpm2_grid(const config& c, int n) {
    at_sigmas whole = sigma_grid(c, n);
    if (c.use_karras_sigmas)
        for (double& t : whole.timesteps)
            t = detail::rounded(t);
    const sigma_table table(c);
    const bool ancestral = c.scheduler == scheduler::kdpm2_ancestral_discrete;
    at_sigmas grid{{whole.timesteps[0]}, {whole.sigmas[0]}, whole.initial_sigma};
    for (std::size_t i = 1; i < whole.timesteps.size(); ++i) {
        const double from = whole.sigmas[i - 1], to = whole.sigmas[i];
        const double middle = ancestral
                                  ? detail::log_middle(from, detail::ancestral_parts(from, to).down)
                                  : detail::log_middle(to, from);
        grid.sigmas.insert(grid.sigmas.end(), {middle, to});
        grid.timesteps.insert(grid.timesteps.end(), {table.timestep(middle), whole.timesteps[i]});
    }
    grid.sigmas.push_back(whole.sigmas.back());
    if (std::count(grid.timesteps.begin(), grid.timesteps.end(), grid.timesteps[0]) > 1)
        throw unsupported(diffgen::detail::text(
            "diffgen: the rounded 'timesteps' have the first, ", grid.timesteps[0],
            ", more than once; diffusers takes a second one for the first"));
    return grid;
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The samplers of k-diffusion (Crowson 2022, sampling.py) as diffgen's solvers, on
// schedule::edm, kernel::variance_exploding and grid::sigmas. What differs are noise that is drawn
// and not used, and the factor s_noise.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/k_diffusion/ancestral.hpp>
#include <diffgen/compat/k_diffusion/dpm_adaptive.hpp>
#include <diffgen/compat/k_diffusion/dpm_fast.hpp>
#include <diffgen/compat/k_diffusion/multistep.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/solver/churn.hpp>
#include <diffgen/solver/ddim.hpp>
#include <diffgen/solver/dpm_2.hpp>
#include <diffgen/solver/runge_kutta.hpp>

namespace diffgen::inline DIFFGEN_ABI::compat {

/// A solver that uses up at least one draw a step, at its first stage: noise is drawn whether or
/// not the step has a use for it.
template <class Solver>
struct draws_every_step : Solver {
    static constexpr int draws = Solver::draws > 0 ? Solver::draws : 1;

    draws_every_step() = default;
    explicit draws_every_step(Solver s) : Solver(s) {}

    [[nodiscard]] stage plan(const step& s, int j) const {
        stage out = Solver::plan(s, j);
        if (j == 0 && out.draws == 0) out.draws = 1;
        return out;
    }
};

namespace k_diffusion {

/// The churn of sample_euler, sample_heun and sample_dpm_2: noise is drawn at every step.
struct churn_options {
    double s_churn = 0;
    double s_tmin = 0;
    double s_tmax = diffgen::detail::infinity;
    double s_noise = 1;
};

template <class Method>
[[nodiscard]] draws_every_step<solver::churn<Method>> churned(const churn_options& o) {
    return draws_every_step{
        solver::churn<Method>{o.s_churn, o.s_tmin, o.s_tmax, o.s_noise, Method{}}};
}
[[nodiscard]] inline auto euler(const churn_options& o = {}) {
    return churned<solver::euler>(o);
}
[[nodiscard]] inline auto heun(const churn_options& o = {}) {
    return churned<solver::heun>(o);
}
[[nodiscard]] inline auto dpm_2(const churn_options& o = {}) {
    return churned<solver::dpm_2>(o);
}

/// sample_euler_ancestral: DDIM between DDPM (eta = 1) and Euler (eta = 0) with its noise scaled.
/// Noise: 1 draw but on the step to sigma = 0, also where eta = 0.
struct euler_ancestral {
    static constexpr int registers = 1;
    static constexpr int rows = 1;
    static constexpr int draws = 1;

    double eta = 1;
    double s_noise = 1;

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int j) const {
        stage out = solver::ddim{eta}.plan(s, j);
        out.draws = s.to().is_clean() ? 0 : 1;
        out.updates[0].form.noise[0] *= s_noise;
        return out;
    }
};

}  // namespace k_diffusion
}  // namespace diffgen::inline DIFFGEN_ABI::compat

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// One Euler step of the reverse SDE (Song et al. 2021, eq. 6), which several solvers build on.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/solver/step.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::solver {

/// What the reverse SDE adds to the state over the step: (f x - g^2 score) dt + g sqrt(|dt|) noise,
/// with f and g at level l, where the network saw x in register `input`.
[[nodiscard]] inline linear_form reverse_increment(const step& s, const noise_level& l, int input,
                                                   linear_form noise) {
    const double f = s.process.drift(l.t), g2 = s.process.diffusion_squared(l.t);
    const double dt = s.to().t - s.from().t;
    return (f * symbol::reg(input) - g2 * symbol::grad_log_q(l, input)) * dt +
           std::sqrt(g2 * -dt) * noise;
}

}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>

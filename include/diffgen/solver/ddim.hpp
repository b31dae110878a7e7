// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// DDIM (Song et al. 2021, eq. 12 and 16): the deterministic sampler of an epsilon model, and the
// family between it and DDPM. With eta = 0 it is Euler's method in sigma / alpha.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/solver/step.hpp>

#include <algorithm>
#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::solver {

/// x_t = alpha_t D + sqrt(sigma_t^2 - c^2) eps + c z, c = eta times the posterior's deviation, but
/// at most sigma_t: where an eta above 1 asks for more, all of the noise is fresh.
/// Order 1; with noise, weak and strong order 1. Evaluations a step: 1. Noise: 1 draw where eta >
/// 0. Converges to the probability flow (eta = 0) or the reverse SDE (eta = 1: ancestral sampling).
struct ddim {
    static constexpr int registers = 1;
    static constexpr int rows = 1;
    static constexpr int draws = 1;

    double eta = 0;

    void check() const {
        diffgen::detail::require(
            diffgen::detail::is_not_negative(eta), "ddim with eta = ", eta,
            "; must be 0 or more: 0 takes no fresh noise, 1 samples like ancestral");
    }

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        using namespace symbol;
        const auto &from = s.from(), &to = s.to();
        // without noise the step may also lead back to more of it, where there is no posterior
        const double c =
            eta > 0
                ? std::min(product(eta, std::sqrt(reverse_transition(from, to).variance)), to.sigma)
                : 0;
        stage out = evaluation_stage(from);
        out.draws = eta > 0 && !to.is_clean() ? 1 : 0;
        // sigma_t eps, with the part that the fresh noise replaces taken away
        const double kept = std::sqrt((to.sigma - c) * (to.sigma + c));
        linear_form next = to.alpha * D + (out.draws ? c : 0.) * z;
        if (kept > 0) next += kept * eps(from);
        return out.write(0, next);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>

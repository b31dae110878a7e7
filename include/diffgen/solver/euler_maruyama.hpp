// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Euler-Maruyama and reverse diffusion: two discretisations of the reverse SDE
// dx = [f x - g^2 score] dt + g dw (Anderson 1982; Song et al. 2021, eq. 6).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/solver/detail/reverse_increment.hpp>
#include <diffgen/solver/step.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::solver {

/// x += (f x - g^2 score) dt + g sqrt(|dt|) z, with f and g at the start of the step.
/// The step to the clean end is the denoised estimate.
/// Weak and strong order 1. Evaluations a step: 1. Noise: 1 draw. Converges to the reverse SDE.
struct euler_maruyama {
    static constexpr int registers = 1;
    static constexpr int rows = 1;
    static constexpr int draws = 1;

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        using namespace symbol;
        if (s.to().is_clean()) return denoising_stage(s);
        stage out = evaluation_stage(s.from());
        out.draws = 1;
        return out.write(0, x + reverse_increment(s, s.from(), 0, z));
    }
};

/// Reverse diffusion (Song et al. 2021, appendix E): the forward transition x_s = a x_t + G z is
/// reversed as x_t = (2 - a) x_s + G^2 score + G z.
/// Weak and strong order 1. Evaluations a step: 1. Noise: 1 draw. Converges to the reverse SDE.
struct reverse_diffusion {
    static constexpr int registers = 1;
    static constexpr int rows = 1;
    static constexpr int draws = 1;

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        using namespace symbol;
        const auto &from = s.from(), &to = s.to();
        if (to.is_clean()) return denoising_stage(s);
        stage out = evaluation_stage(from);
        out.draws = 1;
        const auto [a, G2] = transition(from, to);
        return out.write(0, (2 - a) * x + G2 * grad_log_q(from) + std::sqrt(G2) * z);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>

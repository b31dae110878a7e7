// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Ancestral sampling: draw from the DDPM posterior with x_0 replaced by its estimate
// (Sohl-Dickstein et al. 2015; Ho et al. 2020, algorithm 2), between any two levels of any kernel.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/solver/step.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::solver {

/// The two fixed variances of Ho et al. 2020, section 3.2.
enum class variance {
    posterior,   ///< of q(x_t | x_s, x_0): exact for one-point data ("fixed small")
    transition,  ///< of q(x_s | x_t), beta_t: exact for standard normal data ("fixed large")
};

/// The posterior's mean + std z (Ho et al. 2020, eq. 7). With less noise or more it is ddim{eta},
/// of which this is eta = 1. Weak and strong order 1. Evaluations a step: 1. Noise: 1 draw, none on
/// the step to the clean end. Converges to the reverse SDE.
struct ancestral {
    static constexpr int registers = 1;
    static constexpr int rows = 1;
    static constexpr int draws = 1;

    solver::variance variance = solver::variance::posterior;

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        using namespace symbol;
        const auto &from = s.from(), &to = s.to();
        const posterior_kernel q = reverse_transition(from, to);
        stage out = evaluation_stage(from);
        out.draws = to.is_clean() ? 0 : 1;
        const linear_form mean = q.state * x + q.data * D;
        const double v =
            variance == solver::variance::posterior ? q.variance : transition(from, to).variance;
        return out.write(0, out.draws ? mean + std::sqrt(v) * z : mean);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>

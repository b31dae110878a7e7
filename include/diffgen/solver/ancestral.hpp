// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Ancestral sampling: draw from the DDPM posterior with x_0 replaced by its estimate
// (Sohl-Dickstein et al. 2015; Ho et al. 2020, algorithm 2), between any two levels of any kernel.

#include <diffgen/core/check.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/solver/step.hpp>

#include <algorithm>
#include <cmath>

namespace diffgen::solver {

/// The two fixed variances of Ho et al. 2020, section 3.2.
enum class variance {
    posterior,   ///< of q(x_t | x_s, x_0): exact for one-point data ("fixed small")
    transition,  ///< of q(x_s | x_t), beta_t: exact for standard normal data ("fixed large")
};

/// mean + eta std z, the mean that of the posterior of variance (eta posterior std)^2 (DDIM, eq.
/// 12). Weak and strong order 1. Evaluations a step: 1. Noise: 1 draw, none on the step to the
/// clean end. Converges to the reverse SDE.
struct ancestral {
    static constexpr int registers = 1;
    static constexpr int rows = 1;
    static constexpr int draws = 1;

    solver::variance variance = solver::variance::posterior;
    double eta = 1;

    void check() const {
        diffgen::detail::require(
            diffgen::detail::is_not_negative(eta), "ancestral with eta = ", eta,
            "; must be 0 or more: 1 is the full noise of the posterior, 0 none");
    }

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        using namespace symbol;
        const auto &from = s.from(), &to = s.to();
        const posterior_kernel q = posterior(from, to);
        stage out = evaluation_stage(from);
        out.draws = eta > 0 && !to.is_clean() ? 1 : 0;
        linear_form next = q.state * x + q.data * D;
        if (eta != 1 && !to.is_clean()) {
            // without noise the step may also lead up, where there is no posterior
            const double c2 = eta > 0 ? product(eta * eta, q.variance) : 0;
            next = to.alpha * D +
                   std::sqrt(std::max(product(to.sigma, to.sigma) - c2, 0.)) * eps(from);
        }
        const double v =
            variance == solver::variance::posterior ? q.variance : transition(from, to).variance;
        return out.write(0, out.draws ? next + eta * std::sqrt(v) * z : next);
    }
};

}  // namespace diffgen::solver

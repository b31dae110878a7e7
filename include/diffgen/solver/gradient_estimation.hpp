// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Gradient estimation (Permenter and Yuan 2024, section 5): the noise estimate, as the gradient of
// the distance to the data, is extrapolated from its last two values.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/solver/step.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::solver {

/// Euler's method in r = sigma / alpha along gamma eps + (1 - gamma) eps', eps' that of the step
/// before: gamma = 1 is DDIM; 3/2 is, on equal steps of r, the Adams-Bashforth method of order 2.
/// Order 1. Evaluations a step: 1. Noise: none. Converges to the probability flow.
struct gradient_estimation {
    static constexpr int registers = 2;  ///< the state, and eps'
    static constexpr int rows = 2;
    static constexpr int draws = 0;

    double gamma = 2;

    void check() const {
        diffgen::detail::require(std::isfinite(gamma), "gradient_estimation with gamma = ", gamma,
                                 "; must be finite, mostly between 1 (Euler) and 2");
    }

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        using namespace symbol;
        const auto &from = s.from(), &to = s.to();
        if (to.is_clean()) return denoising_stage(s);
        const linear_form now = eps(from);
        linear_form next = state_at(to, now);
        if (s.remembered() > 0)
            next += (to.sigma - product(to.alpha, from.sigma_over_alpha())) * (gamma - 1) *
                    (now - reg(1));
        return evaluation_stage(from).write(0, next).write(1, now);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>

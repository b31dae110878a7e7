// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The generalised heavy ball (Wizadwongsa et al. 2024, GHVB): Adams-Bashforth means of a noise
// estimate that has momentum, which widens the region where long steps are stable.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/solver/history.hpp>
#include <diffgen/solver/pndm.hpp>
#include <diffgen/solver/step.hpp>

#include <algorithm>

namespace diffgen::inline DIFFGEN_ABI::solver {

/// DDIM's step with a mean of v = (1 - beta) v' + beta eps, v' that of the step before, in weights
/// that take back the delay of v. beta = 1 is ipndm<Order>; the less, the more is damped. Their
/// GHVB of order 1.8 is heavy_ball<2>{.beta = 0.8}.
/// Order: 1 (Order = 1), else 2, where the levels are a smooth function of the step's number.
/// Evaluations a step: 1. Noise: none. Converges to the probability flow.
template <int Order = 2>
struct heavy_ball {
    static_assert(Order >= 1 && Order <= 4, "diffgen: orders of heavy_ball are 1 to 4");
    static constexpr int kept = std::max(Order - 1, 1);  ///< values of v before this one
    static constexpr int registers = 1 + kept;
    static constexpr int rows = 2;
    static constexpr int draws = 0;

    double beta = 0.8;

    void check() const {
        diffgen::detail::require(beta > 0 && beta <= 1, "heavy_ball with beta = ", beta,
                                 "; must be above 0 and at most 1, where there is no momentum");
    }

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        using namespace symbol;
        const auto &from = s.from(), &to = s.to();
        if (to.is_clean()) return denoising_stage(s);
        const linear_form now = eps(from);
        const linear_form v =
            s.remembered() > 0 ? (1 - beta) * values.value(s.index - 1) + beta * now : now;
        const linear_form next =
            from.alpha == 0 ? state_at(to, now) : transferred(from, to, x, mean(v, s));
        return evaluation_stage(from).write(0, next).write(values.slot(s.index), v);
    }

  private:
    static constexpr history values{1, kept};  ///< of v

    /// The mean of v at the step's level, `newest`, and those before it.
    [[nodiscard]] linear_form mean(linear_form newest, const step& s) const {
        // weight k is (a_k + b_k beta) / beta; the a_k sum up to 0, the b_k to 1
        static constexpr double a[4][4] = {
            {0}, {1, -1}, {3. / 2, -2, 1. / 2}, {23. / 12, -39. / 12, 21. / 12, -5. / 12}};
        static constexpr double b[4][4] = {{1},
                                           {1. / 2, 1. / 2},
                                           {5. / 12, 8. / 12, -1. / 12},
                                           {9. / 24, 19. / 24, -5. / 24, 1. / 24}};
        const int before = std::min(s.remembered(), Order - 1);
        const auto weight = [&](int k) { return a[before][k] / beta + b[before][k]; };
        linear_form sum = weight(0) * newest;
        for (int k = 1; k <= before; ++k)
            sum += weight(k) * values.value(s.index - k);
        return sum;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>

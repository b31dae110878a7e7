// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Pseudo numerical methods (Liu et al. 2022, PNDM): DDIM's step with a mean of noise estimates, in
// the weights that classical methods have on equal steps.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/solver/history.hpp>
#include <diffgen/solver/step.hpp>

#include <algorithm>

namespace diffgen::inline DIFFGEN_ABI::solver {

/// The state `x` at level `from`, led by DDIM's step to `to` with the given noise (Liu et al. 2022,
/// eq. 11). `from` is not pure noise.
[[nodiscard]] inline linear_form transferred(const noise_level& from, const noise_level& to,
                                             linear_form x, linear_form noise) {
    return to.alpha / from.alpha * x +
           (to.sigma - product(to.alpha, from.sigma_over_alpha())) * noise;
}

/// The Adams-Bashforth mean on equal steps (eq. 12) of value number i, `newest`, and of the
/// `before` values before it, but at most 3.
[[nodiscard]] inline linear_form adams_bashforth(const history& values, linear_form newest, int i,
                                                 int before) {
    static constexpr double weights[4][4] = {{1},
                                             {3. / 2, -1. / 2},
                                             {23. / 12, -16. / 12, 5. / 12},
                                             {55. / 24, -59. / 24, 37. / 24, -9. / 24}};
    before = std::min(before, 3);
    linear_form sum = weights[before][0] * newest;
    for (int k = 1; k <= before; ++k)
        sum += weights[before][k] * values.value(i - k);
    return sum;
}

/// iPNDM: the mean of the last `Order` values, of fewer at the start.
/// Order: 1 (Order = 1), else 2, where the levels are a smooth function of the step's number.
/// Evaluations a step: 1. Noise: none. Converges to the probability flow. With the weights of the
/// steps as they are it is lms<Order>.
template <int Order = 4>
struct ipndm {
    static_assert(Order >= 1 && Order <= 4, "diffgen: orders of iPNDM are 1 to 4");
    static constexpr int registers = Order;  ///< the state, and the values before this one
    static constexpr int rows = Order > 1 ? 2 : 1;
    static constexpr int draws = 0;

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] static stage plan(const step& s, int) {
        using namespace symbol;
        constexpr history values{1, std::max(Order - 1, 1)};
        const auto &from = s.from(), &to = s.to();
        if (to.is_clean()) return denoising_stage(s);
        stage out = evaluation_stage(from);
        const linear_form now = eps(from);
        if (from.alpha == 0)
            out.write(0, state_at(to, now));
        else
            out.write(0, transferred(from, to, x,
                                     adams_bashforth(values, now, s.index,
                                                     std::min(s.remembered(), Order - 1))));
        if constexpr (Order > 1) out.write(values.slot(s.index), now);
        return out;
    }
};

/// PNDM: three steps of the pseudo Runge-Kutta method of four evaluations (eq. 13), whose middle
/// lies at the mean of the times, then iPNDM's.
/// Order: 2, where the levels are a smooth function of the step's number. Evaluations a step: 4 in
/// the first three, then 1; 1 on the step to the clean end and from pure noise. Noise: none.
/// Converges to the probability flow.
struct pndm {
    static constexpr int registers = 6;  ///< state, next argument, the mean so far, three values
    static constexpr int rows = 3;
    static constexpr int draws = 0;

    [[nodiscard]] static int stages(const step& s) { return starts(s) ? 4 : 1; }

    [[nodiscard]] static stage plan(const step& s, int j) {
        using namespace symbol;
        constexpr history values{3, 3};
        const auto &from = s.from(), &to = s.to();
        if (!starts(s)) {
            if (to.is_clean()) return denoising_stage(s);
            stage out = evaluation_stage(from);
            const linear_form now = eps(from);
            return out
                .write(0, from.alpha == 0
                              ? state_at(to, now)
                              : transferred(from, to, x,
                                            adams_bashforth(values, now, s.index, s.remembered())))
                .write(values.slot(s.index), now);
        }
        const noise_level middle = s.process.level(0.5 * (from.t + to.t));
        const noise_level& here = j == 0 ? from : j == 3 ? to : middle;
        const linear_form now = eps(here, j == 0 ? 0 : 1);
        stage out = evaluation_stage(here, j == 0 ? 0 : 1);
        if (j == 3) return out.write(0, transferred(from, to, x, reg(2) + now / 6));
        out.write(1, transferred(from, j == 2 ? to : middle, x, now));
        if (j > 0) return out.write(2, reg(2) + now / 3);
        return out.write(2, now / 6).write(values.slot(s.index), now);
    }

  private:
    [[nodiscard]] static bool starts(const step& s) {
        return s.remembered() < 3 && s.from().alpha > 0 && !s.to().is_clean();
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>

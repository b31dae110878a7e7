// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Restart sampling (Xu et al. 2023): where the grid rises, noise is added; where it falls, an ODE
// is solved. The noise contracts the errors that the ODE's steps have accumulated.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/solver/concepts.hpp>
#include <diffgen/solver/runge_kutta.hpp>
#include <diffgen/solver/step.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::solver {

/// Upwards by the forward process itself, which is exact, its noise times s_noise (the paper's
/// S_noise); downwards by `Method`, which, where it remembers anything, begins anew after every
/// rise. The grid is a grid::restarted, or any other that may rise.
/// Order: the method's, of the marginals. Evaluations a step: the method's; none upwards. Noise: 1
/// draw upwards. Converges to the probability flow with the forward process between its pieces.
template <class Method = heun>
struct restart {
    static_assert(
        !judging_solver<Method>,
        "diffgen: restart is given a method that follows its grid, which rises and falls; "
        "one that judges its steps finds levels of its own");
    static constexpr int registers = Method::registers;
    static constexpr int rows = Method::rows;
    static constexpr int draws = Method::draws > 1 ? Method::draws : 1;
    static constexpr bool restarts = true;  ///< grids that restart are for this solver

    Method method{};
    double s_noise = 1;

    void check() const {
        diffgen::detail::check(method);
        diffgen::detail::require(diffgen::detail::is_not_negative(s_noise),
                                 "restart with s_noise = ", s_noise,
                                 "; must be 0 or more, mostly 1");
    }

    [[nodiscard]] int stages(const step& s) const {
        return rises(s) ? 1 : method.stages(in_piece(s));
    }

    [[nodiscard]] stage plan(const step& s, int j) const {
        if (!rises(s)) return method.plan(in_piece(s), j);
        const transition_kernel up = transition(s.to(), s.from());
        stage out = update_stage(s.to());
        out.draws = s_noise > 0 ? 1 : 0;
        const double added = s_noise * std::sqrt(up.variance);
        return out.write(0, up.scale * symbol::x + added * symbol::z);
    }

  private:
    /// The step as one of a run that begins after the last rise.
    [[nodiscard]] static step in_piece(step s) {
        for (int i = s.index; i > s.begin; --i)
            if (s.level(i).log_snr < s.level(i - 1).log_snr) {
                s.begin = i;
                break;
            }
        return s;
    }
    [[nodiscard]] static bool rises(const step& s) { return s.to().log_snr < s.from().log_snr; }
};

template <class Method, class... Rest>
restart(Method, Rest...) -> restart<Method>;

}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The reverse SDE with a step size of its own for every sample, from the difference of Euler's
// method and the improved one on the same noise (Jolicoeur-Martineau et al. 2021, Gotta go fast
// when generating data with score-based models, algorithm 1), on a Brownian path that stays as it
// is when a step is refused (Gaines and Lyons 1997).

#include <diffgen/solver/euler_maruyama.hpp>
#include <diffgen/solver/runge_kutta.hpp>
#include <diffgen/solver/step_control.hpp>

namespace diffgen::solver {

/// The state is led on by the improved method (their extrapolation). Whether a step is refused
/// depends on its noise: to draw anew would be to choose among noises, and bias the samples, so
/// that the source must know a path, of which the shorter step has a part.
/// The error follows the tolerance, path by path; strong order 1 in the steps. Evaluations a try:
/// 2. Noise: 1 draw a try. The run goes from the first level of the grid to its last with noise,
/// and, where the grid ends clean, from there to the denoised estimate in one evaluation; `steps`
/// only sets the first step that is tried. Converges to the reverse SDE. Starts where the
/// schedule's rates are finite.
struct adaptive_sde {
    /// The state; Euler's solution; the noise, then the improved solution; Euler's solution of the
    /// last accepted step.
    static constexpr int registers = 4;
    static constexpr int rows = 2;
    static constexpr int draws = 1;
    static constexpr bool wants_brownian = true;
    using judge = error_in_larger_tolerance;
    using memory = step_memory;

    tolerance within{.absolute = 0.0078, .relative = 0.01};  ///< for data in [-1, 1]
    step_controller control{.proportional = 0, .integral = 1};
    double exponent = 0.9;  ///< r: a step of error e is followed by one safety e^-r times as long

    void check() const {
        within.check();
        control.check();
        diffgen::detail::require(exponent > 0 && exponent <= 1,
                                 "adaptive_sde with exponent = ", exponent, "; must be in (0, 1]");
    }

    [[nodiscard]] static int stages(const step& s) { return s.to().is_clean() ? 1 : 2; }

    [[nodiscard]] stage plan(const step& s, int j) const {
        using namespace symbol;
        if (s.to().is_clean()) return evaluation_stage(s.from()).write(0, s.to().alpha * D);
        if (j == 0) {
            stage out = evaluation_stage(s.from());
            out.draws = 1;
            return out.write(1, x + reverse_increment(s, s.from(), 0, z)).write(2, z);
        }
        const linear_form first = reg(1), other = x + reverse_increment(s, s.to(), 1, reg(2));
        return evaluation_stage(s.to(), 1)
            .write(2, 0.5 * (first + other))
            .judge(0.5 * (other - first), first, {within.absolute, within.relative},
                   s.index > 0 ? 3 : 0);
    }

    [[nodiscard]] bool accepts(memory& m, const step& s, int, const measurement& e) const {
        return m.judge(control, s.to().t - s.from().t, 1 / exponent, e);
    }
    [[nodiscard]] static stage settle(const step& s, int, bool accepted) {
        stage out = update_stage(s.to());
        if (accepted) return out.write(0, symbol::reg(2)).write(3, symbol::reg(1));
        return s.index > 0 ? out : out.write(3, symbol::x);
    }
    static void depart(memory& m, const process_view&, std::span<const noise_level> grid) {
        controlled_path<in_time>::depart(m, grid);
    }
    static void proceed(memory& m, const process_view& p) {
        controlled_path<in_time>::proceed(m, p);
    }
    [[nodiscard]] static grid_position position(const memory& m) { return m.position(); }
};

}  // namespace diffgen::solver

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The reverse SDE with a step size of its own for every sample, from the difference of Euler's
// method and the improved one on the same noise (Jolicoeur-Martineau et al. 2021, Gotta go fast
// when generating data with score-based models, algorithm 1), on a Brownian path that stays as it
// is when a step is refused (Gaines and Lyons 1997).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/solver/controlled_path.hpp>
#include <diffgen/solver/euler_maruyama.hpp>
#include <diffgen/solver/runge_kutta.hpp>
#include <diffgen/solver/step_control.hpp>

#include <algorithm>
#include <cmath>
#include <span>

namespace diffgen::inline DIFFGEN_ABI::solver {

/// The state is led on by the improved method (their extrapolation). Whether a step is refused
/// depends on its noise: to draw anew would be to choose among noises, and bias the samples, so
/// that the source must know a path, of which the shorter step has a part.
/// Order: strong order 1 in the steps. Error: about `within`, of the sample on its path of the
/// noise and in the units of the data (see tolerance), but of the larger of both tolerances, not of
/// their sum. Evaluations a try: 2. Noise: 1 draw a try. The run goes from the first level of the
/// grid to its last; what lies between, and `steps`, do not matter. Where the grid ends clean, the
/// step to the denoised estimate is tried from the schedule's t_min, and from less noise as long as
/// the noise that it leaves out is above the tolerance; it takes one evaluation. Converges to the
/// reverse SDE. Starts where the schedule's rates are finite.
struct adaptive_sde {
    /// The state; Euler's solution; the noise, then the improved solution; Euler's solution of the
    /// last accepted step; the denoised estimates where that step and where this one
    /// began.
    static constexpr int registers = 6;
    static constexpr int rows = 3;
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
        if (s.to().is_clean())
            return evaluation_stage(s.from())
                .write(2, s.to().alpha * D)
                .judge(error_at_end(s), D, within.parameters(s.to(), s.from()));
        if (j == 0) {
            stage out = evaluation_stage(s.from());
            out.draws = 1;
            return out.write(1, x + reverse_increment(s, s.from(), 0, z)).write(2, z).write(5, D);
        }
        const linear_form first = reg(1), other = x + reverse_increment(s, s.to(), 1, reg(2));
        return evaluation_stage(s.to(), 1)
            .write(2, 0.5 * (first + other))
            .judge(0.5 * (other - first), first, within.parameters(s.to(), s.from()),
                   s.index > 0 ? 3 : 0);
    }

    [[nodiscard]] bool accepts(memory& m, const step& s, int, const measurement& e) const {
        if (s.to().is_clean()) return m.judge_end(root_mean_square(e), 1);
        return m.judge(control, s.to().t - s.from().t, 1 / exponent, root_mean_square(e));
    }
    [[nodiscard]] static stage settle(const step& s, int, bool accepted) {
        stage out = update_stage(s.to());
        if (!accepted) return s.index > 0 ? out : out.write(3, symbol::x);
        out.write(0, symbol::reg(2));
        if (s.to().is_clean()) return out;
        return out.write(3, symbol::reg(1)).write(4, symbol::reg(5));
    }
    void depart(memory& m, const process_view& p, std::span<const noise_level> grid) const {
        controlled_path<in_time>::depart(
            m, p, grid, std::min(control.longest, within.first_angle(1 / exponent)));
    }
    void proceed(memory& m, const process_view& p) const {
        controlled_path<in_time>::proceed(m, p, control.longest);
    }
    [[nodiscard]] static grid_position position(const memory& m) { return m.position(); }

  private:
    /// The noise that the step to the denoised estimate D leaves out: the denoised estimate is a
    /// martingale, of which the last step, which began at an estimate in register 4, has seen the
    /// part of its variance that lies between r_0^2 and r^2, r = sigma / alpha.
    [[nodiscard]] static linear_form error_at_end(const step& s) {
        if (s.index == 0) return symbol::x / s.from().alpha - symbol::D;
        const double r = s.from().sigma_over_alpha(),
                     before = s.level(s.index - 1).sigma_over_alpha();
        return r / std::sqrt((before - r) * (before + r)) * (symbol::D - symbol::reg(4));
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>

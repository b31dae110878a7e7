// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Embedded Runge-Kutta pairs for the probability-flow ODE with a step size of its own for every
// sample, chosen from the difference of the pair's two solutions (Hairer, Norsett and Wanner 1993,
// section II.4; for diffusion models Song et al. 2021, section 4.3).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/solver/controlled_path.hpp>
#include <diffgen/solver/in_angle.hpp>
#include <diffgen/solver/runge_kutta.hpp>
#include <diffgen/solver/step_control.hpp>
#include <diffgen/solver/tableau.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>

namespace diffgen::inline DIFFGEN_ABI::solver {

/// Order: the tableau's. Error: about `within`, of the sample and in the units of the data (see
/// tolerance); a step may add a quarter of it. Evaluations a try: as many as b has weights, one
/// more for the first where the last slope is reused. The run goes from the first level of the grid
/// to its last; what lies between, and `steps`, do not matter. Where the grid ends clean, the step
/// to the denoised estimate is tried from the schedule's t_min, and from less noise as long as its
/// error is above the tolerance; it takes one evaluation, none where the last slope is reused.
/// Noise: none. Converges to the probability flow. Starts anywhere over in_angle and in_signal,
/// where alpha > 0 over the others.
template <class Tableau, class Variable = in_angle>
struct adaptive_runge_kutta {
    static constexpr int evaluations = Tableau::evaluations;
    /// Whether the second solution needs the slope at the end, which the next step begins with.
    static constexpr bool reuses_last =
        static_cast<int>(Tableau::embedded.size()) == evaluations + 1;
    static constexpr int order = Tableau::order;
    /// The order of the local error that is estimated.
    static constexpr int estimated = std::min(order, Tableau::embedded_order) + 1;
    /// The noise estimate where the last accepted step began, in a place that is free between two
    /// steps.
    static constexpr int start_noise = reuses_last ? 4 : 3;
    /// The state, the argument of the next evaluation or the new state, the slopes.
    static constexpr int registers = std::max(2 + evaluations, start_noise + 1);
    static constexpr int rows = 3;
    static constexpr int draws = 0;
    using judge = error_in_tolerances;
    using memory = step_memory;

    tolerance within{};
    step_controller control{};
    Tableau coefficients{};

    void check() const {
        within.check();
        control.check();
        diffgen::detail::check(coefficients);
    }

    [[nodiscard]] static int stages(const step& s) {
        return s.to().is_clean() ? 1 : evaluations + (reuses_last ? 1 : 0);
    }

    [[nodiscard]] stage plan(const step& s, int j) const {
        if (s.to().is_clean()) return plan_end(s);
        const detail::explicit_step<Tableau, Variable> method{coefficients, s, s.from()};
        if (reuses_last && j == 0 && s.index > 0)
            return update_stage(s.from()).write(1, method.argument(0, symbol::reg(2)));
        const int input = j == 0 ? 0 : 1;
        const noise_level here = j < evaluations ? method.level(j) : s.to();
        const linear_form slope = Variable::slope(s, here, input);
        stage out = evaluation_stage(here, input);
        if (j + 1 < evaluations) return out.write(1, method.argument(j, slope)).write(2 + j, slope);
        if constexpr (reuses_last) {
            if (j == evaluations) {
                // the slope at the end, for the next step, in a place that only this stage reads
                out.write(3, slope);
                return judged(out, s, method, j, slope);
            }
        }
        out.write(1, method.advanced(coefficients.b, j, slope, s.to()));
        if constexpr (reuses_last)
            return out.write(2 + j, slope);
        else
            return judged(out, s, method, j, slope);
    }

    [[nodiscard]] bool accepts(memory& m, const step& s, int, const measurement& e) const {
        double error = root_mean_square(e);
        if (s.to().is_clean()) return m.judge_end(error, 2);
        if constexpr (has_coarse) {
            // as small in the step as the first estimate; both are in tolerances
            constexpr double power = estimated / (estimated - 1.);
            error = std::max(error, std::pow(root_mean_square(e, 1), power) *
                                        std::pow(share * within.larger(), power - 1));
        }
        return m.judge(control, Variable::variable(s.to()) - Variable::variable(s.from()),
                       estimated, error);
    }
    [[nodiscard]] stage settle(const step& s, int, bool accepted) const {
        stage out = update_stage(s.to());
        if (!accepted) return out;
        out.write(0, symbol::reg(1));
        if (s.to().is_clean()) return out;
        if (reuses_last) out.write(2, symbol::reg(3));
        return out.write(start_noise, detail::noise_of(s.from(), known_denoised(s)));
    }
    void depart(memory& m, const process_view& p, std::span<const noise_level> grid) const {
        controlled_path<Variable>::depart(m, p, grid,
                                          std::min(control.longest, within.first_angle(estimated)));
    }
    void proceed(memory& m, const process_view& p) const {
        controlled_path<Variable>::proceed(m, p, control.longest);
    }
    [[nodiscard]] static grid_position position(const memory& m) { return m.position(); }

  private:
    using step_forms = detail::explicit_step<Tableau, Variable>;
    static constexpr bool has_coarse = requires { Tableau::coarse; };
    /// What the estimate of one step's error may be of the tolerance.
    static constexpr double share = 0.25;

    /// The denoised estimate of the state, from the slope at the start of the step.
    [[nodiscard]] static linear_form known_denoised(const step& s) {
        return detail::denoised_of(Variable::slope(s, s.from(), 0), 0, 2);
    }

    [[nodiscard]] stage plan_end(const step& s) const {
        const bool known = reuses_last && s.index > 0;
        const linear_form denoised = known ? known_denoised(s) : symbol::D;
        stage out = known ? update_stage(s.from()) : evaluation_stage(s.from());
        return out.write(1, s.to().alpha * denoised)
            .judge(detail::error_at_end(s, denoised, start_noise), {},
                   within.parameters(s.to(), s.from()));
    }

    [[nodiscard]] stage judged(stage out, const step& s, const step_forms& method, int j,
                               linear_form slope) const {
        std::array<double, Tableau::embedded.size()> difference = Tableau::embedded;
        for (unsigned i = 0; i < difference.size(); ++i)
            difference[i] = (i < coefficients.b.size() ? coefficients.b[i] : 0) - difference[i];
        linear_form coarse;
        if constexpr (has_coarse)
            coarse = Variable::scale(s.to()) * method.increment(Tableau::coarse, j, slope);
        // the new state is there to compare with where the slope is taken at it
        return out.judge(Variable::scale(s.to()) * method.increment(difference, j, slope), coarse,
                         within.parameters(s.to(), reuses_last ? s.to() : s.from(), share),
                         reuses_last ? 1 : 0);
    }
};

/// Order 2 with Euler's method.
using adaptive_heun = adaptive_runge_kutta<tableau::heun>;
/// Order 3 with 2.
using adaptive_bogacki_shampine = adaptive_runge_kutta<tableau::bogacki_shampine>;
/// Order 5 with 4.
using adaptive_dormand_prince = adaptive_runge_kutta<tableau::dormand_prince>;

}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>

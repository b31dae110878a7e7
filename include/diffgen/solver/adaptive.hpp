// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Embedded Runge-Kutta pairs for the probability-flow ODE with a step size of its own for every
// sample, chosen from the difference of the pair's two solutions (Hairer, Norsett and Wanner 1993,
// section II.4; for diffusion models Song et al. 2021, section 4.3).

#include <diffgen/solver/runge_kutta.hpp>
#include <diffgen/solver/step_control.hpp>
#include <diffgen/solver/tableau.hpp>

#include <algorithm>

namespace diffgen::solver {

/// Order: the tableau's; the error is proportional to the tolerance. Evaluations a try: as many as
/// b has weights, one more for the first where the last slope is reused. The run goes from the
/// first level of the grid to its last with noise, and, where the grid ends clean, from there to
/// the denoised estimate in one evaluation; `steps` only sets the first step that is tried. Noise:
/// none. Converges to the probability flow. Starts where alpha > 0, in_signal also at pure noise.
template <class Tableau, class Variable = in_sigma>
struct adaptive_runge_kutta {
    static constexpr int evaluations = Tableau::evaluations;
    /// Whether the second solution needs the slope at the end, which the next step begins with.
    static constexpr bool reuses_last =
        static_cast<int>(Tableau::embedded.size()) == evaluations + 1;
    static constexpr int order = Tableau::order;
    /// The state, the argument of the next evaluation or the new state, the slopes.
    static constexpr int registers = 2 + evaluations;
    static constexpr int rows = 2;
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
        if (s.to().is_clean()) return evaluation_stage(s.from()).write(0, s.to().alpha * symbol::D);
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
                return judged(out, s, method, j, slope, symbol::reg(1));
            }
        }
        const linear_form next = method.advanced(coefficients.b, j, slope, s.to());
        out.write(1, next);
        if constexpr (reuses_last)
            return out.write(2 + j, slope);
        else
            return judged(out, s, method, j, slope, next);
    }

    [[nodiscard]] bool accepts(memory& m, const step& s, int, const measurement& e) const {
        return m.judge(control, Variable::variable(s.to()) - Variable::variable(s.from()),
                       std::min(order, Tableau::embedded_order) + 1, e);
    }
    [[nodiscard]] stage settle(const step& s, int, bool accepted) const {
        stage out = update_stage(s.to());
        if (!accepted) return out;
        out.write(0, symbol::reg(1));
        return reuses_last ? out.write(2, symbol::reg(3)) : out;
    }
    static void depart(memory& m, const process_view&, std::span<const noise_level> grid) {
        controlled_path<Variable>::depart(m, grid);
    }
    static void proceed(memory& m, const process_view& p) {
        controlled_path<Variable>::proceed(m, p);
    }
    [[nodiscard]] static grid_position position(const memory& m) { return m.position(); }

  private:
    using step_forms = detail::explicit_step<Tableau, Variable>;

    [[nodiscard]] stage judged(stage out, const step& s, const step_forms& method, int j,
                               linear_form slope, linear_form next) const {
        std::array<double, Tableau::embedded.size()> difference = Tableau::embedded;
        for (unsigned i = 0; i < difference.size(); ++i)
            difference[i] = (i < coefficients.b.size() ? coefficients.b[i] : 0) - difference[i];
        return out.judge(Variable::scale(s.to()) * method.increment(difference, j, slope), next,
                         {within.absolute, within.relative});
    }
};

/// Order 2 with Euler's method.
using adaptive_heun = adaptive_runge_kutta<tableau::heun>;
/// Order 3 with 2.
using adaptive_bogacki_shampine = adaptive_runge_kutta<tableau::bogacki_shampine>;
/// Order 5 with 4.
using adaptive_dormand_prince = adaptive_runge_kutta<tableau::dormand_prince>;

}  // namespace diffgen::solver

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// DPM-Solver-12 and DPM-Solver-23: singlestep methods of two orders on the same evaluations, whose
// difference sets the step size (Lu et al. 2022a, DPM-Solver, appendix C), here of every sample by
// itself.

#include <diffgen/core/check.hpp>
#include <diffgen/solver/exponential_single.hpp>
#include <diffgen/solver/step_control.hpp>

namespace diffgen::solver {

/// Order: Order, with Order - 1 to compare; the error is proportional to the tolerance. Evaluations
/// a try: Order, one less where the last was refused. The run goes from the first level of the grid
/// to its last with noise, and, where the grid ends clean, from there to the denoised estimate in
/// one evaluation; `steps` only sets the first step that is tried. Noise: none. Converges to the
/// probability flow. Starts where alpha > 0.
/// Defaults: tolerances and controller of Lu et al. for data in [-1, 1]. Errors are compared to the
/// larger of both tolerances, and sizes are those of the solution of lower order.
template <int Order, class Basis = basis::denoised>
struct adaptive_dpm {
    static_assert(Order == 2 || Order == 3,
                  "diffgen: adaptive_dpm has order 2 (DPM-Solver-12) or 3 (DPM-Solver-23)");
    static constexpr int order = Order;
    /// The state; the argument of the next evaluation or the new state; the value at the start; the
    /// solution of lower order, and that of the last accepted step.
    static constexpr int registers = 5;
    static constexpr int rows = Order == 2 ? 3 : 2;
    static constexpr int draws = 0;
    using judge = error_in_larger_tolerance;
    using memory = step_memory;

    tolerance within{.absolute = 0.0078, .relative = 0.05};
    step_controller control{.proportional = 0, .integral = 1};

    void check() const {
        within.check();
        control.check();
    }

    [[nodiscard]] static int stages(const step& s) { return s.to().is_clean() ? 1 : Order; }

    [[nodiscard]] stage plan(const step& s, int j) const {
        constexpr int next = 1, low = 3, before = 4;
        const exponential_single<Order, Basis> method{};
        stage out = method.plan(s, j, next, way::retries(s));
        if (s.to().is_clean()) return out;
        if (j + 2 == Order) out.write(low, lower(s, j, next));
        if (j + 1 < Order) return out;
        out.updates[0].target = next;
        return out.judge(out.updates[0].form - symbol::reg(low), symbol::reg(low),
                         {within.absolute, within.relative}, s.index > 0 ? before : 0);
    }

    [[nodiscard]] bool accepts(memory& m, const step& s, int, const measurement& e) const {
        return m.judge(control, Basis::variable(s.to()) - Basis::variable(s.from()), Order, e);
    }
    [[nodiscard]] static stage settle(const step& s, int, bool accepted) {
        stage out = update_stage(s.to());
        if (accepted) return out.write(0, symbol::reg(1)).write(4, symbol::reg(3));
        return s.index > 0 ? out : out.write(4, symbol::x);
    }
    static void depart(memory& m, const process_view&, std::span<const noise_level> grid) {
        diffgen::detail::require(grid[0].alpha > 0,
                                 "adaptive_dpm from pure noise (alpha = 0, t = ", grid[0].t,
                                 "), where log-SNR is infinite; start where alpha is "
                                 "above 0");
        way::depart(m, grid);
    }
    static void proceed(memory& m, const process_view& p) { way::proceed(m, p); }
    [[nodiscard]] static grid_position position(const memory& m) { return m.position(); }

  private:
    using way = controlled_path<Basis>;

    /// The step of order Order - 1, whose last value is that of stage j.
    [[nodiscard]] static linear_form lower(const step& s, int j, int base) {
        constexpr double node = Order == 3 ? 1. / 3 : 1. / 2;  // where `method` evaluates first
        const exponential_single<Order - 1, Basis> method{.middle = node};
        return method.plan(s, j, base, way::retries(s)).updates[0].form;
    }
};

}  // namespace diffgen::solver

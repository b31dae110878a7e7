// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// DPM-Solver-12 and DPM-Solver-23: singlestep methods of two orders on the same evaluations, whose
// difference sets the step size (Lu et al. 2022a, DPM-Solver, appendix C), here of every sample by
// itself.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/solver/controlled_path.hpp>
#include <diffgen/solver/exponential_single.hpp>
#include <diffgen/solver/step_control.hpp>

#include <algorithm>
#include <span>

namespace diffgen::inline DIFFGEN_ABI::solver {

/// Order: Order, with Order - 1 to compare. Error: about `within`, of the sample and in the units
/// of the data (see tolerance), but of the larger of both tolerances, not of their sum; a step may
/// add half of it. Sizes are those of the solution of lower order. Evaluations a try: Order, one
/// less where the last was refused. The run goes from the first level of the grid to its last; what
/// lies between, and `steps`, do not matter. Where the grid ends clean, the step to the denoised
/// estimate is tried from the schedule's t_min, and from less noise as long as its error is above
/// the tolerance; it takes one evaluation. Noise: none. Converges to the probability flow. Starts
/// where alpha > 0. Defaults: tolerances of Lu et al. for data in [-1, 1], and their controller but
/// for its last two numbers, which they leave open: the difference of two orders is zero by
/// accident now and then, and a step that came to be five times as long before that is not refused.
template <int Order, class Basis = basis::denoised>
struct adaptive_dpm {
    static_assert(Order == 2 || Order == 3,
                  "diffgen: adaptive_dpm has order 2 (DPM-Solver-12) or 3 (DPM-Solver-23)");
    static constexpr int order = Order;
    /// The state; the argument of the next evaluation or the new state; the value at the start; the
    /// solution of lower order, and that of the last accepted step; the noise estimate where that
    /// step began.
    static constexpr int registers = 6;
    static constexpr int rows = 3;
    static constexpr int draws = 0;
    using judge = error_in_larger_tolerance;
    using memory = step_memory;

    tolerance within{.absolute = 0.0078, .relative = 0.05};
    step_controller control{.proportional = 0, .integral = 1, .most = 1.5, .longest = 0.2};

    void check() const {
        within.check();
        control.check();
    }

    [[nodiscard]] static int stages(const step& s) { return s.to().is_clean() ? 1 : Order; }

    [[nodiscard]] stage plan(const step& s, int j) const {
        const exponential_single<Order, Basis> method{};
        if (s.to().is_clean())
            return evaluation_stage(s.from())
                .write(next, s.to().alpha * symbol::D)
                .write(value, Basis::value(s.from(), 0))
                .judge(detail::error_at_end(s, symbol::D, start_noise), symbol::D,
                       within.parameters(s.to(), s.from()));
        stage out = method.plan(s, j, next, way::retries(s));
        if (s.is_infinite()) return out;
        if (j + 2 == Order) out.write(low, lower(s, j));
        if (j + 1 < Order) return out;
        out.updates[0].target = next;
        return out.judge(out.updates[0].form - symbol::reg(low), symbol::reg(low),
                         within.parameters(s.to(), s.from(), share), s.index > 0 ? before : 0);
    }

    [[nodiscard]] bool accepts(memory& m, const step& s, int, const measurement& e) const {
        if (s.to().is_clean()) return m.judge_end(root_mean_square(e), 2);
        return m.judge(control, Basis::variable(s.to()) - Basis::variable(s.from()), Order,
                       root_mean_square(e));
    }
    [[nodiscard]] static stage settle(const step& s, int, bool accepted) {
        stage out = update_stage(s.to());
        if (!accepted) return s.index > 0 ? out : out.write(before, symbol::x);
        out.write(0, symbol::reg(next));
        if (s.to().is_clean()) return out;
        const linear_form denoised = detail::denoised_of(Basis::value(s.from(), 0), 0, value);
        return out.write(before, symbol::reg(low))
            .write(start_noise, detail::noise_of(s.from(), denoised));
    }
    void depart(memory& m, const process_view& p, std::span<const noise_level> grid) const {
        diffgen::detail::require(grid[0].alpha > 0,
                                 "adaptive_dpm from pure noise (alpha = 0, t = ", grid[0].t,
                                 "), where log-SNR is infinite; start where alpha is "
                                 "above 0");
        way::depart(m, p, grid, std::min(control.longest, within.first_angle(Order)));
    }
    void proceed(memory& m, const process_view& p) const { way::proceed(m, p, control.longest); }
    [[nodiscard]] static grid_position position(const memory& m) { return m.position(); }

  private:
    using way = controlled_path<Basis>;
    static constexpr int next = 1, value = 2, low = 3, before = 4, start_noise = 5;
    /// What the estimate of one step's error may be of the tolerance.
    static constexpr double share = 0.5;

    /// The step of order Order - 1, whose last value is that of stage j.
    [[nodiscard]] static linear_form lower(const step& s, int j) {
        constexpr double node = Order == 3 ? 1. / 3 : 1. / 2;  // where `method` evaluates first
        const exponential_single<Order - 1, Basis> method{.middle = node};
        return method.plan(s, j, next, way::retries(s)).updates[0].form;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>

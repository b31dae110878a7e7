// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A stage as the solver plans it, with the predictor's conversion, checked before a pass sees it.

#include <diffgen/core/check.hpp>
#include <diffgen/core/prediction.hpp>
#include <diffgen/core/stage.hpp>
#include <diffgen/solver/step.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace diffgen::exec {

struct planned {
    stage what;
    conversion map;  ///< of the prediction, where the stage evaluates
};

namespace detail {

[[nodiscard]] inline bool is_finite(const linear_form& f) {
    const auto finite = [](double c) { return std::isfinite(c); };
    return std::all_of(f.registers.begin(), f.registers.end(), finite) &&
           std::isfinite(f.denoised) && std::isfinite(f.network) &&
           std::all_of(f.noise.begin(), f.noise.end(), finite);
}

template <class Solver>
[[nodiscard]] bool fits(const stage& s) {
    bool inside = s.input_register >= 0 && s.input_register < Solver::registers && s.rows >= 0 &&
                  s.rows <= Solver::rows && s.draws >= 0 && s.draws <= Solver::draws &&
                  s.compared >= 0 && s.compared < Solver::registers;
    for (int i = 0; inside && i < s.rows; ++i) {
        const auto& row = s.updates[static_cast<unsigned>(i)];
        inside = row.target >= 0 && row.target < Solver::registers;
        for (int r = Solver::registers; r < max_registers; ++r)
            inside = inside && !(std::abs(row.form.registers[static_cast<unsigned>(r)]) > 0);
    }
    return inside;
}

/// Throws bad_argument where no pass could carry out the stage.
template <class Solver>
void check_stage(const stage& s, const step& at, int part) {
    if (!fits<Solver>(s))
        throw bad_argument(diffgen::detail::text(
            "diffgen: stage ", part, " of step ", at.index, " writes ", s.rows, " rows, draws ",
            s.draws, " normals and evaluates register ", s.input_register,
            ", or a row names a register "
            "that is not there; the solver declares registers = ",
            Solver::registers, ", rows = ", Solver::rows, ", draws = ", Solver::draws));
    constexpr bool judges = requires {
        typename Solver::judge;
    };
    constexpr bool tunes = requires {
        typename Solver::tuner;
    };
    diffgen::detail::require((judges || !s.judged) && (tunes || !s.tunes), "stage ", part,
                             " of step ", at.index, " is measured, but the solver has no ",
                             s.judged ? "judge" : "tuner",
                             "; one that is made of others hands on theirs");
    bool finite = is_finite(s.measured[0]) && is_finite(s.measured[1]);
    for (int i = 0; i < s.rows; ++i)
        finite = finite && is_finite(s.updates[static_cast<unsigned>(i)].form);
    if (!finite)
        throw bad_argument(diffgen::detail::text(
            "diffgen: the solver has no finite coefficients for step ", at.index,
            " from t = ", at.from().t, " (alpha = ", at.from().alpha, ", sigma = ", at.from().sigma,
            ") to t = ", at.to().t, " (alpha = ", at.to().alpha, ", sigma = ", at.to().sigma, ")",
            at.from().alpha == 0
                ? "; start where alpha is above 0 (an earlier last time of the schedule, a grid's "
                  "sigma_max), or use ddim or ancestral, which can start at alpha = 0"
                : "; a mistake in its plan, or a level that it does not cover"));
}

}  // namespace detail

/// Throws bad_argument where the numbers of the prior do not fit into the state.
template <class T>
void check_prior(const noise_level& first) {
    diffgen::detail::require(first.sigma <= static_cast<double>(std::numeric_limits<T>::max()) / 16,
                             "a prior of standard deviation ", first.sigma, " at t = ", first.t,
                             " does not fit into a ", sizeof(T) == 4 ? "float" : "double",
                             "; start at less noise");
}

/// Stage `part` of the step. Throws bad_argument where the prediction or the solver is undefined at
/// its level.
template <class Sampler>
[[nodiscard]] planned plan(const Sampler& s, const step& at, int part) {
    if (const int stages = s.solver.stages(at); part >= stages)
        throw bad_argument(diffgen::detail::text("diffgen: the solver has ", stages,
                                                 " stages in step ", at.index, "; at least 1"));
    planned p{s.solver.plan(at, part), {}};
    p.what.level = s.predictor.with_network_time(p.what.level);
    if (p.what.evaluates)
        p.what.level.target_time = s.predictor.with_network_time(p.what.target).network_time;
    if (p.what.evaluates) p.map = s.predictor.to_denoised(p.what.level);
    detail::check_stage<typename Sampler::solver_type>(p.what, at, part);
    return p;
}

/// What follows a judged stage: a stage without an evaluation.
template <class Sampler>
[[nodiscard]] planned settled(const Sampler& s, const step& at, int part, bool accepted) {
    planned p{s.solver.settle(at, part, accepted), {}};
    p.what.evaluates = p.what.judged = false;
    detail::check_stage<typename Sampler::solver_type>(p.what, at, part);
    return p;
}

}  // namespace diffgen::exec

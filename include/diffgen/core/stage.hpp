// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A stage: one evaluation of the network (or none) and the affine update that follows it.
// What a solver plans, on the host and in double; what a pass carries out on the device.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/error.hpp>
#include <diffgen/core/linear_form.hpp>
#include <diffgen/core/noise_level.hpp>

#include <array>
#include <optional>

namespace diffgen::inline DIFFGEN_ABI {

inline constexpr int max_rows = 4;  ///< registers that one stage can write

/// Two forms S_0 and S_1 whose squares a stage sums up over every sample, and what the sums are
/// for. The solver's tuner picks (p, q) from them inside the pass, and p S_0 + q S_1 is added to
/// the stage's row 0; or, where the stage is judged, the solver's judge decides on the host how the
/// sample goes on.
struct measured_forms {
    std::array<linear_form, 2> forms{};  ///< S_0 and S_1
    std::array<double, 3> parameters{};  ///< what the tuner or the judge's rule is given
    int compared_register = 0;           ///< the register that the judge's rule sees as x
    bool judged = false;                 ///< whether a judge decides, instead of the tuner
};

/// registers' = rows(registers, D, z); all reads come before all writes.
struct stage {
    struct row {
        int target = 0;
        linear_form form;
    };

    noise_level level;       ///< level of the evaluation
    noise_level target;      ///< where a flow map is to lead; `level` for all other predictors
    bool evaluates = true;   ///< false: an affine update without a network call
    int input_register = 0;  ///< the register that the network sees
    int condition = 0;       ///< under which of its conditions, see `under`
    int rows = 0;            ///< entries of `updates` in use
    int draws = 0;           ///< normals used up, whether or not a coefficient is zero
    std::array<row, max_rows> updates{};

    // What few stages need.
    std::optional<measured_forms> measured{};
    /// The log-SNRs between which the stage's first normal is the noise, for sources that know a
    /// path. Without it, the step's first normal is the noise of the whole step.
    std::optional<std::array<double, 2>> noise_interval{};
    /// The predictor's second output v scales the normals: z becomes rule(v, noise_scale) z, with
    /// the rule of learned_variance.
    std::optional<std::array<double, 2>> noise_scale{};

    /// The level to which the network, where it is a flow map, is to lead. Returns *this.
    stage& towards(const noise_level& l) {
        target = l;
        return *this;
    }
    /// The number of the condition under which the network is asked, in `level.condition`, for
    /// solvers that ask under several. Returns *this.
    stage& under(int number) {
        condition = number;
        return *this;
    }
    /// Adds the row register[to] = form. Returns *this, to be chained. Throws bad_argument where
    /// there is no such register, or the stage writes max_rows of them already.
    stage& write(int to, linear_form form) {
        if (to < 0 || to >= max_registers || rows >= max_rows)
            throw bad_argument(detail::text("diffgen: a stage writes register ", to, " by its row ",
                                            rows, "; registers are 0 to ", max_registers - 1,
                                            ", rows 0 to ", max_rows - 1));
        updates[static_cast<unsigned>(rows++)] = {to, form};
        return *this;
    }
    /// Has the solver's tuner add p first + q second to row 0, with (p, q) from the sums of their
    /// squares over the sample. Returns *this.
    stage& tune(const linear_form& first, const linear_form& second,
                const std::array<double, 3>& parameters = {}) {
        measured = {{first, second}, parameters, 0, false};
        return *this;
    }
    /// Has the solver's judge decide, from the sums of the squares of both forms over the sample.
    /// Returns *this.
    stage& judge(const linear_form& first, const linear_form& second,
                 const std::array<double, 3>& parameters = {}, int compared_register = 0) {
        measured = {{first, second}, parameters, compared_register, true};
        return *this;
    }
    [[nodiscard]] bool is_tuned() const { return measured && !measured->judged; }
    [[nodiscard]] bool is_judged() const { return measured && measured->judged; }
};

/// A stage that evaluates the network at `level` on register `input`.
inline stage evaluation_stage(const noise_level& level, int input = 0) {
    stage s;
    s.level = level;
    s.target = level;
    s.input_register = input;
    return s;
}

/// A stage without an evaluation: the state moves to (or stays at) `level`.
inline stage update_stage(const noise_level& level) {
    stage s;
    s.level = level;
    s.evaluates = false;
    return s;
}

namespace symbol {

/// eps of the evaluation, when the network saw register `input` at level l.
inline linear_form eps(const noise_level& l, int input = 0) {
    return (reg(input) - l.alpha * D) / l.sigma;
}
/// The score of the evaluation, likewise.
inline linear_form grad_log_q(const noise_level& l, int input = 0) {
    return (l.alpha * D - reg(input)) / (l.sigma * l.sigma);
}

}  // namespace symbol
}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>

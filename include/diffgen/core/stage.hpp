// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A stage: one evaluation of the network (or none) and the affine update that follows it.
// What a solver plans, on the host and in double; what a pass carries out on the device.

#include <diffgen/core/linear_form.hpp>
#include <diffgen/core/noise_level.hpp>

#include <array>

namespace diffgen {

inline constexpr int max_rows = 4;  ///< registers that one stage can write

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
    int rows = 0;            ///< entries of `row` in use
    int draws = 0;           ///< normals used up, whether or not a coefficient is zero
    std::array<row, max_rows> updates{};

    /// The log-SNRs between which the stage's first normal is the noise, for sources that know a
    /// path. Equal: the step's first normal is the noise of the whole step.
    std::array<double, 2> noise_between{};

    /// The predictor's second output v scales the normals: z becomes rule(v, noise_scale) z, with
    /// the rule of learned_variance.
    bool scales_noise = false;
    std::array<double, 2> noise_scale{};

    /// A measured stage forms the sums of squares of S_0 and S_1 over every sample. From them,
    /// where it `tunes`, the solver's tuner picks (p, q), and p S_0 + q S_1 is added to row 0;
    /// where it is `judged`, the solver's judge decides on the host how the sample goes on.
    bool tunes = false;
    bool judged = false;
    std::array<linear_form, 2> measured{};  ///< S_0 and S_1
    std::array<double, 2> parameters{};     ///< for the tuner or the judge's rule
    int compared = 0;                       ///< register that the judge's rule sees as x

    [[nodiscard]] bool measures() const { return tunes || judged; }

    /// The level to which the network, where it is a flow map, is to lead. Returns *this.
    stage& towards(const noise_level& l) {
        target = l;
        return *this;
    }
    /// Adds the row register[target] = form. Returns *this, to be chained.
    stage& write(int target, const linear_form& form) {
        updates[static_cast<unsigned>(rows++)] = {target, form};
        return *this;
    }
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

/// eps and the score of the evaluation, when the network saw register `input` at level l.
inline linear_form eps(const noise_level& l, int input = 0) {
    return (reg(input) - l.alpha * D) / l.sigma;
}
inline linear_form grad_log_q(const noise_level& l, int input = 0) {
    return (l.alpha * D - reg(input)) / (l.sigma * l.sigma);
}

}  // namespace symbol
}  // namespace diffgen

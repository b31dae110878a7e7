// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A stage as a pass carries it out: in the scalar of the state, the conversion of the prediction
// folded into the coefficients, sized for the solver.

#include <diffgen/core/config.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/core/prediction.hpp>
#include <diffgen/core/stage.hpp>

#include <cstdint>

namespace diffgen::exec {

/// Whether a solver's constants, where it has them, stay within what a pass can carry out.
template <class Solver>
inline constexpr bool within_limits = [] {
    if constexpr (requires { Solver::registers + Solver::rows + Solver::draws; })
        return Solver::registers >= 1 && Solver::registers <= max_registers && Solver::rows >= 1 &&
               Solver::rows <= max_rows && Solver::draws >= 0 && Solver::draws <= max_draws;
    else
        return true;
}();

namespace detail {

/// The tuner or judge of a solver: what it makes of the measured forms.
struct no_rule {};
template <class Solver>
struct rule_of {
    using type = no_rule;
};
template <class Solver>
requires requires {
    typename Solver::tuner;
}
struct rule_of<Solver> {
    using type = typename Solver::tuner;
};
template <class Solver>
requires requires {
    typename Solver::judge;
}
struct rule_of<Solver> {
    using type = typename Solver::judge;
};

}  // namespace detail

/// How much a solver needs of everything.
template <class Solver>
struct shape_of {
    static constexpr int registers = Solver::registers;
    /// One row and one register more than the solver's take the denoised estimate for an observer.
    static constexpr int rows = Solver::rows + 1;
    static constexpr int draws = Solver::draws > 0 ? Solver::draws : 1;
    static constexpr bool noisy = Solver::draws > 0;
    static constexpr bool tunes = requires { typename Solver::tuner; };
    static constexpr bool judges = requires { typename Solver::judge; };
    static constexpr bool measures = tunes || judges;
    using rule = typename detail::rule_of<Solver>::type;
};

/// Coefficients of one linear form; `reads` has a bit for every register that matters.
template <class T, class Shape>
struct compiled_form {
    unsigned reads = 0;
    bool reads_output = false;
    bool reads_network = false;  ///< only under a hook: otherwise `output` has it too
    unsigned reads_noise = 0;
    T registers[Shape::registers] = {};
    T output = 0;
    T network = 0;
    T noise[Shape::draws] = {};
};

template <class T, class Shape>
struct compiled_stage {
    struct row {
        int target = 0;
        compiled_form<T, Shape> form;
    };

    level_of<T> at{};
    bool evaluates = false;
    int input = 0;            ///< register that the network sees
    T input_scale = 1;        ///< factor on it
    T state = 0, output = 1;  ///< D = state in + output net, for hooks
    int rows = 0;
    row updates[Shape::rows];
    unsigned reads = 0;  ///< registers that any row reads
    int draws = 0;
    std::uint32_t first_draw = 0;
    bool scales_noise = false;
    T noise_scale[2] = {};
    bool tunes = false;
    bool measures = false;
    compiled_form<T, Shape> measured[2];
    T parameters[2] = {};
    int compared = 0;
    int next_input = -1;  ///< register to be written, scaled, to the network's input; -1: none
    T next_scale = 1;

    [[nodiscard]] DIFFGEN_HD bool does_nothing() const { return rows == 0 && next_input < 0; }
};

namespace detail {

/// With `folds`, the basis element of an evaluation is the network's output o (D = state in +
/// output o); otherwise D itself, which a hook has changed, and o stands beside it.
template <class T, class Shape>
compiled_form<T, Shape> compile(linear_form f, const stage& s, const conversion& c, bool folds) {
    if (folds) {
        f.registers[static_cast<unsigned>(s.input_register)] += product(f.denoised, c.state_factor);
        f.denoised = product(f.denoised, c.output_factor) + f.network;
        f.network = 0;
    }
    compiled_form<T, Shape> out;
    for (int i = 0; i < Shape::registers; ++i) {
        out.registers[i] = static_cast<T>(f.registers[static_cast<unsigned>(i)]);
        if (out.registers[i] != 0) out.reads |= 1u << i;
    }
    out.output = static_cast<T>(f.denoised);
    out.reads_output = out.output != 0;
    out.network = static_cast<T>(f.network);
    out.reads_network = out.network != 0;
    for (int i = 0; i < Shape::draws; ++i) {
        out.noise[i] = static_cast<T>(f.noise[static_cast<unsigned>(i)]);
        if (out.noise[i] != 0) out.reads_noise |= 1u << i;
    }
    return out;
}

}  // namespace detail

/// Compiles a stage for the predictor's conversion `c` at its level. `keep_denoised` adds a row
/// that stores the denoised estimate in the extra slot.
template <class T, class Shape>
compiled_stage<T, Shape> compile(const stage& s, const conversion& c, bool folds,
                                 std::uint32_t first_draw, bool keep_denoised) {
    compiled_stage<T, Shape> out;
    out.level = cast_level<T>(s.level);
    out.evaluates = s.evaluates;
    out.input = s.input_register;
    out.input_scale = static_cast<T>(c.input_scale);
    out.state = static_cast<T>(c.state_factor);
    out.output = static_cast<T>(c.output_factor);
    const auto add = [&](int target, const linear_form& f) {
        auto& row = out.updates[out.rows++];
        row.target = target;
        row.form = detail::compile<T, Shape>(f, s, c, folds);
        out.reads |= row.form.reads;
    };
    for (int i = 0; i < s.rows; ++i)
        add(s.updates[static_cast<unsigned>(i)].target, s.updates[static_cast<unsigned>(i)].form);
    if (keep_denoised && s.evaluates) add(Shape::registers, symbol::D);
    out.draws = s.draws;
    out.first_draw = first_draw;
    out.scales_noise = s.scales_noise;
    out.tunes = s.tunes;
    out.measures = s.measures();
    out.compared = s.compared;
    for (unsigned i = 0; i < 2; ++i) {
        out.noise_scale[i] = static_cast<T>(s.noise_scale[i]);
        out.parameters[i] = static_cast<T>(s.parameters[i]);
        if (!s.measures()) continue;
        out.measured[i] = detail::compile<T, Shape>(s.measured[i], s, c, folds);
        out.reads |= out.measured[i].reads;
    }
    return out;
}

}  // namespace diffgen::exec

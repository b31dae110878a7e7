// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// An instruction: a stage as a pass carries it out, in the scalar of the state, with the conversion
// of the prediction folded into the coefficients. And how a stage becomes one: prepare() plans and
// checks it, compile() turns it into numbers.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/core/prediction.hpp>
#include <diffgen/core/stage.hpp>
#include <diffgen/solver/step.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace diffgen::inline DIFFGEN_ABI::exec {

namespace detail {

/// The branches of guidance that a solver names in its forms.
template <class Solver>
inline constexpr int branches_of = [] {
    if constexpr (requires { Solver::branches; })
        return int{Solver::branches};
    else
        return 0;
}();

}  // namespace detail

/// Whether the predictor has as many branches as the solver names.
template <class Predictor, class Solver>
inline constexpr bool has_branches_for = [] {
    if constexpr (requires { Predictor::combiner_type::inputs; })
        return detail::branches_of<Solver> <= int{Predictor::combiner_type::inputs};
    else
        return true;
}();

/// Whether a solver's constants, where it has them, stay within what a pass can carry out.
template <class Solver>
inline constexpr bool within_limits = [] {
    if constexpr (requires { Solver::registers + Solver::rows + Solver::draws; })
        return Solver::registers >= 1 && Solver::registers <= max_registers && Solver::rows >= 1 &&
               Solver::rows <= max_rows && Solver::draws >= 0 && Solver::draws <= max_draws &&
               detail::branches_of<Solver> >= 0 && detail::branches_of<Solver> <= max_branches;
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

/// How much a solver needs of everything. Solvers of one shape share their passes.
template <int Registers, int Rows, int Draws, bool Tunes, bool Judges, class Rule, int Branches = 0>
struct shape {
    static constexpr int registers = Registers;
    /// One row and one register more than the solver's take the denoised estimate for an observer.
    static constexpr int rows = Rows + 1;
    static constexpr int draws = Draws > 0 ? Draws : 1;
    static constexpr bool noisy = Draws > 0;
    static constexpr int branches = Branches;  ///< of guidance, that forms name
    static constexpr bool tunes = Tunes;
    static constexpr bool judges = Judges;
    static constexpr bool measures = Tunes || Judges;
    using rule = Rule;
};

namespace detail {

template <class Solver>
inline constexpr bool has_tuner = requires {
    typename Solver::tuner;
};
template <class Solver>
inline constexpr bool has_judge = requires {
    typename Solver::judge;
};

}  // namespace detail

template <class Solver>
using shape_of = shape<Solver::registers, Solver::rows, Solver::draws, detail::has_tuner<Solver>,
                       detail::has_judge<Solver>, typename detail::rule_of<Solver>::type,
                       detail::branches_of<Solver>>;

/// What a form has beside its other coefficients where the solver names branches of guidance.
template <class T, int Branches>
struct branch_part {
    unsigned reads_branches = 0;             ///< a bit for every branch that matters
    T branches[std::size_t{Branches}] = {};  ///< factors on the network's outputs
};
template <class T>
struct branch_part<T, 0> {};

/// Coefficients of one linear form; `reads` has a bit for every register that matters.
template <class T, class Shape>
struct compiled_form : branch_part<T, Shape::branches> {
    unsigned reads = 0;
    bool reads_output = false;
    bool reads_network = false;  ///< only under a hook: otherwise `output` has it too
    unsigned reads_noise = 0;
    T registers[Shape::registers] = {};
    T output = 0;
    T network = 0;
    T noise[Shape::draws] = {};
};

/// What an instruction has beside its rows where the solver measures whole samples.
template <class T, class Shape, bool Measures = Shape::measures>
struct measured_part {};
template <class T, class Shape>
struct measured_part<T, Shape, true> {
    bool measures = false;
    bool tunes = false;
    int compared_register = 0;
    compiled_form<T, Shape> measured[2];
    T parameters[3] = {};
};

template <class T, class Shape>
struct instruction : measured_part<T, Shape> {
    struct row {
        int target = 0;
        compiled_form<T, Shape> form;
    };

    bool evaluates = false;
    bool scales_noise = false;
    int input_register = 0;                 ///< register that the network sees
    T input_scale = 1;                      ///< factor on it
    T state_factor = 0, output_factor = 1;  ///< D = state_factor in + output_factor net, for hooks
    int rows = 0;
    int draws = 0;
    std::uint32_t first_draw = 0;
    unsigned reads = 0;  ///< registers that any row reads
    T noise_scale[2] = {};
    row updates[Shape::rows];
};

/// What a pass must know to compile a stage, beside the stage.
struct compile_options {
    bool folds = true;             ///< no hook stands between the network and the denoised estimate
    bool keep_denoised = false;    ///< a row more stores the denoised estimate for an observer
    std::uint32_t first_draw = 0;  ///< number of the stage's first normal in its run
};

namespace detail {

/// Where o.folds, the basis element of an evaluation is the network's output (D = state_factor in +
/// output_factor output); otherwise D itself, which a hook has changed, and the output beside it.
template <class T, class Shape>
compiled_form<T, Shape> compile(linear_form f, const stage& s, const conversion& c, bool folds) {
    if (folds) {
        f.registers[static_cast<unsigned>(s.input_register)] += product(f.denoised, c.state_factor);
        f.denoised = product(f.denoised, c.output_factor) + f.network;
        f.network = 0;
    }
    compiled_form<T, Shape> out;
    if constexpr (Shape::branches > 0)
        for (int i = 0; i < Shape::branches; ++i) {
            const double b = f.branches[static_cast<unsigned>(i)];
            f.registers[static_cast<unsigned>(s.input_register)] += product(b, c.state_factor);
            out.branches[i] = static_cast<T>(b * c.output_factor);
            if (out.branches[i] != 0) out.reads_branches |= 1u << i;
        }
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

/// Compiles a stage for the predictor's conversion `c` at its level.
template <class T, class Shape>
instruction<T, Shape> compile(const stage& s, const conversion& c, const compile_options& o) {
    instruction<T, Shape> out;
    out.evaluates = s.evaluates;
    out.input_register = s.input_register;
    out.input_scale = static_cast<T>(c.input_scale);
    out.state_factor = static_cast<T>(c.state_factor);
    out.output_factor = static_cast<T>(c.output_factor);
    const auto add = [&](int target, const linear_form& f) {
        auto& row = out.updates[out.rows++];
        row.target = target;
        row.form = detail::compile<T, Shape>(f, s, c, o.folds);
        out.reads |= row.form.reads;
    };
    for (int i = 0; i < s.rows; ++i)
        add(s.updates[static_cast<unsigned>(i)].target, s.updates[static_cast<unsigned>(i)].form);
    if (o.keep_denoised && s.evaluates) add(Shape::registers, symbol::D);
    out.draws = s.draws;
    out.first_draw = o.first_draw;
    if (s.noise_scale) {
        out.scales_noise = true;
        for (unsigned i = 0; i < 2; ++i)
            out.noise_scale[i] = static_cast<T>((*s.noise_scale)[i]);
    }
    if constexpr (Shape::measures)
        if (s.measured) {
            out.measures = true;
            out.tunes = !s.measured->judged;
            out.compared_register = s.measured->compared_register;
            for (unsigned i = 0; i < 3; ++i)
                out.parameters[i] = static_cast<T>(s.measured->parameters[i]);
            for (unsigned i = 0; i < 2; ++i) {
                out.measured[i] = detail::compile<T, Shape>(s.measured->forms[i], s, c, o.folds);
                out.reads |= out.measured[i].reads;
            }
        }
    return out;
}

/// A stage as the solver plans it, with the predictor's conversion, checked before a pass sees it.
struct prepared_stage {
    diffgen::stage stage;
    conversion to_denoised;  ///< of the prediction, where the stage evaluates
};

namespace detail {

[[nodiscard]] inline bool is_finite(const linear_form& f) {
    const auto finite = [](double c) { return std::isfinite(c); };
    return std::all_of(f.registers.begin(), f.registers.end(), finite) &&
           std::isfinite(f.denoised) && std::isfinite(f.network) &&
           std::all_of(f.noise.begin(), f.noise.end(), finite) &&
           std::all_of(f.branches.begin(), f.branches.end(), finite);
}

/// What a solver says that its stages have at most.
struct declared {
    int registers, rows, draws, branches;
    bool tunes, judges;
};
template <class Solver>
inline constexpr declared declared_by{Solver::registers,   Solver::rows,      Solver::draws,
                                      branches_of<Solver>, has_tuner<Solver>, has_judge<Solver>};

[[nodiscard]] inline bool fits(const linear_form& f, const declared& most) {
    for (int r = most.registers; r < max_registers; ++r)
        if (f.registers[static_cast<unsigned>(r)] != 0) return false;
    for (int d = most.draws; d < max_draws; ++d)
        if (f.noise[static_cast<unsigned>(d)] != 0) return false;
    for (int b = most.branches; b < max_branches; ++b)
        if (f.branches[static_cast<unsigned>(b)] != 0) return false;
    return true;
}

[[nodiscard]] inline bool fits(const stage& s, const declared& most) {
    if (s.input_register < 0 || s.input_register >= most.registers || s.rows < 0 ||
        s.rows > most.rows || s.draws < 0 || s.draws > most.draws)
        return false;
    for (int i = 0; i < s.rows; ++i) {
        const auto& row = s.updates[static_cast<unsigned>(i)];
        if (row.target < 0 || row.target >= most.registers || !fits(row.form, most)) return false;
    }
    if (!s.measured) return true;
    const measured_forms& m = *s.measured;
    return m.compared_register >= 0 && m.compared_register < most.registers &&
           fits(m.forms[0], most) && fits(m.forms[1], most);
}

/// Throws bad_argument where no pass could carry out the stage.
inline void check_stage(const stage& s, const step& at, int stage_index, const declared& most) {
    bool finite =
        !s.measured || (is_finite(s.measured->forms[0]) && is_finite(s.measured->forms[1]));
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
            : at.to().log_snr < at.from().log_snr
                ? "; the step goes to more noise, and a solver that draws noise goes only to less: "
                  "take "
                  "one of the probability flow"
                : "; a mistake in its plan, or a level that it does not cover"));
    if (!fits(s, most))
        throw bad_argument(diffgen::detail::text(
            "diffgen: stage ", stage_index, " of step ", at.index, " writes ", s.rows,
            " rows, draws ", s.draws, " normals and evaluates register ", s.input_register,
            ", or a form names a register, a normal or a branch that is not there; the solver "
            "declares registers = ",
            most.registers, ", rows = ", most.rows, ", draws = ", most.draws,
            ", branches = ", most.branches));
    if (s.measured)
        diffgen::detail::require(
            s.measured->judged ? most.judges : most.tunes, "stage ", stage_index, " of step ",
            at.index, " is measured, but the solver has no ",
            s.measured->judged ? "judge" : "tuner", "; one that is made of others hands on theirs");
}

}  // namespace detail

/// Throws bad_argument where the numbers of the prior do not fit into the state, and where the run
/// goes from its first level to more noise: it inverts, and begins with data.
template <class T>
void check_prior(const noise_level& first, const noise_level& last) {
    diffgen::detail::require(last.log_snr >= first.log_snr, "a run from the prior at t = ", first.t,
                             " (alpha = ", first.alpha, ", sigma = ", first.sigma,
                             ") ends at more noise, t = ", last.t, " (alpha = ", last.alpha,
                             ", sigma = ", last.sigma,
                             "); a run that inverts begins with data: generate_from");
    diffgen::detail::require(first.sigma <= static_cast<double>(std::numeric_limits<T>::max()) / 16,
                             "a prior of standard deviation ", first.sigma, " at t = ", first.t,
                             " does not fit into a ", sizeof(T) == 4 ? "float" : "double",
                             "; start at less noise");
}

/// Stage `stage_index` of the step, with what the network is told and what its output becomes.
/// Throws bad_argument where the prediction or the solver is undefined at its level, and where the
/// stage draws noise from a source that is not Gaussian.
template <class Sampler>
[[nodiscard]] prepared_stage prepare(const Sampler& s, const step& at, int stage_index) {
    if (const int stages = s.solver.stages(at); stage_index >= stages)
        throw bad_argument(diffgen::detail::text("diffgen: the solver has ", stages,
                                                 " stages in step ", at.index, "; at least 1"));
    prepared_stage p{s.solver.plan(at, stage_index), {}};
    if constexpr (requires { s.noise.is_gaussian(); })
        diffgen::detail::require(p.stage.draws == 0 || s.noise.is_gaussian(), "stage ", stage_index,
                                 " of step ", at.index,
                                 " adds noise, which must be Gaussian, and the "
                                 "sampler's noise is not; take a solver that draws nothing");
    p.stage.level = s.predictor.with_network_time(p.stage.level);
    p.stage.level.condition = p.stage.condition;
    if (p.stage.evaluates) {
        p.stage.level.target_time = s.predictor.with_network_time(p.stage.target).network_time;
        p.to_denoised = s.predictor.to_denoised(p.stage.level);
    }
    detail::check_stage(p.stage, at, stage_index,
                        detail::declared_by<typename Sampler::solver_type>);
    return p;
}

/// The evaluation of a cohort that waits at a level: the network sees its state, and nothing
/// follows from the answer. Throws bad_argument where the prediction is undefined there.
template <class Sampler>
[[nodiscard]] prepared_stage waiting(const Sampler& s, const noise_level& l) {
    const noise_level told = s.predictor.with_network_time(l);
    prepared_stage p{evaluation_stage(told), s.predictor.to_denoised(told)};
    p.stage.level.target_time = told.network_time;
    if (l.is_clean()) {  // the denoised estimate is what the state is made of
        p.to_denoised.state_factor = 1 / l.alpha;
        p.to_denoised.output_factor = 0;
    }
    return p;
}

/// What follows a judged stage: a stage without an evaluation.
template <class Sampler>
[[nodiscard]] prepared_stage settled(const Sampler& s, const step& at, int stage_index,
                                     bool accepted) {
    prepared_stage p{s.solver.settle(at, stage_index, accepted), {}};
    p.stage.evaluates = false;
    p.stage.measured.reset();
    detail::check_stage(p.stage, at, stage_index,
                        detail::declared_by<typename Sampler::solver_type>);
    return p;
}

}  // namespace diffgen::inline DIFFGEN_ABI::exec

#include <diffgen/core/with_macros.hpp>

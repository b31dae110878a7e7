// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Simulated annealing of the target (Kirkpatrick, Gelatt and Vecchi 1983): Langevin dynamics whose
// temperature changes from step to step of the run, from a flattened density to the density itself
// or beyond it, to its modes.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/solver/concepts.hpp>
#include <diffgen/solver/correction.hpp>
#include <diffgen/solver/grid_position.hpp>
#include <diffgen/solver/step.hpp>

#include <cmath>
#include <utility>

namespace diffgen::inline DIFFGEN_ABI::solver {

/// Temperatures of step i of n, i = 0 .. n - 1. Any callable does.
namespace cooling {

/// From `first` to `last` in equal ratios (Kirkpatrick, Gelatt and Vecchi 1983).
struct geometric {
    double first = 10, last = 1;

    void check() const {
        diffgen::detail::require(
            diffgen::detail::is_positive(first) && diffgen::detail::is_positive(last),
            "cooling::geometric from ", first, " to ", last, "; both must be above 0");
    }
    [[nodiscard]] double operator()(int i, int n) const {
        if (i == 0) return first;
        return i + 1 < n ? first * std::pow(last / first, double(i) / (n - 1)) : last;
    }
};

/// From `first` to `last` in equal differences.
struct linear {
    double first = 10, last = 1;

    void check() const {
        diffgen::detail::require(
            diffgen::detail::is_positive(first) && diffgen::detail::is_positive(last),
            "cooling::linear from ", first, " to ", last, "; both must be above 0");
    }
    [[nodiscard]] double operator()(int i, int n) const {
        if (i == 0) return first;
        return i + 1 < n ? first + (last - first) * i / (n - 1) : last;
    }
};

/// depth / log(i + 2), whatever n: as slow as the proofs want it that the dynamics ends in the
/// lowest well (Geman and Geman 1984).
struct logarithmic {
    double depth = 1;  ///< of the deepest well to be left, in units of the energy

    void check() const {
        diffgen::detail::require(diffgen::detail::is_positive(depth),
                                 "cooling::logarithmic with depth = ", depth, "; must be above 0");
    }
    [[nodiscard]] double operator()(int i, int /*n*/) const { return depth / std::log(i + 2.); }
};

}  // namespace cooling

namespace detail {

template <class Solver>
concept has_temperature = requires(Solver& s) {
    s.temperature = 1.;
};
template <class Solver>
concept has_corrector = requires(Solver& s) {
    s.corrector;
};

/// Sets the temperature of a solver, or of the corrector within it.
template <class Solver>
void set_temperature(Solver& s, double t) {
    static_assert(has_temperature<Solver> || has_corrector<Solver>,
                  "diffgen: tempered is given a solver with a member temperature, as langevin, "
                  "annealed_langevin and underdamped_langevin have it, or one with such a "
                  "corrector");
    if constexpr (has_temperature<Solver>)
        s.temperature = t;
    else if constexpr (has_corrector<Solver>)
        set_temperature(s.corrector, t);
}

}  // namespace detail

/// The solver at the temperature of the step. Evaluations, noise and what it converges to, at that
/// temperature, are the solver's.
template <class Solver, class Temperatures = cooling::geometric>
struct tempered : detail::judge_of<Solver> {
    static_assert(solver_policy<Solver>, "diffgen: the 1st part of a tempered is a solver");
    static_assert(!self_tuning_solver<Solver>,
                  "diffgen: tempered plans with the solver at another temperature, and takes none "
                  "that tunes itself");
    static constexpr int registers = Solver::registers;
    static constexpr int rows = Solver::rows;
    static constexpr int draws = Solver::draws;

    Solver solver{};
    Temperatures temperatures{};

    tempered() = default;
    explicit tempered(Solver s, Temperatures t = {})
        : solver(std::move(s)), temperatures(std::move(t)) {}

    void check() const {
        diffgen::detail::check(temperatures);
        diffgen::detail::check(solver);
    }

    [[nodiscard]] int stages(const step& s) const { return at(s).stages(s); }

    [[nodiscard]] stage plan(const step& s, int j) const { return at(s).plan(s, j); }

    template <class Memory>
    [[nodiscard]] bool accepts(Memory& m, const step& s, int j,
                               const measurement& e) const requires judging_solver<Solver> {
        return at(s).accepts(m, s, j, e);
    }
    [[nodiscard]] stage settle(const step& s, int j,
                               bool accepted) const requires judging_solver<Solver> {
        return at(s).settle(s, j, accepted);
    }

  private:
    /// The solver as it is in this step, checked: the temperatures may be anybody's.
    [[nodiscard]] Solver at(const step& s) const {
        Solver now = solver;
        detail::set_temperature(now, temperatures(s.index, s.count()));
        diffgen::detail::check(now);
        return now;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Any Langevin dynamics annealed over falling noise levels, as Song and Ermon 2019 (algorithm 1)
// do it with the plain one.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/solver/correction.hpp>
#include <diffgen/solver/grid_position.hpp>
#include <diffgen/solver/step.hpp>

#include <utility>

namespace diffgen::inline DIFFGEN_ABI::solver {

/// A corrector in units of each level's noise: step sizes are times sigma^2 for plain Langevin
/// dynamics, sigma for the underdamped one, so that they fit all levels alike. The corrector says
/// in scaled(sigma) what its constants are at a level.
template <class Corrector>
struct scaled_by_noise : detail::judge_of<Corrector> {
    static_assert(corrector_policy<Corrector>,
                  "diffgen: scaled_by_noise is given a corrector with a member scaled(sigma), as "
                  "langevin and underdamped_langevin have it");
    static constexpr int registers = Corrector::registers;
    static constexpr int rows = Corrector::rows;
    static constexpr int draws = Corrector::draws;

    Corrector corrector{};

    scaled_by_noise() = default;
    explicit scaled_by_noise(Corrector c) : corrector(std::move(c)) {}

    void check() const { diffgen::detail::check(corrector); }

    [[nodiscard]] int stages(const step& s) const { return at(s.from()).stages(s); }

    [[nodiscard]] stage plan(const step& s, int j) const { return at(s.from()).plan(s, j); }

    [[nodiscard]] int correction_stages(int n) const {
        return solver::correction_stages(corrector, n);
    }
    [[nodiscard]] stage correct(const noise_level& level, int k = 0) const {
        return correction(at(level), level, k);
    }

    template <class Memory, class Where>
    [[nodiscard]] bool accepts(Memory& m, const Where& w, int k,
                               const measurement& e) const requires judging_solver<Corrector> {
        return at(level_of_place(w)).accepts(m, w, k, e);
    }
    template <class Where>
    [[nodiscard]] stage settle(const Where& w, int k,
                               bool accepted) const requires judging_solver<Corrector> {
        return at(level_of_place(w)).settle(w, k, accepted);
    }

  private:
    [[nodiscard]] Corrector at(const noise_level& level) const {
        return corrector.scaled(level.sigma);
    }
    [[nodiscard]] static const noise_level& level_of_place(const noise_level& l) { return l; }
    [[nodiscard]] static const noise_level& level_of_place(const step& s) { return s.from(); }
};

/// At every level of the grid `steps` corrections; each level starts where the last ended. Where
/// the grid ends at the clean end, one more evaluation gives the denoised estimate.
/// Evaluations a step: steps, one more of mala (one more on the last). Noise: the corrector's.
template <class Corrector>
struct annealed : detail::judge_of<Corrector> {
    static_assert(corrector_policy<Corrector>,
                  "diffgen: annealed is given a corrector, a solver with stage correct(const "
                  "noise_level&) const, as langevin and underdamped_langevin have it");
    static_assert(!self_tuning_solver<Corrector>,
                  "diffgen: annealed brings the state to the next level in the corrector's own "
                  "stage, and cannot scale what a self-tuning one adds; use predictor_corrector");
    static constexpr int registers = Corrector::registers;
    static constexpr int rows = Corrector::rows;
    static constexpr int draws = Corrector::draws;
    static constexpr bool judges = judging_solver<Corrector>;

    Corrector corrector{};
    int steps = 5;  ///< corrections at a level

    annealed() = default;
    explicit annealed(Corrector c, int n = 5) : corrector(std::move(c)), steps(n) {}

    void check() const {
        diffgen::detail::require(steps >= 1, "annealed with ", steps,
                                 " steps at a level; it needs at least 1");
        diffgen::detail::check(corrector);
    }

    [[nodiscard]] int stages(const step& s) const {
        return corrections() + (s.to().is_clean() ? 1 : 0);
    }

    [[nodiscard]] stage plan(const step& s, int j) const {
        const auto &from = s.from(), &to = s.to();
        if (j == corrections()) return denoising_stage(s);
        const stage corrected = correction(corrector, from, j);
        return judges || !leaves(s, j) ? corrected : restated(corrected, to.alpha / from.alpha);
    }

    template <class Memory>
    [[nodiscard]] bool accepts(Memory& m, const step& s, int j,
                               const measurement& e) const requires judging_solver<Corrector> {
        return corrector.accepts(m, s.from(), j, e);
    }
    /// What follows the last decision brings the state to the next level too.
    [[nodiscard]] stage settle(const step& s, int j,
                               bool accepted) const requires judging_solver<Corrector> {
        stage out = corrector.settle(s.from(), j, accepted);
        if (!leaves(s, j)) return out;
        if (!accepted) out.write(0, symbol::x);
        return restated(out, s.to().alpha / s.from().alpha);
    }

  private:
    [[nodiscard]] int corrections() const { return correction_stages(corrector, steps); }
    /// Whether stage j is the last before the next level.
    [[nodiscard]] bool leaves(const step& s, int j) const {
        return j + 1 == corrections() && !s.to().is_clean();
    }
    /// The stage with its new state times a factor: the same x / alpha at the next level.
    [[nodiscard]] static stage restated(stage s, double factor) {
        for (int i = 0; i < s.rows; ++i) {
            auto& row = s.updates[static_cast<unsigned>(i)];
            if (row.target == 0) row.form = factor * row.form;
        }
        return s;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>

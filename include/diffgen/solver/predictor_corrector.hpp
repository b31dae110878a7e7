// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Predictor-corrector sampling (Song et al. 2021, algorithm 1): after each step of the predictor,
// correctors at the new level.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/solver/concepts.hpp>
#include <diffgen/solver/correction.hpp>
#include <diffgen/solver/grid_position.hpp>
#include <diffgen/solver/langevin.hpp>
#include <diffgen/solver/step.hpp>

#include <algorithm>
#include <type_traits>

namespace diffgen::inline DIFFGEN_ABI::solver {

namespace detail {

template <class Solver>
concept tunes = requires {
    typename Solver::tuner;
};

template <class First, class Second>
struct tuner_of {};
template <class First, class Second>
requires tunes<Second>
struct tuner_of<First, Second> {
    using tuner = typename Second::tuner;
};
template <class First, class Second>
requires(tunes<First> && !tunes<Second>) struct tuner_of<First, Second> {
    using tuner = typename First::tuner;
};

template <class First, class Second>
inline constexpr bool one_tuner = true;
template <class First, class Second>
requires(tunes<First>&& tunes<Second>) inline constexpr bool one_tuner<First, Second> =
    std::is_same_v<typename First::tuner, typename Second::tuner>;

}  // namespace detail

/// Any solver as predictor, any corrector: something with stage correct(level). What the corrector
/// remembers has registers of its own, after the predictor's, and starts anew at each level. Where
/// the corrector judges its proposals, so does the whole.
/// Order: the predictor's. Evaluations a step: the predictor's + the corrections' (one each, but
/// for mala). No correction at the clean end. Converges to the reverse SDE.
template <class Predictor, class Corrector>
struct predictor_corrector : detail::tuner_of<Predictor, Corrector>, detail::judge_of<Corrector> {
    static_assert(
        solver_policy<Predictor>,
        "diffgen: the 1st part of a predictor_corrector is a solver: constants registers, "
        "rows and draws, int stages(const step&) const, stage plan(const step&, int) "
        "const");
    static_assert(corrector_policy<Corrector>,
                  "diffgen: the 2nd part of a predictor_corrector is a corrector, a solver with "
                  "stage correct(const noise_level&) const, as langevin and langevin_corrector "
                  "have it");
    static_assert(detail::one_tuner<Predictor, Corrector>,
                  "diffgen: predictor and corrector tune themselves in two ways; a run has one "
                  "tuner, so let one of the two go without, or give both the same");
    static_assert(!judging_solver<Predictor>,
                  "diffgen: a predictor that judges its steps goes a way of its own through the "
                  "levels, and cannot be followed by corrections");
    static_assert(!(detail::tunes<Predictor> && judging_solver<Corrector>),
                  "diffgen: a run has one rule for what it measures, a tuner or a judge; let the "
                  "predictor go without its tuner, or use another corrector");
    static constexpr int registers = Predictor::registers + Corrector::registers - 1;
    static constexpr int rows = std::max(Predictor::rows, Corrector::rows);
    static constexpr int draws = std::max(Predictor::draws, Corrector::draws);

    Predictor predictor{};
    Corrector corrector{};
    int corrections = 1;  ///< corrector steps after each predictor step

    predictor_corrector() = default;
    explicit predictor_corrector(Predictor p, Corrector c = {}, int n = 1)
        : predictor(p), corrector(c), corrections(n) {}

    void check() const {
        diffgen::detail::require(corrections >= 0, "predictor_corrector with ", corrections,
                                 " corrections a step; must be 0 or more");
        diffgen::detail::check(predictor);
        diffgen::detail::check(corrector);
    }

    [[nodiscard]] int stages(const step& s) const {
        return predictor.stages(s) +
               (s.to().is_clean() ? 0 : correction_stages(corrector, corrections));
    }

    [[nodiscard]] stage plan(const step& s, int j) const {
        const int predicted = predictor.stages(s);
        if (j < predicted) return predictor.plan(s, j);
        return detail::moved(correction(corrector, s.to(), j - predicted),
                             Predictor::registers - 1);
    }

    template <class Memory>
    [[nodiscard]] bool accepts(Memory& m, const step& s, int j,
                               const measurement& e) const requires judging_solver<Corrector> {
        return corrector.accepts(m, s.to(), j - predictor.stages(s), e);
    }
    [[nodiscard]] stage settle(const step& s, int j,
                               bool accepted) const requires judging_solver<Corrector> {
        return detail::moved(corrector.settle(s.to(), j - predictor.stages(s), accepted),
                             Predictor::registers - 1);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Predictor-corrector sampling (Song et al. 2021, algorithm 1): after each step of the predictor,
// correctors at the new level.

#include <diffgen/solver/langevin.hpp>
#include <diffgen/solver/step.hpp>

namespace diffgen::solver {

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

}  // namespace detail

/// Any solver as predictor, any corrector: something with stage correct(level).
/// Order: the predictor's. Evaluations a step: the predictor's + corrections. No correction at the
/// clean end. Converges to the reverse SDE.
template <class Predictor, class Corrector>
struct predictor_corrector : detail::tuner_of<Predictor, Corrector> {
    static constexpr int registers = Predictor::registers;
    static constexpr int rows = Predictor::rows;
    static constexpr int draws = Predictor::draws > 1 ? Predictor::draws : 1;

    Predictor predictor{};
    Corrector corrector{};
    int corrections = 1;  ///< corrector steps after each predictor step

    predictor_corrector() = default;
    explicit predictor_corrector(Predictor p, Corrector c = {}, int n = 1)
        : predictor(p), corrector(c), corrections(n) {}

    [[nodiscard]] int stages(const step& s) const {
        return predictor.stages(s) + (s.to().is_clean() ? 0 : corrections);
    }

    [[nodiscard]] stage plan(const step& s, int j) const {
        const int predicted = predictor.stages(s);
        return j < predicted ? predictor.plan(s, j) : corrector.correct(s.to());
    }
};

}  // namespace diffgen::solver

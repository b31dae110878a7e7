// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// DPM-Solver-fast (Lu et al. 2022a, section 3.4): a given number of evaluations, all spent.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/solver/exponential_single.hpp>

namespace diffgen::inline DIFFGEN_ABI::solver {

/// Singlestep methods of order 3, and at the end what the number of evaluations leaves: of 3 k, k -
/// 1 steps of order 3, one of order 2 and one of order 1; of 3 k + 1 and 3 k + 2, k steps of order
/// 3, and one of order 1 or 2. For a run of steps() steps, on a grid that is even in log-SNR:
///     {.steps = fast.steps(), .grid = grid::log_snr{.stops = true}}
/// Order: 2, or 3 for 3 k + 2 evaluations. Noise: none. Converges to the probability flow.
template <class Basis = basis::noise>
struct dpm_solver_fast {
    using third = exponential_single<3, Basis>;
    static constexpr int registers = third::registers;
    static constexpr int rows = third::rows;
    static constexpr int draws = 0;

    int evaluations = 20;

    void check() const {
        diffgen::detail::require(evaluations >= 1, "dpm_solver_fast of ", evaluations,
                                 " evaluations; must be 1 or more");
    }

    /// How many steps the evaluations make.
    [[nodiscard]] int steps() const { return evaluations < 3 ? 1 : evaluations / 3 + 1; }

    [[nodiscard]] int stages(const step& s) const { return s.is_infinite() ? 1 : order(s); }

    [[nodiscard]] stage plan(const step& s, int j) const {
        switch (order(s)) {
            case 1:
                return exponential_single<1, Basis>{}.plan(s, j);
            case 2:
                return exponential_single<2, Basis>{}.plan(s, j);
            default:
                return third{}.plan(s, j);
        }
    }

  private:
    [[nodiscard]] int order(const step& s) const {
        const int left = s.count() - s.index, rest = evaluations % 3;
        if (left == 1) return rest == 0 ? 1 : rest;
        return left == 2 && rest == 0 ? 2 : 3;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>

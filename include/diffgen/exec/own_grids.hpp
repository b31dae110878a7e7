// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// How one sample moves through its levels when the samples of a batch go their own ways: down a
// grid of its own, or, with a solver that judges its steps, as the solver decides.

#include <diffgen/process/process_view.hpp>
#include <diffgen/solver/grid_position.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace diffgen {

/// The grids of the samples, each distinct one once.
struct own_grids {
    std::vector<std::vector<noise_level>> grids;
    std::vector<std::size_t> of_sample;  ///< which of them

    [[nodiscard]] std::span<const noise_level> sample(std::size_t i) const {
        return grids[of_sample[i]];
    }
};

namespace exec::detail {

/// What a solver remembers of a sample on the host, and where it lets the sample go: the next level
/// of its grid, unless the solver says otherwise.
struct nothing {};

template <class Solver>
struct memory_of {
    using type = nothing;
};
template <class Solver>
requires requires {
    typename Solver::memory;
}
struct memory_of<Solver> {
    using type = typename Solver::memory;
};

template <class Solver, class Memory>
[[nodiscard]] grid_position depart(const Solver& solver, Memory& m, const process_view& p,
                                   std::span<const noise_level> grid) {
    if constexpr (requires { solver.depart(m, p, grid); }) {
        solver.depart(m, p, grid);
        return solver.position(m);
    } else {
        return {grid, 0};
    }
}

/// After the last stage of a step.
template <class Solver, class Memory>
[[nodiscard]] grid_position proceed(const Solver& solver, Memory& m, const process_view& p,
                                    grid_position from) {
    if constexpr (requires { solver.proceed(m, p); }) {
        solver.proceed(m, p);
        return solver.position(m);
    } else {
        ++from.index;
        return from;
    }
}

}  // namespace exec::detail
}  // namespace diffgen

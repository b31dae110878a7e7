// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A solver of diffgen on the grids that it is tried with.

#include <diffgen/grid/any_grid.hpp>

#include "any_solver.hpp"
#include "candidate.hpp"

#include <string>
#include <vector>

namespace curves {

struct named_grid {
    std::string name;
    diffgen::any_grid grid;
};

/// The grids; those with a parameter, with several values of it.
[[nodiscard]] const std::vector<named_grid>& grids();

/// The candidate of one solver on one grid.
[[nodiscard]] candidate on_grid(std::string name, const std::string& options, any_solver solver,
                                const named_grid& grid);

/// The same solver on every grid.
inline void add(std::vector<candidate>& out, const std::string& name, const std::string& options,
                const any_solver& solver) {
    for (const auto& grid : grids())
        out.push_back(on_grid(name, options, solver, grid));
}

}  // namespace curves

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The options of a run.

#include <diffgen/exec/any_grid.hpp>
#include <diffgen/grid/uniform.hpp>
#include <diffgen/observe/observer.hpp>
#include <diffgen/observe/run_summary.hpp>

#include <cstdint>

namespace diffgen {

/// All have defaults: s.generate(exec::cpp, x, {.steps = 20, .seed = 7}).
struct options {
    int steps = 50;                  ///< at least 1; explicit grids bring their own
    std::uint64_t seed = 0;          ///< of the noise
    std::uint64_t first_sample = 0;  ///< number of the batch's first sample in the whole job
    any_grid grid = grid::uniform{};
    observer observe{};
};

}  // namespace diffgen

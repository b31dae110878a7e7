// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The options of a run.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/grid/any_grid.hpp>
#include <diffgen/grid/uniform.hpp>
#include <diffgen/observe/observer.hpp>
#include <diffgen/observe/run_summary.hpp>

#include <cstdint>
#include <limits>

namespace diffgen::inline DIFFGEN_ABI {

/// options::end_step of a run that goes to the end of its grid.
inline constexpr int to_the_end = std::numeric_limits<int>::max();

/// All have defaults: s.generate(exec::cpp, x, {.steps = 20, .seed = 7}).
struct options {
    int steps = 50;                  ///< of the grid, at least 1; explicit grids bring their own
    std::uint64_t seed = 0;          ///< of the noise
    std::uint64_t first_sample = 0;  ///< number of the batch's first sample in the whole job
    any_grid grid = grid::uniform{};
    observer observe{};
    /// The step of the grid with which the run begins, and the one before which it ends: 0 and
    /// `steps` for all of it. Levels, the numbers of the noise and the solver's rules for the last
    /// steps are those of the whole grid; a solver that remembers earlier steps begins without
    /// them. Strength s of image-to-image is begin_step = steps - int(s * steps).
    int begin_step = 0;
    int end_step = to_the_end;
};

namespace detail {

/// The end of a run over a grid of `steps` steps. Throws bad_argument where the part of the grid
/// that the options ask for is empty or lies outside.
[[nodiscard]] inline int end_of(const options& o, int steps) {
    const int end = o.end_step == to_the_end ? steps : o.end_step;
    require(o.begin_step >= 0 && o.begin_step < end && end <= steps, "steps ", o.begin_step, " to ",
            end, " of a grid of ", steps,
            " steps; a run begins at 0 or later and ends after it, at the last step or before");
    return end;
}

}  // namespace detail
}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>

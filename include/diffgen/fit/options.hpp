// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The options of a fit, what its observer sees, and its result.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/grid/any_grid.hpp>
#include <diffgen/grid/explicit.hpp>
#include <diffgen/grid/karras.hpp>
#include <diffgen/grid/uniform.hpp>

#include <cstdint>
#include <functional>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::fit {

/// What a fit tells its observer after each run.
struct progress {
    int evaluations;  ///< how often the network has been evaluated on the batch so far
    double error;     ///< the error of the best grid so far
};

/// The settings of a fit. All have defaults.
struct options {
    /// The number of intervals of the reference run. Their ends are the levels that a method may
    /// choose among, so there must be at least as many as the fitted grid has steps.
    int candidates = 60;
    int refine = 4;                        ///< the reference run's steps in each interval
    any_grid reference = grid::log_snr{};  ///< the grid of the reference run
    /// The grids that a fit begins from and is compared with. Each is stretched from the first
    /// level of the reference to its last one.
    std::vector<any_grid> starts{grid::karras{}, grid::log_snr{}, grid::uniform{}};
    std::uint64_t seed = 0;          ///< the seed of the prior and of the solver's noise
    std::uint64_t first_sample = 0;  ///< the number of the batch's first sample in the whole job
    /// Called after every run. If it returns false, the fit ends with the best grid so far.
    std::function<bool(const progress&)> observe{};
};

/// What a fit found.
struct fitted {
    grid::sigmas grid;        ///< the grid, as n + 1 values of sigma / alpha
    double error_before = 0;  ///< the error of the best of `starts` at the end of a run
    double error_after = 0;   ///< the error of `grid` at the end of a run
    int evaluations = 0;      ///< how often the network was evaluated on the batch
    bool finished = true;     ///< false if `observe` ended the fit
};

}  // namespace diffgen::inline DIFFGEN_ABI::fit

#include <diffgen/core/with_macros.hpp>

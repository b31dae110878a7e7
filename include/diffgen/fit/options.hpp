// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The options of a fit, what its observer sees, and its result.

#include <diffgen/grid/any_grid.hpp>
#include <diffgen/grid/explicit.hpp>
#include <diffgen/grid/karras.hpp>
#include <diffgen/grid/uniform.hpp>

#include <cstdint>
#include <functional>
#include <vector>

namespace diffgen::fit {

/// How far a fit is.
struct progress {
    int evaluations;  ///< of the network on the batch, so far
    double error;     ///< of the best grid so far
};

/// All have defaults.
struct options {
    /// Intervals of the reference whose ends a method may choose among: at least n.
    int candidates = 60;
    int refine = 4;                        ///< steps of the reference in each of them
    any_grid reference = grid::log_snr{};  ///< of the reference run
    /// What a fit is compared with, and begins from: each from the reference's first level to its
    /// last.
    std::vector<any_grid> starts{grid::karras{}, grid::log_snr{}, grid::uniform{}};
    std::uint64_t seed = 0;          ///< of the noise
    std::uint64_t first_sample = 0;  ///< number of the batch's first sample
    /// Called after every run; false ends the fit with the best grid so far.
    std::function<bool(const progress&)> watch{};
};

/// What a fit found.
struct fitted {
    grid::sigmas grid;        ///< n + 1 values of sigma / alpha
    double error_before = 0;  ///< at the end of a run, of the best of `starts`
    double error_after = 0;   ///< of `grid`
    int evaluations = 0;      ///< of the network on the batch
    bool finished = true;     ///< false: `watch` ended it
};

}  // namespace diffgen::fit

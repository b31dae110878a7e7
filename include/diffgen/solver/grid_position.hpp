// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a solver that judges its steps is told of one sample, and what it answers.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/noise_level.hpp>

#include <array>
#include <cstddef>
#include <span>

namespace diffgen::inline DIFFGEN_ABI {

/// Where a sample is: the levels that the solver is told of, and the step.
struct grid_position {
    std::span<const noise_level> levels;
    int index = 0;

    [[nodiscard]] bool done() const { return index + 1 >= static_cast<int>(levels.size()); }
};

/// What a judge is told of one sample after a judged stage.
struct measurement {
    std::array<double, 2> sums{};  ///< of the squares of the stage's two measured forms
    std::size_t elements = 1;      ///< of the sample
    double log_density = 0;        ///< at the stage's evaluation, for a solver that wants_density
    double uniform = 0.5;          ///< a uniform number in (0, 1) of this sample and stage
};

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>

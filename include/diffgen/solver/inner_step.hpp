// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A step between two levels that need not be the grid's, for solvers made of a single-step method.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/solver/step.hpp>

#include <array>

namespace diffgen::inline DIFFGEN_ABI::solver {

/// The step of a method from `from` to `to`. It holds the levels that its step refers to.
struct inner_step {
    std::array<noise_level, 2> levels;
    diffgen::step step;

    inner_step(const diffgen::step& outer, const noise_level& from, const noise_level& to)
        : levels{from, to}, step{outer.process, levels} {}
    inner_step(const inner_step&) = delete;
    inner_step& operator=(const inner_step&) = delete;
};

}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>

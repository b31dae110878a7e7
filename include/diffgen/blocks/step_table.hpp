// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Levels by block and step: a sample is cut into blocks of elements (frames, tokens, groups of
// channels, times of an action), each of which goes down the grid in rounds of its own. The table
// of the step numbers at which the blocks stand is the scheduling matrix of Chen et al. 2024
// (Diffusion Forcing, arXiv:2407.01392, algorithm 2).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/error.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::blocks {

/// Where on the grid every block stands, before the first round and after each. Block b of a sample
/// of n elements has elements b n / count to (b + 1) n / count. A table is a rule too: its own.
struct step_table {
    int count = 1;           ///< blocks of a sample
    std::vector<int> steps;  ///< a row for each block, of as many numbers as there are rounds + 1

    [[nodiscard]] int rounds() const {
        return count < 1 ? 0 : static_cast<int>(steps.size()) / count - 1;
    }
    /// Step numbers of block b: 0 is the first level of the grid, its number of steps the last one.
    [[nodiscard]] std::span<const int> of(int b) const {
        const std::size_t columns = static_cast<std::size_t>(rounds()) + 1;
        return std::span(steps).subspan(static_cast<std::size_t>(b) * columns, columns);
    }
    [[nodiscard]] step_table table(int) const { return *this; }
};

/// A rule that makes a table for a grid of any number of steps.
template <class R>
concept rule = std::copy_constructible<R> && requires(const R& r, int grid_steps) {
    { r.table(grid_steps) } -> std::convertible_to<step_table>;
};

/// Throws bad_shape where the table has no whole rows; bad_argument where a block stands outside
/// the grid or goes back along it, and where no block moves.
inline void check_table(const step_table& t, int grid_steps) {
    const std::size_t count = t.count < 1 ? 1 : static_cast<std::size_t>(t.count);
    if (t.count < 1 || t.steps.size() % count != 0 || t.steps.size() < 2 * count)
        throw bad_shape(detail::text("diffgen: a table of ", t.steps.size(), " step numbers for ",
                                     t.count,
                                     " blocks; a row for each of 1 block or more, of the number of "
                                     "rounds + 1, which is 2 or more"));
    bool moves = false;
    for (int b = 0; b < t.count; ++b) {
        int before = 0;
        for (std::size_t r = 0; r < t.of(b).size(); before = t.of(b)[r], ++r) {
            const int step = t.of(b)[r];
            detail::require(step >= 0 && step <= grid_steps, "block ", b, " stands at step ", step,
                            " in column ", r, " of the table; the grid has steps 0 to ",
                            grid_steps);
            detail::require(r == 0 || step >= before, "block ", b, " goes from step ", before,
                            " of the grid back to step ", step, " in round ", r - 1,
                            "; the noise of a block can only shrink");
            moves = moves || (r > 0 && step > before);
        }
    }
    detail::require(moves, "a table in whose ", t.rounds(), " rounds no block takes a step");
}

namespace detail {

using namespace diffgen::detail;

inline void require_count(const char* what, int count) {
    require(count >= 1, what, " of ", count, " blocks; 1 or more");
}

/// The table in which block b stands at step(b, r) after r rounds, or at an end of the grid beyond.
template <class Step>
[[nodiscard]] step_table make_table(int count, std::int64_t rounds, int grid_steps, Step step) {
    require(rounds < (std::int64_t{1} << 28) / count, "a table of ", count, " blocks and ", rounds,
            " rounds; at most 2^28 numbers");
    step_table t{count, {}};
    t.steps.reserve(static_cast<std::size_t>(count) * (static_cast<std::size_t>(rounds) + 1));
    for (int b = 0; b < count; ++b)
        for (int r = 0; r <= rounds; ++r)
            t.steps.push_back(std::clamp(static_cast<int>(step(b, r)), 0, grid_steps));
    return t;
}

}  // namespace detail
}  // namespace diffgen::inline DIFFGEN_ABI::blocks

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// From a table of levels by block and step to the cohorts of a run: blocks whose rows of the table
// are equal share a plan.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/blocks/step_table.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/exec/cohort.hpp>
#include <diffgen/options.hpp>
#include <diffgen/predictor/own_numbers.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/solver/concepts.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::exec {

namespace detail {

/// The way of a block whose row of the table this is. Its grid is the run's, without the levels
/// that it passes over between its first and its last one: so its noise and its solver's rules for
/// the last steps are those of a run over a part of the grid.
inline void add_way(grids& to, std::span<const int> row, const std::vector<noise_level>& grid) {
    const auto first = static_cast<std::ptrdiff_t>(row.front());
    std::vector<noise_level> mine(grid.begin(), grid.begin() + first + 1);
    timing when{static_cast<std::int32_t>(first), {}};
    for (std::size_t r = 1; r < row.size(); ++r)
        if (row[r] != row[r - 1]) {
            mine.push_back(grid[static_cast<std::size_t>(row[r])]);
            when.rounds.push_back(static_cast<std::int32_t>(r - 1));
        }
    mine.insert(mine.end(), grid.begin() + static_cast<std::ptrdiff_t>(row.back()) + 1, grid.end());
    to.distinct.push_back(std::move(mine));
    to.timings.push_back(std::move(when));
}

}  // namespace detail

/// Throws bad_shape where samples of so many elements do not divide into the blocks of the table,
/// bad_argument where it does not fit the grid, and where the options name a part of the grid.
inline void check_blocks(const blocks::step_table& t, std::size_t elements, int grid_steps,
                         const options& o) {
    blocks::check_table(t, grid_steps);
    if (elements % static_cast<std::size_t>(t.count) != 0)
        throw bad_shape(diffgen::detail::text("diffgen: samples of ", elements,
                                              " elements do not divide into ", t.count, " blocks"));
    diffgen::detail::require(o.begin_step == 0 && o.end_step == to_the_end,
                             "begin_step = ", o.begin_step, ", end_step = ", o.end_step,
                             " with levels by block; the table says where each block begins and "
                             "ends");
}

/// The grids of a run of so many samples by the table.
[[nodiscard]] inline grids grids_by_block(const blocks::step_table& t,
                                          const std::vector<noise_level>& grid,
                                          std::size_t samples) {
    const auto less = [](std::span<const int> a, std::span<const int> b) {
        return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
    };
    std::map<std::span<const int>, std::uint32_t, decltype(less)> known(less);
    grids g;
    g.blocks = static_cast<std::size_t>(t.count);
    std::vector<std::uint32_t> of_block;
    for (int b = 0; b < t.count; ++b) {
        const auto number = static_cast<std::uint32_t>(g.distinct.size());
        const auto [place, is_new] = known.try_emplace(t.of(b), number);
        if (is_new) detail::add_way(g, t.of(b), grid);
        of_block.push_back(place->second);
    }
    if (g.distinct.size() == 1) return g;
    g.of_sample.reserve(samples * g.blocks);
    for (std::size_t i = 0; i < samples; ++i)
        g.of_sample.insert(g.of_sample.end(), of_block.begin(), of_block.end());
    return g;
}

/// Throws bad_argument unless every block begins where the prior is, at the first level.
inline void check_from_prior(const blocks::step_table& t) {
    for (int b = 0; b < t.count; ++b)
        diffgen::detail::require(t.of(b).front() == 0, "block ", b, " begins at step ",
                                 t.of(b).front(),
                                 " of the grid, where it cannot be drawn; give its values, with "
                                 "generate_from, start_from or keep_from");
}

/// Says at compile time which samplers have no runs by block.
template <class Sampler>
constexpr void require_blocks_make_sense() {
    using solver_type = typename Sampler::solver_type;
    using predictor_type = typename Sampler::predictor_type;
    static_assert(!judging_solver<solver_type>,
                  "diffgen: this solver judges its steps, each for a whole sample, and chooses its "
                  "own levels; levels by block need a solver that follows its grid");
    static_assert(
        !self_tuning_solver<solver_type>,
        "diffgen: this solver picks a number for each sample from sums over it, and by "
        "block it would see a block; choose the number yourself, as solver::langevin does");
    static_assert(!predictor_type::hook_type::per_sample,
                  "diffgen: this predictor has a hook that sees whole samples, such as dynamic "
                  "thresholding, and by block it would see a block; take clipped{...}");
    static_assert(diffgen::detail::own_numbers_of<typename predictor_type::combiner_type> == 0 &&
                      diffgen::detail::own_numbers_of<typename predictor_type::hook_type> == 0,
                  "diffgen: this predictor has numbers for each sample or element, such as weights "
                  "by sample, and by block it would take those of a block");
    static_assert(predictor_type::kind != granularity::samplewise,
                  "diffgen: a samplewise functor is told one level of its sample; levels by block "
                  "need a batched network, called as net(in, out, std::span<const noise_level> "
                  "levels), a level for each block of each row, or a pointwise functor");
}

}  // namespace diffgen::inline DIFFGEN_ABI::exec

#include <diffgen/core/with_macros.hpp>

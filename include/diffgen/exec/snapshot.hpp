// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A run between two evaluations, in host memory, so that another run can go on from it.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/exec/cohort.hpp>
#include <diffgen/process/process_view.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::exec {

/// What another run of the same sampler, batch and options needs to go on with the same bits. See
/// diffgen/run_file.hpp for files.
template <class T, class Memory>
struct run_snapshot {
    std::size_t samples = 0, elements = 0;
    std::uint64_t seed = 0, first_sample = 0;
    std::int32_t evaluations = 0;
    std::vector<std::vector<noise_level>> grids;
    std::vector<std::uint32_t> cohort_of;  ///< empty where there is one cohort
    std::vector<timing> timings;           ///< of a run by blocks
    std::size_t blocks = 1;                ///< of a sample
    std::vector<cohort<Memory>> cohorts;
    std::vector<T> registers;  ///< the state, then the solver's other registers, each a batch
};

namespace detail {

inline void require_same_grid(const std::vector<noise_level>& saved,
                              const std::vector<noise_level>& mine) {
    diffgen::detail::require(saved.size() == mine.size(), "a saved run over ", saved.size(),
                             " levels for one over ", mine.size());
    for (std::size_t i = 0; i < mine.size(); ++i) {
        const noise_level &a = saved[i], &b = mine[i];
        diffgen::detail::require(
            a.t == b.t && a.log_snr == b.log_snr && a.alpha == b.alpha && a.sigma == b.sigma,
            "a saved run whose level ", i, " is t = ", a.t, ", alpha = ", a.alpha,
            ", sigma = ", a.sigma, ", for one where it is t = ", b.t, ", alpha = ", b.alpha,
            ", sigma = ", b.sigma);
    }
}

}  // namespace detail

/// Throws bad_shape, bad_argument where `saved` is not of a run such as `mine`, which stands at its
/// beginning: another batch, seed, grid or part of it; and says what differs.
template <class T, class Memory>
void require_same_run(const run_snapshot<T, Memory>& saved, const run_snapshot<T, Memory>& mine) {
    const auto registers = [](const auto& s) {
        const std::size_t size = s.samples * s.elements;
        return size == 0 ? 0 : s.registers.size() / size;
    };
    if (saved.samples != mine.samples || saved.elements != mine.elements ||
        saved.registers.size() != mine.registers.size())
        throw bad_shape(diffgen::detail::text(
            "diffgen: a saved run of ", saved.samples, " samples of ", saved.elements,
            " elements with ", registers(saved), " registers, for one of ", mine.samples,
            " samples of ", mine.elements, " elements with ", registers(mine)));
    diffgen::detail::require(saved.seed == mine.seed && saved.first_sample == mine.first_sample,
                             "a saved run of seed ", saved.seed, " and first_sample ",
                             saved.first_sample, ", for one of seed ", mine.seed,
                             " and first_sample ", mine.first_sample);
    diffgen::detail::require(saved.cohorts.size() == mine.cohorts.size() &&
                                 saved.cohort_of == mine.cohort_of &&
                                 saved.grids.size() == mine.grids.size(),
                             "a saved run of ", saved.grids.size(), " grids and ",
                             saved.cohorts.size(), " cohorts, for one of ", mine.grids.size(),
                             " and ", mine.cohorts.size(), ", or whose samples are in other ones");
    diffgen::detail::require(saved.blocks == mine.blocks && saved.timings == mine.timings,
                             "a saved run of ", saved.blocks, " blocks for one of ", mine.blocks,
                             ", or whose blocks take their steps in other rounds");
    for (std::size_t g = 0; g < mine.grids.size(); ++g)
        detail::require_same_grid(saved.grids[g], mine.grids[g]);
    for (std::size_t c = 0; c < mine.cohorts.size(); ++c) {
        const auto &a = saved.cohorts[c], &b = mine.cohorts[c];
        diffgen::detail::require(a.grid == b.grid && a.end == b.end && a.begin == b.begin &&
                                     a.index >= b.begin && a.index <= b.end &&
                                     (a.arrived || a.index < b.end) && a.stage_index >= 0 &&
                                     a.steps >= 0,
                                 "a saved run of steps ", a.begin, " to ", a.end, " at step ",
                                 a.index, ", for one of steps ", b.begin, " to ", b.end);
    }
}

/// Throws bad_argument where a level is not one of the process.
inline void require_on_process(const std::vector<noise_level>& saved, const process_view& process) {
    for (const noise_level& l : saved) {
        if (l.is_clean()) continue;
        const noise_level mine = process.level_of_log_snr(l.log_snr);
        diffgen::detail::require(l.alpha == mine.alpha && l.sigma == mine.sigma &&
                                     std::abs(l.t - mine.t) <= 1e-9 * (1 + std::abs(mine.t)),
                                 "a saved run with a level t = ", l.t, ", alpha = ", l.alpha,
                                 ", sigma = ", l.sigma, ", where the sampler has t = ", mine.t,
                                 ", alpha = ", mine.alpha, ", sigma = ", mine.sigma);
    }
}

/// Throws bad_argument where a cohort stands outside its grid.
template <class Memory>
void require_position(const cohort<Memory>& c, std::size_t levels) {
    const auto last = static_cast<std::int64_t>(levels) - 1;
    diffgen::detail::require(c.grid == 0 && c.begin >= 0 && c.begin <= c.index && c.begin < c.end &&
                                 c.index <= c.end && (c.index < c.end || c.arrived) &&
                                 c.end <= last && c.stage_index >= 0 && c.steps >= 0,
                             "a saved run of steps ", c.begin, " to ", c.end, " at step ", c.index,
                             " and stage ", c.stage_index, " of a grid of ", last, " steps");
}

}  // namespace diffgen::inline DIFFGEN_ABI::exec

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A cohort: samples that share a plan. What a run remembers of it, how it goes through its levels,
// and how its stages become what the passes carry out.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/exec/instruction.hpp>
#include <diffgen/exec/passes.hpp>
#include <diffgen/exec/sampler_view.hpp>
#include <diffgen/noise/piece.hpp>
#include <diffgen/options.hpp>
#include <diffgen/process/process_view.hpp>
#include <diffgen/solver/grid_position.hpp>
#include <diffgen/solver/step.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::exec {

/// Whether the normals of a source depend on the levels of the run's steps: it has
/// `for_piece(piece)`, which returns the source for a piece of a Brownian path.
template <class Noise>
inline constexpr bool follows_brownian = requires(const Noise& n, const noise::piece& p) {
    { n.for_piece(p) } -> std::same_as<Noise>;
};

/// Whether a solver can only be used with such a source.
template <class Solver>
inline constexpr bool wants_brownian = requires {
    requires Solver::wants_brownian;
};

/// Which noise a run uses: the sampler's source, with the seed of the options where it has one.
template <class Noise>
[[nodiscard]] Noise seeded(Noise source, std::uint64_t seed) {
    if constexpr (requires { source.seed = seed; }) source.seed = seed;
    return source;
}

namespace detail {

/// How often the grid has turned between rising and falling noise, before step s.index.
[[nodiscard]] inline std::uint32_t turns(const step& s) {
    std::uint32_t count = 0;
    int way = 0;
    for (int i = 0; i <= s.index; ++i) {
        const double from = s.level(i).log_snr, to = s.level(i + 1).log_snr;
        const int here = from < to ? 1 : from > to ? -1 : way;
        if (way != 0 && here != way) ++count;
        way = here;
    }
    return count;
}

}  // namespace detail

/// The source for a stage whose first normal is number `first_draw` of the run; `before` is the
/// source of the stage before it. The piece of the path is the one that the stage names; without a
/// name it is the whole step, of which the first normal that the step draws is the increment.
template <class Noise>
[[nodiscard]] Noise noise_for(const Noise& before, const step& s, const stage& what,
                              int stage_index, std::uint32_t first_draw) {
    if constexpr (follows_brownian<Noise>) {
        if (what.noise_interval)
            return before.for_piece({(*what.noise_interval)[0], (*what.noise_interval)[1],
                                     detail::turns(s), first_draw});
        if (stage_index == 0)
            return before.for_piece(
                {s.from().log_snr, s.to().log_snr, detail::turns(s), first_draw});
    }
    return before;
}

/// When a cohort of a run that goes by rounds takes its steps: those of its grid from `begin` on,
/// the k-th of them in round rounds[k].
struct timing {
    std::int32_t begin = 0;
    std::vector<std::int32_t> rounds;

    friend bool operator==(const timing&, const timing&) = default;
};

/// The grids of a run, each distinct one once, and which one every sample goes down. Where what
/// shares a plan is a block of elements, `samples` here and in the passes are blocks: a sample is
/// `blocks` of them, one after the other, so that addresses and noise are the same.
struct grids {
    std::vector<std::vector<noise_level>> distinct;
    std::vector<std::uint32_t> of_sample;  ///< empty where there is one for all
    std::vector<timing> timings{};         ///< of each grid; empty where no cohort waits
    std::size_t blocks = 1;                ///< of a sample

    [[nodiscard]] const std::vector<noise_level>& of(std::size_t sample) const {
        return distinct[of_sample.empty() ? 0 : of_sample[sample]];
    }
    struct part {
        int begin, end;
    };
    /// The steps of grid g that are taken.
    [[nodiscard]] part part_of(std::size_t g, const options& o) const {
        if (timings.empty())
            return {o.begin_step,
                    diffgen::detail::end_of(o, static_cast<int>(distinct[g].size()) - 1)};
        return {timings[g].begin, timings[g].begin + static_cast<int>(timings[g].rounds.size())};
    }
};

/// What a run remembers of a cohort.
template <class Memory>
struct cohort {
    std::uint32_t grid = 0;  ///< which of the run's grids
    std::int32_t index = 0;  ///< step of the grid
    std::int32_t end = 0;    ///< step of the grid at which the cohort has arrived
    std::int32_t begin = 0;  ///< step at which the solver's memory begins
    std::int32_t stage_index = 0;
    std::int32_t steps = 0;    ///< done, tries that a judge refused among them
    std::int32_t refused = 0;  ///< tries that the judge refused
    std::uint32_t draws = 0;   ///< normals used up, with those of the stage that is due
    std::uint32_t draws_before_step = 0;
    bool arrived = false;
    Memory memory{};  ///< what the solver remembers
};

/// What a run must know of a stage that is due, beside what the passes get.
struct due_stage {
    noise_level level{};  ///< what the network is told
    double input_scale = 1;
    bool is_judged = false;
    bool ends_step = false;  ///< known where the stages are planned ahead
    std::int32_t step = 0, stage_index = 0;
};

/// Stages as the passes carry them out (`entries`), and what the host must know of each (`due`):
/// of one cohort all that come, or of every cohort the one that comes next.
template <class T, class Shape, class Noise>
struct stage_list {
    std::vector<assignment<T, Shape, Noise>> entries;
    std::vector<due_stage> due;

    void resize(std::size_t n, const Noise& source) {
        entries.resize(n, {{}, source});
        due.resize(n);
    }
    void reseed(std::uint64_t seed) {
        for (auto& e : entries)
            e.noise = seeded(e.noise, seed);
    }
};

/// Plans the stages of cohorts for a sampler and its options.
template <class T, class Shape, class Noise, class Memory>
class planner {
  public:
    using cohort_type = cohort<Memory>;
    using entry = assignment<T, Shape, Noise>;
    using list = stage_list<T, Shape, Noise>;

    /// keep_denoised: whether an observer asks for the denoised estimate.
    planner(const sampler_view<Memory>& s, bool keep_denoised)
        : sampler_(s), keep_denoised_(keep_denoised) {}

    /// Whether the solver, and not the grid, says through which levels a sample goes.
    [[nodiscard]] bool leads() const { return sampler_.leads(); }

    [[nodiscard]] step here(const cohort_type& c, std::span<const noise_level> grid) const {
        if (!sampler_.leads()) return {sampler_.process(), grid, c.index, c.begin};
        const grid_position at = sampler_.position(c.memory);
        return {sampler_.process(), at.levels, at.index, 0};
    }

    /// Stages of the step at which cohort c stands.
    [[nodiscard]] int stages(const cohort_type& c, std::span<const noise_level> grid) const {
        return sampler_.stages(here(c, grid));
    }

    /// A cohort at the beginning of its way down grid number `number`, from step `begin` to `end`.
    [[nodiscard]] cohort_type start(std::uint32_t number, std::span<const noise_level> grid,
                                    int begin, int end) const {
        cohort_type c;
        c.grid = number;
        c.index = c.begin = begin;
        c.end = end;
        c.arrived = begin == end;
        if (sampler_.leads())
            sampler_.depart(c.memory, grid.subspan(static_cast<std::size_t>(begin),
                                                   static_cast<std::size_t>(end - begin) + 1));
        else
            c.draws = c.draws_before_step = draws_of(grid, begin);
        return c;
    }

    /// Plans the stage that is due of cohort c. `before`: the source of the stage before it.
    void plan(cohort_type& c, std::span<const noise_level> grid, const Noise& before, entry& e,
              due_stage& due) const {
        const step at = here(c, grid);
        fill(c, at, sampler_.prepare(at, c.stage_index), before, e, due);
    }
    /// Plans what follows the judged stage that is due of cohort c.
    void settle(cohort_type& c, std::span<const noise_level> grid, bool accepted, entry& e,
                due_stage& due) const {
        const step at = here(c, grid);
        c.refused += accepted ? 0 : 1;
        fill(c, at, sampler_.settled(at, c.stage_index, accepted), e.noise, e, due);
    }

    /// What the passes do for a cohort that waits: the network sees its state, and is told the
    /// level at which it stands.
    void wait(const cohort_type& c, std::span<const noise_level> grid, entry& e,
              due_stage& due) const {
        const prepared_stage p = sampler_.waiting(grid[static_cast<std::size_t>(c.index)]);
        e.code =
            compile<T, Shape>(p.stage, p.to_denoised, {sampler_.folds(), keep_denoised_, c.draws});
        due = {p.stage.level, p.to_denoised.input_scale, false, false, c.index, c.stage_index};
    }
    /// Plans what cohort c does after the stage that was carried out; accepts(c, step) asks the
    /// solver's judge, is_due(c) whether the cohort goes on now. While nothing is evaluated, the
    /// network is told the level of the last evaluation.
    template <class Accepts, class IsDue>
    void plan_next(cohort_type& c, std::span<const noise_level> grid, entry& e, due_stage& due,
                   [[maybe_unused]] const Accepts& accepts, const IsDue& is_due) const {
        const noise_level told = due.level;
        if constexpr (Shape::judges) {
            if (due.is_judged) {
                settle(c, grid, accepts(c, here(c, grid)), e, due);
                due.level = told;
                return;
            }
        }
        move_on(c, grid);
        if (!is_due(c)) {
            e.code = {};
            return;
        }
        plan(c, grid, e.noise, e, due);
        if (!e.code.evaluates) due.level = told;
    }
    /// Plans the due stage of cohort c as it was planned before: from the beginning of its step, so
    /// that the noise is the same.
    void plan_again(cohort_type& c, std::span<const noise_level> grid, entry& e,
                    due_stage& due) const {
        if (c.arrived) {
            e.code = {};
            return;
        }
        const std::int32_t stage_index = std::exchange(c.stage_index, 0);
        const std::uint32_t draws = std::exchange(c.draws, c.draws_before_step);
        for (; c.stage_index < stage_index; ++c.stage_index)
            plan(c, grid, e.noise, e, due);
        // what followed the judged stages of the step has drawn too, whatever the judge said
        if (stage_index > 0)
            c.draws =
                draws - static_cast<std::uint32_t>(sampler_.draws(here(c, grid), stage_index));
        plan(c, grid, e.noise, e, due);
    }

    /// Moves cohort c past the stage that was carried out. Returns whether it ended a step.
    bool move_on(cohort_type& c, std::span<const noise_level> grid) const {
        if (++c.stage_index < sampler_.stages(here(c, grid))) return false;
        c.stage_index = 0;
        ++c.steps;
        c.draws_before_step = c.draws;
        if (sampler_.leads()) {
            sampler_.proceed(c.memory);
            c.arrived = sampler_.position(c.memory).done();
        } else {
            c.arrived = ++c.index == c.end;
        }
        return true;
    }

    /// All stages of a cohort from where it stands, for solvers that follow the grid: none of them
    /// waits for what another one finds. Throws bad_argument where one cannot be carried out.
    /// source: with its seed.
    [[nodiscard]] list plan_all(cohort_type c, std::span<const noise_level> grid,
                                const Noise& source) const {
        list all;
        while (!c.arrived) {
            all.entries.push_back({{}, source});
            all.due.emplace_back();
            plan(c, grid,
                 all.entries.size() > 1 ? all.entries[all.entries.size() - 2].noise : source,
                 all.entries.back(), all.due.back());
            all.due.back().ends_step = move_on(c, grid);
        }
        return all;
    }
    /// How many stages plan_all would plan, at most `limit`.
    [[nodiscard]] std::size_t count(cohort_type c, std::span<const noise_level> grid,
                                    std::size_t limit) const {
        std::size_t stages = 0;
        for (; (c.index < c.end) && stages < limit; ++c.index)
            stages += static_cast<std::size_t>(sampler_.stages(here(c, grid)));
        return stages < limit ? stages : limit;
    }

  private:
    void fill(cohort_type& c, const step& at, const prepared_stage& p, const Noise& before,
              entry& e, due_stage& due) const {
        e.code =
            compile<T, Shape>(p.stage, p.to_denoised, {sampler_.folds(), keep_denoised_, c.draws});
        e.noise = noise_for(before, at, p.stage, c.stage_index, c.draws);
        c.draws += static_cast<std::uint32_t>(p.stage.draws);
        due = {p.stage.level, p.to_denoised.input_scale, p.stage.is_judged(), false, at.index,
               c.stage_index};
    }

    /// Normals that a run down the whole grid has used up before step `begin`.
    [[nodiscard]] std::uint32_t draws_of(std::span<const noise_level> grid, int begin) const {
        std::uint32_t draws = 0;
        if constexpr (Shape::noisy)
            for (step at{sampler_.process(), grid, 0, 0}; (at.index < begin); ++at.index)
                for (int j = 0; j < sampler_.stages(at); ++j)
                    draws += static_cast<std::uint32_t>(sampler_.draws(at, j));
        return draws;
    }

    sampler_view<Memory> sampler_;
    bool keep_denoised_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::exec

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The cohorts of a run and the stage of each that is due: what a run does on the host. A run with
// one cohort, under a solver that follows its grid, has all its stages planned ahead; in all others
// the next stage of a cohort is planned when the one before it has been carried out.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/exec/cohort.hpp>
#include <diffgen/exec/instruction.hpp>
#include <diffgen/exec/passes.hpp>
#include <diffgen/options.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::exec {

/// Where the samples of a run come from.
enum class origin {
    prior,  ///< drawn: sigma N(0, I) at the first level
    given,  ///< the state holds them
};

/// Which of the due stages that follow an evaluation, or of those that do not, there are.
struct due_stages {
    bool any = false, measured = false, judged = false;
};
template <class Shape, class Cohort, class Entry>
[[nodiscard]] due_stages due_among(std::span<const Cohort> cohorts, const Entry* entries,
                                   [[maybe_unused]] const due_stage* due, bool evaluated) {
    due_stages r;
    for (std::size_t c = 0; c < cohorts.size(); ++c) {
        if (cohorts[c].arrived) continue;
        const auto& code = entries[c].code;
        if (code.evaluates != evaluated) continue;
        r.any = true;
        if constexpr (Shape::measures) r.measured = r.measured || code.measures;
        if constexpr (Shape::judges) r.judged = r.judged || due[c].is_judged;
    }
    return r;
}

template <class T, class Shape, class Noise, class Memory>
class roster {
    /// Runs of one cohort are planned ahead up to this many stages; longer ones as they come.
    static constexpr std::size_t most_planned = 1 << 16;

  public:
    using cohort_type = cohort<Memory>;
    using entry = assignment<T, Shape, Noise>;

    /// source: with its seed. Throws bad_argument where a stage that is planned here cannot be
    /// carried out.
    roster(const sampler_view<Memory>& s, const Noise& source, grids g, std::size_t samples,
           const options& o, origin from)
        : planner_(s, o.observe.wants_denoised),
          grids_(std::move(g)),
          starts_(first_cohorts(samples, o)),
          cohorts_(starts_),
          ahead_(can_plan_ahead()) {
        if (from == origin::prior) check_prior<T>(first_level(), grid(0).back());
        if (ahead_) {
            stages_ = planner_.plan_all(starts_.front(), grid(0), source);
            return;
        }
        stages_.resize(cohorts_.size(), source);
        plan_first();
    }

    /// Whether the run goes by rounds: a cohort takes a step in the round that its timing names,
    /// and waits until then. Otherwise no cohort waits for another.
    [[nodiscard]] bool by_rounds() const { return !grids_.timings.empty() && cohorts_.size() > 1; }
    /// How far the run is: rounds that are done, or steps that every cohort has done.
    [[nodiscard]] std::int32_t progress() const {
        return by_rounds() ? round_ : cohorts_[slowest()].steps;
    }
    /// Where cohort c stands, for observers: step and number of steps, which is 0 where only the
    /// solver knows; or round and number of rounds.
    [[nodiscard]] std::pair<int, int> place_of(std::size_t c) const {
        if (by_rounds()) return {round_, rounds()};
        if (leads()) return {cohorts_[c].steps, 0};
        return {cohorts_[c].index, here(c).count()};
    }

    /// Whether the solver, and not the grid, says through which levels a sample goes.
    [[nodiscard]] bool leads() const { return planner_.leads(); }
    [[nodiscard]] std::size_t size() const { return cohorts_.size(); }
    [[nodiscard]] const cohort_type& operator[](std::size_t c) const { return cohorts_[c]; }
    /// The cohort of every sample; empty where there is one.
    [[nodiscard]] const std::vector<std::uint32_t>& of_samples() const { return of_samples_; }
    [[nodiscard]] std::size_t of(std::size_t sample) const {
        return of_samples_.empty() ? 0 : of_samples_[sample];
    }
    [[nodiscard]] const grids& all_grids() const { return grids_; }
    [[nodiscard]] const std::vector<cohort_type>& cohorts() const { return cohorts_; }
    [[nodiscard]] const std::vector<cohort_type>& starts() const { return starts_; }
    [[nodiscard]] bool is_planned_ahead() const { return ahead_; }
    /// The level at which all samples of a run from the prior start.
    [[nodiscard]] noise_level first_level() const {
        return planner_.here(starts_.front(), grid(0)).from();
    }

    /// All stages of a run that is planned ahead.
    [[nodiscard]] const stage_list<T, Shape, Noise>& planned() const { return stages_; }
    /// What the passes carry out next, one for each cohort.
    [[nodiscard]] const entry* entries() const { return stages_.entries.data() + due_; }
    [[nodiscard]] const due_stage& due(std::size_t c) const { return stages_.due[due_ + c]; }
    /// The number of the due stage among those planned ahead; 0 where none are.
    [[nodiscard]] std::size_t number() const { return due_; }
    /// The step of cohort c at which it stands.
    [[nodiscard]] step here(std::size_t c) const { return planner_.here(cohorts_[c], grid(c)); }
    /// Stage number k of those planned ahead, or, where none are, the due stage of cohort c.
    [[nodiscard]] const due_stage& carried_out(std::size_t k, std::size_t c) const {
        return ahead_ ? stages_.due[k] : stages_.due[c];
    }

    [[nodiscard]] bool all_arrived() const {
        return std::all_of(cohorts_.begin(), cohorts_.end(),
                           [](const cohort_type& c) { return c.arrived; });
    }
    /// The cohort that has done the fewest steps of those on their way, or of all once all have
    /// arrived.
    [[nodiscard]] std::size_t slowest() const {
        const auto found = std::min_element(
            cohorts_.begin(), cohorts_.end(), [](const cohort_type& a, const cohort_type& b) {
                return std::pair(a.arrived, a.steps) < std::pair(b.arrived, b.steps);
            });
        return static_cast<std::size_t>(found - cohorts_.begin());
    }
    [[nodiscard]] due_stages due_now(bool evaluated) const {
        return due_among<Shape>(std::span(cohorts_), entries(), stages_.due.data() + due_,
                                evaluated);
    }

    /// Moves on every cohort whose due stage was carried out: those that follow an evaluation, or
    /// those that do not. accepts(c, cohort, step) asks the solver's judge.
    template <class Accepts>
    void move_on(bool evaluated, const Accepts& accepts) {
        if (ahead_) {
            planned_move();
            return;
        }
        for (std::size_t c = 0; c < cohorts_.size(); ++c)
            if (is_due(c) && stages_.entries[c].code.evaluates == evaluated) {
                planner_.plan_next(
                    cohorts_[c], grid(c), stages_.entries[c], stages_.due[c],
                    [&](cohort_type& mine, const step& at) { return accepts(c, mine, at); },
                    [&](const cohort_type&) { return is_due(c); });
                if (!is_due(c)) rest(c);
            }
        if (by_rounds()) next_round();
    }

    /// All cohorts at the beginning again, with noise of this seed.
    void begin(std::uint64_t seed) {
        cohorts_ = starts_;
        due_ = 0;
        stages_.reseed(seed);
        if (!ahead_) plan_first();
    }
    /// Throws bad_argument unless each of these cohorts of an equal run stands at a stage that
    /// there is. (What a solver remembers is bytes of a file; is_valid() is asked of it, if it has
    /// that.)
    void require_places(const std::vector<cohort_type>& saved) const {
        for (std::size_t c = 0; c < saved.size(); ++c) {
            const cohort_type& it = saved[c];
            if constexpr (requires { it.memory.is_valid(); })
                diffgen::detail::require(it.memory.is_valid(),
                                         "a saved run whose solver "
                                         "remembers of cohort ",
                                         c, " what it cannot have seen");
            if (it.arrived) continue;
            const step at = planner_.here(it, grid(c));
            diffgen::detail::require((at.index < at.count()), "a saved run at step ", at.index,
                                     " of ", at.count());
            const int stages = planner_.stages(it, grid(c));
            diffgen::detail::require((it.stage_index < stages), "a saved run at stage ",
                                     it.stage_index, " of a step of ", stages, " stages");
        }
    }
    /// Goes on with cohorts of an equal run, between two evaluations.
    void resume(const std::vector<cohort_type>& saved) {
        cohorts_ = saved;
        if (ahead_)
            due_ = stage_of(cohorts_.front());
        else {
            round_ = first_round();
            for (std::size_t c = 0; c < cohorts_.size(); ++c)
                is_due(c)
                    ? planner_.plan_again(cohorts_[c], grid(c), stages_.entries[c], stages_.due[c])
                    : rest(c);
        }
    }

  private:
    [[nodiscard]] std::span<const noise_level> grid(std::size_t c) const {
        return grids_.distinct[starts_[c].grid];
    }

    /// One cohort for each grid, or, under a solver that judges, for each sample.
    [[nodiscard]] std::vector<cohort_type> first_cohorts(std::size_t samples, const options& o) {
        std::vector<cohort_type> all;
        for (const auto& grid : grids_.distinct) {
            const auto [begin, end] = grids_.part_of(all.size(), o);
            all.push_back(planner_.start(static_cast<std::uint32_t>(all.size()), grid, begin, end));
        }
        if (Shape::judges && samples > 1) {
            std::vector<cohort_type> each;
            for (std::size_t i = 0; i < samples; ++i) {
                each.push_back(all[grids_.of_sample.empty() ? 0 : grids_.of_sample[i]]);
                of_samples_.push_back(static_cast<std::uint32_t>(i));
            }
            return each;
        }
        if (all.size() > 1) of_samples_ = grids_.of_sample;
        return all;
    }
    [[nodiscard]] bool can_plan_ahead() const {
        return !Shape::judges && !planner_.leads() && starts_.size() == 1 &&
               planner_.count(starts_.front(), grid(0), most_planned) < most_planned;
    }

    void plan(std::size_t c) {
        planner_.plan(cohorts_[c], grid(c), stages_.entries[c].noise, stages_.entries[c],
                      stages_.due[c]);
    }
    void plan_first() {
        round_ = first_round();
        for (std::size_t c = 0; c < cohorts_.size(); ++c)
            is_due(c) ? plan(c) : rest(c);
    }

    /// Whether the stage of cohort c is one of those that are carried out next.
    [[nodiscard]] bool is_due(std::size_t c) const {
        return !cohorts_[c].arrived && (!by_rounds() || round_of(c) == round_);
    }
    /// The round in which cohort c, which has not arrived, takes its next step.
    [[nodiscard]] std::int32_t round_of(std::size_t c) const {
        const cohort_type& mine = cohorts_[c];
        return grids_.timings[mine.grid].rounds[static_cast<std::size_t>(mine.index - mine.begin)];
    }
    /// The number of rounds in which anything happens.
    [[nodiscard]] std::int32_t rounds() const {
        std::int32_t last = -1;
        for (const timing& t : grids_.timings)
            if (!t.rounds.empty()) last = std::max(last, t.rounds.back());
        return last + 1;
    }
    /// The first round in which a cohort has still to take a step, or their number.
    [[nodiscard]] std::int32_t first_round() const {
        if (!by_rounds()) return 0;
        std::int32_t first = rounds();
        for (std::size_t c = 0; c < cohorts_.size(); ++c)
            if (!cohorts_[c].arrived) first = std::min(first, round_of(c));
        return first;
    }
    /// A round is over when every cohort has taken the step that it takes in it. Those that take
    /// one in the next go on.
    void next_round() {
        const std::int32_t next = first_round();
        if (next == round_) return;
        round_ = next;
        for (std::size_t c = 0; c < cohorts_.size(); ++c)
            if (is_due(c)) plan(c);
    }
    /// What is carried out of a cohort of which nothing is due: nothing. In a run by rounds the
    /// network sees its state, as others do not in other runs.
    void rest(std::size_t c) {
        if (by_rounds())
            planner_.wait(cohorts_[c], grid(c), stages_.entries[c], stages_.due[c]);
        else
            stages_.entries[c].code = {};
    }
    /// Past the due stage of the one cohort whose stages are planned.
    void planned_move() {
        cohort_type& c = cohorts_.front();
        const due_stage& done = stages_.due[due_++];
        ++c.stage_index;
        if (done.ends_step) {
            c.stage_index = 0;
            ++c.steps;
            c.arrived = ++c.index == c.end;
        }
        if (c.arrived) return;
        const auto& code = stages_.entries[due_].code;
        if (done.ends_step) c.draws_before_step = code.first_draw;
        c.draws = code.first_draw + static_cast<std::uint32_t>(code.draws);
    }
    /// Which of the stages planned ahead is due of a cohort.
    [[nodiscard]] std::size_t stage_of(const cohort_type& c) const {
        std::size_t k = 0;
        while (k < stages_.due.size() &&
               (stages_.due[k].step != c.index || stages_.due[k].stage_index != c.stage_index))
            ++k;
        return k;
    }
    planner<T, Shape, Noise, Memory> planner_;
    grids grids_;
    std::vector<std::uint32_t> of_samples_;
    std::vector<cohort_type> starts_;  ///< as they are when the run begins
    std::vector<cohort_type> cohorts_;
    bool ahead_;
    std::int32_t round_ = 0;  ///< of a run by rounds
    stage_list<T, Shape, Noise> stages_;
    std::size_t due_ = 0;  ///< where the due stages begin: 0, or the next of those planned ahead
};

}  // namespace diffgen::inline DIFFGEN_ABI::exec

#include <diffgen/core/with_macros.hpp>

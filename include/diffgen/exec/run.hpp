// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A run in progress. Its owner evaluates the network, wherever and whenever that happens:
//
//     for (auto run = s.start(exec::omp, x, options); run; run.advance())
//         net(run.input(), run.output(), run.level());
//
// sampler::generate is this loop. A run is a table of cohorts, sets of samples that share a plan:
// one for all samples of a plain run, one for each distinct grid where samples start at times of
// their own, one for each sample under a solver that judges its steps. A sample is computed as if
// it were alone; which others are in the batch does not matter.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/prediction.hpp>
#include <diffgen/exec/batch_passes.hpp>
#include <diffgen/exec/buffer.hpp>
#include <diffgen/exec/failure.hpp>
#include <diffgen/exec/members.hpp>
#include <diffgen/exec/memory.hpp>
#include <diffgen/exec/passes.hpp>
#include <diffgen/exec/policy.hpp>
#include <diffgen/exec/recorded_path.hpp>
#include <diffgen/exec/roster.hpp>
#include <diffgen/exec/run_kind.hpp>
#include <diffgen/exec/snapshot.hpp>
#include <diffgen/noise/source.hpp>
#include <diffgen/observe/observer.hpp>
#include <diffgen/options.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::exec {

/// It refers to the sampler and to the state, which must outlive it. Movable; between two calls it
/// can rest for as long as its owner likes. All memory is allocated when it is made.
///
/// Failures: an exception that comes from a run leaves x with whatever its passes had written,
/// which are no samples; the run has ended, and its summary is not finished. restart() begins anew.
/// Only an exception of the observer leaves the run between two evaluations, where it can go on.
/// Kind: a run_kind. Many: whether samples may be in cohorts of their own. Path: what follows its
/// transitions, a recorder or a replayer; no_path where nothing does.
template <class Exec, class Kind, bool Many, class Path = no_path>
class run {
    using T = typename Kind::value_type;
    using space = typename Exec::space;
    using passes = batch_passes<Exec, Kind>;
    using shape = typename Kind::shape;
    using combiner_type = typename Kind::combiner_type;
    using hook_type = typename Kind::hook_type;
    using noise_type = typename Kind::noise_type;
    using memory_type = typename Kind::memory_type;
    using roster_type = roster<T, shape, noise_type, memory_type>;
    using entry = typename roster_type::entry;
    using cohort_type = typename roster_type::cohort_type;
    static constexpr bool on_host = std::is_same_v<space, diffgen::space::host>;
    static_assert(Many || !shape::judges);
    static_assert(
        !Path::present || (!shape::measures && !Kind::leads_samples),
        "diffgen: a path is recorded of solvers whose plan alone says what a stage draws; "
        "one that judges its steps or tunes itself chooses them by what it finds in the "
        "samples, so that what it draws is not Gaussian");
    static_assert(!Path::present || !detail::scales_noise<combiner_type, T, T>,
                  "diffgen: a path is recorded where the solver says how much noise a stage draws, "
                  "not a network with learned_variance");
    /// The register of a stage's mean, after the solver's and the denoised estimate.
    static constexpr int mean_slot = shape::registers + 1;
    static constexpr bool may_buffer = passes::always_buffers || Many;

  public:
    using snapshot_type = run_snapshot<T, memory_type>;
    /// Whether the solver compares log densities of the samples, see log_densities().
    static constexpr bool wants_density = Kind::wants_density;

    /// Used by the sampler. Throws bad_argument before x is written.
    template <class Sampler>
    run(const Exec& e, const Sampler& s, batch_view<T, space> x, grids g, const options& o,
        origin from, Path path = {})
        : run(e, typename passes::view_type(s), x, std::move(g), o, from, std::move(path)) {}

  private:
    run(const Exec& e, const typename passes::view_type& s, batch_view<T, space> x, grids g,
        const options& o, origin from, Path path)
        : blocks_(g.blocks),
          roster_(s.sampler, seeded(s.noise, o.seed), std::move(g), x.samples * blocks_, o, from),
          observer_(o.observe),
          seed_(o.seed),
          first_sample_(o.first_sample),
          origin_(from),
          buffers_(passes::always_buffers || roster_.size() > 1),
          passes_(e, s, in_blocks(x), o.first_sample * blocks_,
                  {.inputs = buffers_ ? combiner_type::inputs : 0,
                   .denoised = o.observe.wants_denoised,
                   .mean = Path::present}),
          path_(std::move(path)) {
        require_addresses(o.first_sample, x.samples, x.elements);
        if constexpr (Path::present)
            path_.prepare(e, x, roster_.all_grids().distinct.front(), o, transition_laws());
        if (roster_.size() > 1) members_.assign(e, roster_.of_samples(), passes_.tiles());
        if constexpr (!on_host && Many) device_entries_ = buffer<entry, space>(e, roster_.size());
        levels_.reserve(std::max(roster_.size(), Many ? rows() * passes::inputs : std::size_t{1}));
        begin();
    }

  public:
    run(run&&) noexcept = default;
    run& operator=(run&&) noexcept = default;
    run(const run&) = delete;
    run& operator=(const run&) = delete;
    /// Waits for the passes, which refer to memory of the run and of its owner.
    ~run() {
        if constexpr (Exec::asynchronous) wait_quietly();
    }

    /// Whether an evaluation of the network is due.
    [[nodiscard]] explicit operator bool() const { return !ended_; }
    /// What the network is to see of the state as it stands now; with guidance, all its copies in
    /// one batch, the rows of a copy after those of another. Ask for it anew after every advance
    /// and every change of the state.
    [[nodiscard]] batch_view<const T, space> input() {
        if constexpr (may_buffer)
            if (buffers_)
                return in_samples(
                    with_table([this](const auto& t) { return passes_.write_input(t); }));
        return in_samples(passes_.slot(roster_.entries()->code.input_register));
    }
    /// Where the network's answer goes; a learned variance after all the predictions.
    [[nodiscard]] batch_view<T, space> output() const { return in_samples(passes_.output()); }
    /// Where the log density of every sample goes, for a solver that wants_density.
    [[nodiscard]] batch_view<T, space> log_densities() const { return passes_.log_densities(); }
    /// The level of the evaluation; `level().network_time` is what the network takes as time.
    /// Throws bad_argument where samples are at levels of their own: ask levels().
    [[nodiscard]] const noise_level& level() const {
        diffgen::detail::require(roster_.size() == 1, "level() of a run whose samples are in ",
                                 roster_.size(), " cohorts at levels of their own; ask levels()");
        return roster_.due(0).level;
    }
    /// The level of every row of the input, or, in a run by blocks, of every block of every row,
    /// row by row. A sample that has arrived is in the batch still, and keeps the level of its last
    /// evaluation; a block that waits has the level at which it stands.
    [[nodiscard]] std::span<const noise_level> levels() {
        const std::size_t n = rows();
        levels_.resize(n * passes::inputs);
        for (std::size_t i = 0; i < n; ++i)
            levels_[i] = roster_.due(roster_.of(i)).level;
        for (std::size_t row = n; row < levels_.size(); ++row)
            levels_[row] = levels_[row - n];
        return levels_;
    }
    /// A view of whole samples as one of their blocks, to which members() refers.
    template <class U>
    [[nodiscard]] batch_view<U, space> in_blocks(batch_view<U, space> x) const {
        return {x.data, x.samples * blocks_, x.elements / blocks_};
    }
    /// The level of every cohort.
    [[nodiscard]] std::span<const noise_level> cohort_levels() {
        levels_.resize(roster_.size());
        for (std::size_t c = 0; c < roster_.size(); ++c)
            levels_[c] = roster_.due(c).level;
        return levels_;
    }
    /// Which samples are in which cohort, in memory of the execution policy.
    [[nodiscard]] membership members() const { return members_.view(); }
    [[nodiscard]] std::size_t cohorts() const { return roster_.size(); }
    /// The network's factor on the state, already in input(). Throws like level().
    [[nodiscard]] double input_scale() const {
        static_cast<void>(level());
        return roster_.due(0).input_scale;
    }

    /// Takes the output of the due evaluation and moves to the next.
    /// Throws non_finite where the output or what follows from it is not finite, on a device at the
    /// end of the run; bad_argument where no evaluation is due.
    void advance() {
        diffgen::detail::require(!ended_, "advance() of a run that has ended");
        ++evaluations_;
        guarded([this] {
            carry_out(true);
            skip_updates();
        });
    }

    /// The state, to be read and to be changed: the next input() and advance() see the change.
    [[nodiscard]] batch_view<T, space> state() const { return memory(0); }
    /// Register r of the solver, 0 .. registers() - 1; register 0 is the state.
    /// docs/concepts/run.md says what the solvers keep. Throws bad_argument where there is none.
    [[nodiscard]] batch_view<T, space> memory(int r) const {
        diffgen::detail::require(r >= 0 && r < shape::registers, "register ", r,
                                 " of a solver that has ", shape::registers);
        return in_samples(passes_.slot(r));
    }
    [[nodiscard]] static constexpr int registers() { return shape::registers; }
    [[nodiscard]] std::size_t samples() const { return rows() / blocks_; }
    [[nodiscard]] std::size_t elements() const { return passes_.memory().elements * blocks_; }
    /// Blocks of a sample; 1 where a sample has one level.
    [[nodiscard]] std::size_t blocks() const { return blocks_; }

    /// Begins again with another seed: from the prior, or, where the run was given its samples,
    /// from what the state holds now. Nothing is allocated, and what was planned ahead is not
    /// planned again.
    void restart(std::uint64_t seed) { restart(seed, origin_); }
    /// The same, from the prior or from what the state holds now.
    void restart(std::uint64_t seed, origin from) {
        passes_.exec().wait();
        seed_ = seed;
        origin_ = from;
        roster_.begin(seed);
        passes_.owner().clear(passes_.exec());
        begin();
    }

    /// What another run of the same sampler and options needs to go on from here. Waits.
    [[nodiscard]] snapshot_type snapshot() const {
        const auto& b = passes_.memory();
        snapshot_type s = description(roster_.cohorts());
        s.evaluations = evaluations_;
        for (int r = 0; r < shape::registers; ++r)
            buffer<T, space>::read(passes_.exec(), b.slot(r), b.size(),
                                   s.registers.data() + static_cast<std::size_t>(r) * b.size());
        return s;
    }
    /// Goes on from a snapshot; the state is overwritten. Throws bad_argument, bad_shape where it
    /// is of another batch, grid or seed, and says what differs; the run is then as it was.
    void resume(const snapshot_type& s) requires(!Path::present) {
        require_same_run(s, description(roster_.starts()));
        roster_.require_places(s.cohorts);
        roster_type next = roster_;  // its stages may be refused
        next.resume(s.cohorts);
        passes_.exec().wait();
        const auto& b = passes_.memory();
        for (int r = 0; r < shape::registers; ++r)
            buffer<T, space>::write_to(passes_.exec(),
                                       s.registers.data() + static_cast<std::size_t>(r) * b.size(),
                                       b.size(), b.slot(r));
        roster_ = std::move(next);
        evaluations_ = s.evaluations;
        told_ = roster_.progress();
        failed_ = false;
        ended_ = roster_.all_arrived();
        write_entries();
    }

    // Of a run whose path is followed: what its last stage that drew has drawn.

    /// How many stages have drawn so far.
    [[nodiscard]] std::size_t transitions() const requires Path::present {
        return path_.density().count();
    }
    /// Its mean, until the next advance. Throws bad_argument where none has drawn yet, as do the
    /// three that follow.
    [[nodiscard]] batch_view<const T, space> mean() const requires Path::present {
        require_transition();
        return in_samples(passes_.slot(mean_slot));
    }
    /// Its standard deviation, that of every element.
    [[nodiscard]] double deviation() const requires Path::present {
        require_transition();
        return path_.density().laws()[transitions() - 1].deviation;
    }
    /// The derivative of an element of the mean by the network's output there: by what a rule of
    /// guidance made of its outputs. Zero where the network was not evaluated for this stage.
    [[nodiscard]] double mean_per_output() const requires Path::present {
        static_assert(!hook_type::present,
                      "diffgen: what clips or thresholds the denoised estimate stands between the "
                      "network's output and the mean; differentiate it yourself");
        require_transition();
        return mean_per_output_;
    }
    /// Its log probability, a number for each sample. Waits for the passes.
    [[nodiscard]] std::vector<double> log_probability() const requires Path::present {
        require_transition();
        return path_.density().log_probabilities(passes_.exec(), transitions() - 1, transitions());
    }
    /// That of all transitions so far.
    [[nodiscard]] log_probability_table log_probabilities() const requires Path::present {
        return {samples(), path_.density().log_probabilities(passes_.exec(), 0, transitions())};
    }

    /// What was done so far; the steps of a run by blocks are its rounds.
    [[nodiscard]] run_summary summary() const {
        return {roster_.progress(), evaluations_, roster_.all_arrived() && !failed_};
    }
    /// Steps and tries of sample i so far; by blocks, of block i % blocks() of sample i / blocks().
    [[nodiscard]] int steps(std::size_t i) const { return roster_[roster_.of(i)].steps; }
    /// Those of them that the solver's judge refused.
    [[nodiscard]] int refused(std::size_t i) const { return roster_[roster_.of(i)].refused; }

  private:
    void begin() {
        evaluations_ = told_ = 0;
        failed_ = ended_ = false;
        if (origin_ == origin::prior)
            draw_prior(passes_.exec(), state(), roster_.first_level().sigma,
                       seeded(passes_.noise(), seed_), first_sample_);
        if constexpr (Path::present) path_.begin(passes_.exec(), state());
        write_entries();
        guarded([this] {
            skip_updates();
            if (observer_.stop && observer_.stop()) ended_ = true;
        });
    }

    /// Carries out the due stages that follow an evaluation, or those that do not. Returns whether
    /// there were any.
    bool carry_out(bool evaluated) {
        const auto due = roster_.due_now(evaluated);
        if (!due.any) return false;
        launch_due(evaluated, due.measured);
        const bool looks_at_once = !Exec::asynchronous || !roster_.is_planned_ahead();
        if (looks_at_once) check();
        if constexpr (shape::judges)
            if (due.judged) passes_.read_measurements();
        roster_.move_on(evaluated, [this](std::size_t c, cohort_type& mine, const step& at) {
            return passes_.is_accepted(c, seed_, first_sample_ + c, mine, at);
        });
        write_entries();
        if (!looks_at_once && roster_.all_arrived()) check();
        tell_observer();
        return true;
    }
    void skip_updates() {
        while (!ended_ && carry_out(false)) {
        }
        if (roster_.all_arrived()) ended_ = true;
    }

    /// What the stages that draw will draw. Throws bad_argument where that is no Gaussian of one
    /// register.
    [[nodiscard]] std::vector<transition_law> transition_laws() const {
        diffgen::detail::require(roster_.is_planned_ahead(),
                                 "a path of a run whose stages are too many to be planned ahead");
        std::vector<transition_law> laws;
        const auto& planned = roster_.planned();
        for (std::size_t k = 0; k < planned.due.size(); ++k) {
            const auto& code = planned.entries[k].code;
            const due_stage& at = planned.due[k];
            detail::require_one_drawn_row(code, at.step, at.stage_index);
            const int row = detail::drawn_row(code);
            if (row < 0) continue;
            laws.push_back(detail::law_of_row(code, row));
            laws.back().step = at.step;
            laws.back().stage = at.stage_index;
        }
        return laws;
    }
    void require_transition() const {
        diffgen::detail::require(transitions() > 0, "the mean of a run that has drawn nothing yet");
    }

    // Passes.

    /// What the passes take for a sample: a block of one.
    [[nodiscard]] std::size_t rows() const { return passes_.memory().samples; }
    /// A view of such rows as one of whole samples.
    template <class U>
    [[nodiscard]] batch_view<U, space> in_samples(batch_view<U, space> x) const {
        return {x.data, x.samples / blocks_, x.elements * blocks_};
    }
    /// Calls f with the table of what is due: by value where a device has one cohort only.
    template <class F>
    auto with_table(const F& f) const {
        if constexpr (!Many && on_host)
            return f(one_cohort<entry>{roster_.entries()});
        else if constexpr (!Many)
            return f(single_cohort<entry>{*roster_.entries()});
        else if constexpr (on_host)
            return f(cohort_table<entry>{roster_.entries(), members()});
        else
            return f(cohort_table<entry>{device_entries_.data(), members()});
    }
    /// The entries of the cohorts go where the passes read them.
    void write_entries() {
        if constexpr (!on_host && Many)
            device_entries_.write(passes_.exec(), roster_.entries(), roster_.size());
    }
    /// The due stages; where the run's path is followed, in its way.
    void launch_due(bool evaluated, bool measured) {
        const auto due = [&](const auto& t) {
            passes_.carry_out(t, evaluated, measured, roster_.number());
        };
        if constexpr (Path::present) {
            const entry& stage = *roster_.entries();
            if (const int row = detail::drawn_row(stage.code); row >= 0) {
                mean_per_output_ = static_cast<double>(stage.code.updates[row].form.output);
                path_.carry_out(passes_.exec(), passes_.memory(), stage, row, mean_slot,
                                [&](const entry& e) { with_table_of(e, due); });
                return;
            }
        }
        with_table(due);
    }
    /// Calls f with the table of one entry.
    template <class F>
    void with_table_of(const entry& e, const F& f) const {
        if constexpr (on_host)
            f(one_cohort<entry>{&e});
        else
            f(single_cohort<entry>{e});
    }

    // Ends, failures, observers.

    /// Throws non_finite where a pass has noted a failure.
    void check() const {
        const std::uint64_t code = passes_.failed();
        if (code == failure::none) return;
        const std::uint64_t sample = failure::sample(code);
        const std::size_t c = roster_.of(sample);
        const due_stage& at = roster_.carried_out(std::size_t{failure::stage(code)}, c);
        step s = roster_.here(c);
        s.index = at.step;
        throw non_finite_at(place(s, at.stage_index), sample / blocks_ + first_sample_);
    }
    /// Ends the run where `work` throws, and tells the observer of the end. An exception of the
    /// observer itself is passed on when the state is between two evaluations.
    template <class Work>
    void guarded(const Work& work) {
        try {
            work();
        } catch (...) {
            failed_ = ended_ = true;
            if (observer_.on_end) observer_.on_end(summary());
            throw;
        }
        if (ended_ && observer_.on_end) observer_.on_end(summary());
        if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
    }
    void wait_quietly() const noexcept {
        try {
            passes_.exec().wait();
        } catch (...) {  // a destructor has nobody to tell
        }
    }
    /// After the last stage of a step.
    void tell_observer() {
        if (!observer_.on_step && !observer_.stop) return;
        if (roster_.progress() == told_ || thrown_) return;
        told_ = roster_.progress();
        check();
        try {
            if (observer_.on_step && !observer_.on_step(seen(roster_.slowest()))) ended_ = true;
            if (observer_.stop && observer_.stop()) ended_ = true;
        } catch (...) {
            thrown_ = std::current_exception();
        }
    }
    [[nodiscard]] observation seen(std::size_t c) {
        const step at = roster_.here(c);
        const auto [reached, all] = roster_.place_of(c);
        return {reached,
                all,
                at.levels[static_cast<std::size_t>(at.index)],
                samples(),
                elements(),
                this,
                [](const void* self, int what, double* to) {
                    static_cast<const run*>(self)->read_for_observer(what, to);
                },
                [](void* self, const double* from) {
                    static_cast<run*>(self)->write_for_observer(from);
                },
                observer_.wants_denoised};
    }
    /// The state (what = 0) or the denoised estimate (1).
    void read_for_observer(int what, double* to) const {
        const auto& b = passes_.memory();
        std::vector<T> values(b.size());
        buffer<T, space>::read(passes_.exec(), b.slot(what == 0 ? 0 : shape::registers),
                               values.size(), values.data());
        std::copy(values.begin(), values.end(), to);
    }
    void write_for_observer(const double* from) {
        const auto& b = passes_.memory();
        std::vector<T> values(b.size());
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = static_cast<T>(from[i]);
        buffer<T, space>::write_to(passes_.exec(), values.data(), values.size(), b.state);
    }

    /// A snapshot of these cohorts, with room for the registers.
    [[nodiscard]] snapshot_type description(const std::vector<cohort_type>& cohorts) const {
        snapshot_type s;
        s.samples = samples();
        s.elements = elements();
        s.blocks = blocks_;
        s.timings = roster_.all_grids().timings;
        s.seed = seed_;
        s.first_sample = first_sample_;
        s.grids = roster_.all_grids().distinct;
        s.cohort_of = roster_.of_samples();
        s.cohorts = cohorts;
        s.registers.resize(static_cast<std::size_t>(shape::registers) * passes_.memory().size());
        return s;
    }

    std::size_t blocks_;
    roster_type roster_;
    observer observer_;
    std::uint64_t seed_, first_sample_;
    origin origin_;
    bool buffers_;
    passes passes_;
    cohort_members<space> members_;
    std::conditional_t<on_host, int, buffer<entry, space>> device_entries_{};
    std::vector<noise_level> levels_;
    [[no_unique_address]] Path path_;
    double mean_per_output_ = 0;
    int evaluations_ = 0, told_ = 0;
    bool failed_ = false, ended_ = false;
    std::exception_ptr thrown_;  ///< by the observer
};

}  // namespace diffgen::inline DIFFGEN_ABI::exec

#include <diffgen/core/with_macros.hpp>

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

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/exec/cohort.hpp>
#include <diffgen/exec/failure.hpp>
#include <diffgen/exec/memory.hpp>
#include <diffgen/exec/passes.hpp>
#include <diffgen/exec/policy.hpp>
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

namespace diffgen::exec {

/// Where the samples of a run come from.
enum class origin {
    prior,  ///< drawn: sigma N(0, I) at the first level
    given,  ///< the state holds them
};

/// The state of a run between two evaluations, in host memory: what another run of the same
/// sampler, batch and options needs to go on with the same bits. See diffgen/run_file.hpp for
/// files.
template <class T, class Solver>
struct run_snapshot {
    std::size_t samples = 0, elements = 0;
    std::uint64_t seed = 0, first_sample = 0;
    int evaluations = 0;
    std::vector<std::vector<noise_level>> grids;
    std::vector<std::uint32_t> cohort_of;  ///< empty where there is one cohort
    std::vector<cohort<Solver>> cohorts;
    std::vector<T> registers;  ///< the state, then the solver's other registers
};

/// It refers to the sampler and to the state, which must outlive it. Movable; between two calls it
/// can rest for as long as its owner likes. All memory is allocated when it is made.
///
/// Failures: an exception that comes from a run leaves x with whatever its passes had written, no
/// samples; the run has ended, and its summary is not finished. restart() begins anew.
template <class Exec, class Sampler, class T>
class run {
    using space = typename Exec::space;
    using predictor_type = typename Sampler::predictor_type;
    using solver_type = typename Sampler::solver_type;
    using noise_type = typename Sampler::noise_type;
    using shape = shape_of<solver_type>;
    using combiner_type = typename predictor_type::combiner_type;
    using hook_type = typename predictor_type::hook_type;
    using entry = assignment<T, shape, noise_type>;
    using table = cohort_table<entry>;
    using batch = batch_memory<T, shape, combiner_type::copies>;
    using cohort_type = cohort<solver_type>;

    /// The network's input is buffered where it is no register as it stands.
    static constexpr bool always_buffers =
        combiner_type::inputs > 1 || scales_input<typename predictor_type::output_type>;
    /// Runs of one cohort are planned ahead up to this many stages; longer ones as they come.
    static constexpr std::size_t most_planned = 1 << 16;

  public:
    /// Whether the solver compares log densities of the samples, see log_densities().
    static constexpr bool wants_density = requires { requires solver_type::wants_density; };

    /// Used by the sampler. Throws bad_argument before x is written.
    run(const Exec& e, const Sampler& s, batch_view<T, space> x, grids g, const options& o,
        origin from)
        : exec_(e),
          planner_(s, o.observe.wants_denoised),
          observer_(o.observe),
          seed_(o.seed),
          first_sample_(o.first_sample),
          origin_(from),
          grids_(std::move(g)),
          starts_(first_cohorts(x.samples, o)),
          cohorts_(starts_),
          ahead_(plans_ahead()),
          stages_(first_stages(seeded(s.noise, o.seed))),
          buffers_(always_buffers || starts_.size() > 1),
          memory_(e, x, o.first_sample,
                  {.inputs = buffers_ ? combiner_type::inputs : 0,
                   .denoised = o.observe.wants_denoised,
                   .densities = wants_density,
                   .hook_values = hook_type::per_sample}) {
        require_addresses(x);
        if (starts_.size() > 1) {
            cohort_of_ = buffer<std::uint32_t, space>(e, x.samples);
            cohort_of_.write(e, cohorts_of_samples_.data(), x.samples);
        }
        if constexpr (!std::is_same_v<space, diffgen::space::host>)
            if (!ahead_) device_entries_ = buffer<entry, space>(e, starts_.size());
        if constexpr (shape::judges) sums_.resize(2 * x.samples);
        if constexpr (wants_density) densities_.resize(x.samples);
        begin();
    }

    run(run&&) noexcept = default;
    run& operator=(run&&) noexcept = default;
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
        const batch& b = memory_.batch();
        const std::size_t rows = b.samples * static_cast<std::size_t>(combiner_type::inputs);
        if (!buffers_) return {b.slot(stages_.entries[due_].code.input_register), rows, b.elements};
        with_table([&](const auto& t) {
            using pass = input_pass<T, batch, std::remove_cvref_t<decltype(t)>>;
            launch(tiles().count(t.is_one()), pass{t, b, tiles(), combiner_type::inputs});
        });
        return {b.inputs, rows, b.elements};
    }
    /// Where the network's answer goes; a learned variance after all the predictions.
    [[nodiscard]] batch_view<T, space> output() const {
        const batch& b = memory_.batch();
        return {b.outputs, b.samples * static_cast<std::size_t>(combiner_type::copies), b.elements};
    }
    /// Where the log density of every sample goes, for a solver that wants_density.
    [[nodiscard]] batch_view<T, space> log_densities() const {
        return {memory_.batch().densities, samples(), 1};
    }
    /// The level of the evaluation; `level().network_time` is what the network takes as time.
    /// Throws bad_argument where samples are at levels of their own: ask levels().
    [[nodiscard]] const noise_level& level() const {
        diffgen::detail::require(cohorts_.size() == 1, "level() of a run whose samples are in ",
                                 cohorts_.size(), " cohorts at levels of their own; ask levels()");
        return stages_.due[due_].level;
    }
    /// The level of every row of the input. A sample that has arrived is in the batch still, and
    /// keeps the level of its last evaluation.
    [[nodiscard]] std::span<const noise_level> levels() {
        const std::size_t n = samples();
        levels_.resize(n * static_cast<std::size_t>(combiner_type::inputs));
        for (std::size_t row = 0; row < levels_.size(); ++row)
            levels_[row] = stages_.due[due_ + cohort_number(row % n)].level;
        return levels_;
    }
    /// The level of every cohort, and on which cohort the samples are: null for all on the first.
    [[nodiscard]] std::span<const noise_level> cohort_levels() {
        levels_.resize(cohorts_.size());
        for (std::size_t c = 0; c < cohorts_.size(); ++c)
            levels_[c] = stages_.due[due_ + c].level;
        return levels_;
    }
    [[nodiscard]] const std::uint32_t* cohort_of() const {
        return cohorts_.size() > 1 ? cohort_of_.data() : nullptr;
    }
    [[nodiscard]] std::size_t cohorts() const { return cohorts_.size(); }
    /// The network's factor on the state, already in input(); of a run of one cohort.
    [[nodiscard]] double input_scale() const { return stages_.due[due_].input_scale; }

    /// Takes the output of the due evaluation and moves to the next.
    /// Throws non_finite where the output or what follows from it is not finite, on a device at the
    /// end of the run; bad_argument where no evaluation is due.
    void advance() {
        diffgen::detail::require(!ended_, "advance() of a run that has ended");
        ++evaluations_;
        guarded([&] {
            carry_out(true);
            skip_updates();
        });
    }

    /// The state, to be read and to be changed: the next input() and advance() see the change.
    [[nodiscard]] batch_view<T, space> state() const { return memory(0); }
    /// Register r of the solver, 0 .. registers - 1; register 0 is the state. The pages on solvers
    /// say what a solver keeps where. Throws bad_argument where there is none.
    [[nodiscard]] batch_view<T, space> memory(int r) const {
        diffgen::detail::require(r >= 0 && r < shape::registers, "register ", r,
                                 " of a solver that has ", shape::registers);
        return {memory_.batch().slot(r), samples(), memory_.batch().elements};
    }
    [[nodiscard]] static constexpr int registers() { return shape::registers; }
    [[nodiscard]] std::size_t samples() const { return memory_.batch().samples; }

    /// Begins again with another seed: from the prior, or, where the run was given its samples,
    /// from what the state holds now. Nothing is allocated, and what was planned ahead is not
    /// planned again.
    void restart(std::uint64_t seed) { restart(seed, origin_); }
    void restart(std::uint64_t seed, origin from) {
        seed_ = seed;
        origin_ = from;
        exec_.wait();
        cohorts_ = starts_;
        stages_.reseed(seed);
        if (!ahead_) plan_first();
        memory_.clear(exec_);
        begin();
    }

    /// What another run of the same sampler and options needs to go on from here. Waits.
    [[nodiscard]] run_snapshot<T, solver_type> snapshot() const {
        run_snapshot<T, solver_type> s;
        const batch& b = memory_.batch();
        s.samples = b.samples;
        s.elements = b.elements;
        s.seed = seed_;
        s.first_sample = first_sample_;
        s.evaluations = evaluations_;
        s.grids = grids_.distinct;
        s.cohort_of = cohorts_of_samples_;
        s.cohorts = cohorts_;
        s.registers.resize(static_cast<std::size_t>(shape::registers) * b.size());
        for (int r = 0; r < shape::registers; ++r)
            buffer<T, space>::read(exec_, b.slot(r), b.size(),
                                   s.registers.data() + static_cast<std::size_t>(r) * b.size());
        return s;
    }
    /// Goes on from a snapshot; the state is overwritten. Throws bad_argument, bad_shape where it
    /// is of another batch, grid or seed, and says what differs; the run is then as it was.
    void resume(const run_snapshot<T, solver_type>& s) {
        require_same(s);
        exec_.wait();
        const batch& b = memory_.batch();
        for (int r = 0; r < shape::registers; ++r)
            buffer<T, space>::write_to(exec_,
                                       s.registers.data() + static_cast<std::size_t>(r) * b.size(),
                                       b.size(), b.slot(r));
        cohorts_ = s.cohorts;
        evaluations_ = s.evaluations;
        told_ = slowest().steps;
        ended_ = all_arrived();
        if (ahead_)
            due_ = stage_of(cohorts_.front());
        else
            for (std::size_t c = 0; c < cohorts_.size(); ++c)
                plan_again(c);
        write_entries();
    }

    /// What was done so far.
    [[nodiscard]] run_summary summary() const {
        return {slowest().steps, evaluations_, all_arrived() && !failed_};
    }
    /// Steps and tries of sample i so far.
    [[nodiscard]] int steps(std::size_t i) const { return cohorts_[cohort_number(i)].steps; }
    /// Those of them that the solver's judge refused.
    [[nodiscard]] int refused(std::size_t i) const { return cohorts_[cohort_number(i)].refused; }

  private:
    [[nodiscard]] const solver_type& solver() const { return planner_.sampler().solver; }
    [[nodiscard]] std::span<const noise_level> grid_of(const cohort_type& c) const {
        return grids_.distinct[c.grid];
    }
    [[nodiscard]] std::size_t cohort_number(std::size_t sample) const {
        return cohorts_of_samples_.empty() ? 0 : cohorts_of_samples_[sample];
    }

    // ---- planning

    /// The cohorts at the beginning of their ways.
    [[nodiscard]] std::vector<cohort_type> first_cohorts(std::size_t samples, const options& o) {
        std::vector<cohort_type> all;
        for (const auto& grid : grids_.distinct) {
            const int end = diffgen::detail::end_of(o, static_cast<int>(grid.size()) - 1);
            all.push_back(
                planner_.start(static_cast<std::uint32_t>(all.size()), grid, o.begin_step, end));
        }
        if (origin_ == origin::prior) check_prior<T>(first_level(all.front()));
        if (shape::judges && samples > 1) {
            std::vector<cohort_type> each;
            for (std::size_t i = 0; i < samples; ++i)
                each.push_back(all[grids_.of_sample.empty() ? 0 : grids_.of_sample[i]]);
            all = std::move(each);
            for (std::size_t i = 0; i < samples; ++i)
                cohorts_of_samples_.push_back(static_cast<std::uint32_t>(i));
        } else if (all.size() > 1) {
            cohorts_of_samples_ = grids_.of_sample;
        }
        return all;
    }
    [[nodiscard]] noise_level first_level(const cohort_type& c) const {
        return planner_.here(c, grid_of(c)).from();
    }
    [[nodiscard]] bool plans_ahead() const {
        if constexpr (shape::judges || leads_samples<solver_type>) {
            return false;
        } else {
            const cohort_type& c = starts_.front();
            return starts_.size() == 1 &&
                   planner_.count(c, grid_of(c), most_planned) < most_planned;
        }
    }
    [[nodiscard]] auto first_stages(const noise_type& source) {
        if constexpr (!shape::judges && !leads_samples<solver_type>)
            if (ahead_) return planner_.plan_all(starts_.front(), grid_of(starts_.front()), source);
        stage_list<T, shape, noise_type> one_each;
        one_each.resize(cohorts_.size(), source);
        plan_first(one_each);
        return one_each;
    }
    void plan_first() { plan_first(stages_); }
    void plan_first(stage_list<T, shape, noise_type>& to) {
        for (std::size_t c = 0; c < cohorts_.size(); ++c)
            planner_.plan(cohorts_[c], grid_of(cohorts_[c]), to.entries[c].noise, to.entries[c],
                          to.due[c]);
    }
    /// Which of the stages planned ahead is due of a cohort.
    [[nodiscard]] std::size_t stage_of(const cohort_type& c) const {
        std::size_t k = 0;
        while (k < stages_.due.size() &&
               (stages_.due[k].step != c.index || stages_.due[k].stage_index != c.stage_index))
            ++k;
        return k;
    }
    /// Plans the due stage of cohort c as it was planned before: from the beginning of its step, so
    /// that the noise is the same.
    void plan_again(std::size_t c) {
        cohort_type& mine = cohorts_[c];
        if (mine.arrived) {
            stages_.entries[c].code = {};
            return;
        }
        const std::int32_t stage_index = std::exchange(mine.stage_index, 0);
        mine.draws = mine.draws_before_step;
        for (;; ++mine.stage_index) {
            planner_.plan(mine, grid_of(mine), stages_.entries[c].noise, stages_.entries[c],
                          stages_.due[c]);
            if (mine.stage_index == stage_index) break;
        }
    }

    // ---- running

    void begin() {
        due_ = 0;
        evaluations_ = told_ = 0;
        stages_done_ = 0;
        failed_ = false;
        ended_ = false;
        if (origin_ == origin::prior)
            draw_prior(exec_, state(), first_level(cohorts_.front()).sigma,
                       seeded(planner_.sampler().noise, seed_), first_sample_);
        write_entries();
        guarded([&] {
            skip_updates();
            if (observer_.stop && observer_.stop()) ended_ = true;
        });
    }
    /// Carries out the due stages that follow an evaluation, or those that do not. Returns whether
    /// there were any.
    bool carry_out(bool evaluated) {
        bool any = false, measured = false;
        for (std::size_t c = 0; c < cohorts_.size(); ++c) {
            if (cohorts_[c].arrived) continue;
            const entry& e = stages_.entries[due_ + c];
            if (e.code.evaluates != evaluated) continue;
            any = true;
            if constexpr (shape::measures) measured = measured || e.code.measures;
        }
        if (!any) return false;
        launch_stage(evaluated, measured);
        ++stages_done_;
        if (ahead_) {
            cohort_type& c = cohorts_.front();
            const due_stage& done = stages_.due[due_++];
            ++c.stage_index;
            if (done.ends_step) {
                c.stage_index = 0;
                ++c.steps;
                c.arrived = ++c.index == c.end;
            }
            if (!c.arrived) {
                const auto& code = stages_.entries[due_].code;
                if (done.ends_step) c.draws_before_step = code.first_draw;
                c.draws = code.first_draw + static_cast<std::uint32_t>(code.draws);
            }
            if (!Exec::asynchronous || c.arrived) check();
            if (done.ends_step) tell_observer();
        } else {
            check();
            if constexpr (shape::judges) read_measurements();
            for (std::size_t c = 0; c < cohorts_.size(); ++c)
                if (!cohorts_[c].arrived && stages_.entries[c].code.evaluates == evaluated)
                    plan_next(c);
            write_entries();
            tell_observer();
        }
        return true;
    }
    void skip_updates() {
        while (!ended_ && !all_arrived() && carry_out(false)) {
        }
        if (all_arrived()) ended_ = true;
    }
    /// What cohort c does after the stage that was carried out.
    void plan_next(std::size_t c) {
        cohort_type& mine = cohorts_[c];
        entry& e = stages_.entries[c];
        due_stage& due = stages_.due[c];
        const auto grid = grid_of(mine);
        if constexpr (shape::judges) {
            if (due.is_judged) {
                const noise_level told = due.level;
                planner_.settle(mine, grid, is_accepted(c), e, due);
                due.level = told;
                return;
            }
        }
        const noise_level told = due.level;
        planner_.move_on(mine, grid);
        if (mine.arrived) {
            e.code = {};
            return;
        }
        planner_.plan(mine, grid, e.noise, e, due);
        if (!e.code.evaluates) due.level = told;
    }

    // ---- judged solvers

    void read_measurements() {
        if (std::none_of(stages_.due.begin(), stages_.due.end(),
                         [](const due_stage& d) { return d.is_judged; }))
            return;
        const batch& b = memory_.batch();
        buffer<T, space>::read(exec_, b.sample_sums, sums_.size(), sums_.data());
        if constexpr (wants_density)
            buffer<T, space>::read(exec_, b.densities, densities_.size(), densities_.data());
    }
    /// Asks the solver about the one sample of cohort c.
    [[nodiscard]] bool is_accepted(std::size_t c) {
        cohort_type& mine = cohorts_[c];
        measurement m;
        m.sums = {sums_[c], sums_[samples() + c]};
        m.elements = memory_.batch().elements;
        if constexpr (wants_density) m.log_density = densities_[c];
        m.uniform = noise::philox{seed_}.template uniform<double>(noise::stream::acceptance,
                                                                  mine.draws, first_sample_ + c);
        return solver().accepts(mine.memory, planner_.here(mine, grid_of(mine)), mine.stage_index,
                                m);
    }

    // ---- passes

    [[nodiscard]] tiling tiles() const { return {samples(), memory_.batch().elements, exec_.tile}; }
    template <class Pass>
    void launch(std::size_t n, const Pass& p) const {
        exec_.for_each(n, with_lanes<T, Pass>{p});
    }
    /// Calls f with the table of what is due: by value where a device has one cohort only.
    template <class F>
    void with_table(const F& f) const {
        if constexpr (std::is_same_v<space, diffgen::space::host>) {
            f(table{stages_.entries.data() + due_, cohort_of()});
        } else {
            if (ahead_)
                f(single_cohort<entry>{stages_.entries[due_]});
            else
                f(table{device_entries_.data(), cohort_of()});
        }
    }
    /// The entries of the cohorts go where the passes read them.
    void write_entries() {
        if constexpr (!std::is_same_v<space, diffgen::space::host>)
            if (!ahead_)
                device_entries_.write(exec_, stages_.entries.data(), stages_.entries.size());
    }
    void launch_stage(bool evaluated, [[maybe_unused]] bool measured) const {
        const auto combiner = planner_.sampler().predictor.combiner();
        const auto hook = planner_.sampler().predictor.hook();
        const batch& b = memory_.batch();
        with_table([&](const auto& t) {
            using of = std::remove_cvref_t<decltype(t)>;
            if constexpr (hook_type::per_sample)
                if (evaluated) {
                    launch(tiles().count(t.is_one()),
                           hook_pass<T, batch, combiner_type, hook_type, of>{t, b, tiles(),
                                                                             combiner, hook});
                    launch(samples(), statistic_pass<T, batch, hook_type>{b, hook});
                }
            if constexpr (shape::measures)
                if (measured) {
                    using sums = partial_sums_pass<T, batch, combiner_type, hook_type, of,
                                                   Exec::tile_capacity>;
                    launch(samples() * b.chunks(), sums{t, b, combiner, hook, evaluated});
                    launch(samples(), sample_sums_pass<T, batch, of>{t, b, evaluated});
                }
            using pass = stage_pass<T, batch, combiner_type, hook_type, of, Exec::tile_capacity>;
            launch(tiles().count(t.is_one()),
                   pass{t, b, tiles(), combiner, hook, evaluated, stages_done_});
        });
    }

    // ---- ends and failures

    [[nodiscard]] bool all_arrived() const {
        return std::all_of(cohorts_.begin(), cohorts_.end(),
                           [](const cohort_type& c) { return c.arrived; });
    }
    /// The cohort that has done the fewest steps, of those that are on their way if any is.
    [[nodiscard]] const cohort_type& slowest() const {
        return *std::min_element(
            cohorts_.begin(), cohorts_.end(), [](const cohort_type& a, const cohort_type& b) {
                return std::pair(a.arrived, a.steps) < std::pair(b.arrived, b.steps);
            });
    }
    /// Throws non_finite where a pass has noted a failure.
    void check() {
        const std::uint64_t code = memory_.failed(exec_);
        if (code == failure::none) return;
        const std::uint64_t sample = failure::sample(code);
        const std::size_t c = cohort_number(sample);
        const due_stage& at =
            ahead_ ? stages_.due[static_cast<std::size_t>(failure::stage(code))] : stages_.due[c];
        step s = planner_.here(cohorts_[c], grid_of(cohorts_[c]));
        s.index = at.step;
        throw_non_finite_at(place(s, at.stage_index), sample + first_sample_);
    }
    /// Ends the run where `work` throws, and tells the observer of the end. An exception of the
    /// observer itself does not end the run: it is passed on when the state is between two
    /// evaluations.
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
            exec_.wait();
        } catch (...) {  // a destructor has nobody to tell
        }
    }
    /// Throws bad_argument where the numbers of the batch's noise would be those of other samples.
    void require_addresses(batch_view<T, space> x) const {
        constexpr std::uint64_t all = ~std::uint64_t{0};
        diffgen::detail::require(
            x.elements == 0 ||
                (x.samples <= all / x.elements && first_sample_ <= all / x.elements - x.samples),
            "first_sample = ", first_sample_, " for ", x.samples, " samples of ", x.elements,
            " elements: their noise has no numbers of 64 bits of its own");
    }
    /// Throws where a snapshot is of another run, before anything is changed.
    void require_same(const run_snapshot<T, solver_type>& s) const {
        const batch& b = memory_.batch();
        if (s.samples != b.samples || s.elements != b.elements ||
            s.registers.size() != static_cast<std::size_t>(shape::registers) * b.size())
            throw bad_shape(diffgen::detail::text(
                "diffgen: a saved run of ", s.samples, " samples of ", s.elements,
                " elements with ",
                s.samples * s.elements == 0 ? 0 : s.registers.size() / (s.samples * s.elements),
                " registers for one of ", b.samples, " samples of ", b.elements, " with ",
                shape::registers));
        diffgen::detail::require(s.seed == seed_ && s.first_sample == first_sample_,
                                 "a saved run of seed ", s.seed, " and first_sample ",
                                 s.first_sample, " for one of seed ", seed_, " and first_sample ",
                                 first_sample_);
        diffgen::detail::require(s.cohorts.size() == cohorts_.size() &&
                                     s.cohort_of == cohorts_of_samples_ &&
                                     s.grids.size() == grids_.distinct.size(),
                                 "a saved run of ", s.grids.size(), " grids and ", s.cohorts.size(),
                                 " cohorts for one of ", grids_.distinct.size(), " and ",
                                 cohorts_.size(), ", or whose samples are on other ones");
        for (std::size_t g = 0; g < s.grids.size(); ++g)
            require_same_grid(s.grids[g], grids_.distinct[g]);
        for (std::size_t c = 0; c < s.cohorts.size(); ++c) {
            const cohort_type &saved = s.cohorts[c], &mine = starts_[c];
            diffgen::detail::require(
                saved.grid == mine.grid && saved.end == mine.end && saved.begin == mine.begin &&
                    saved.index >= mine.begin && saved.index <= saved.end &&
                    saved.arrived ==
                        (!leads_samples<solver_type> ? saved.index == saved.end : saved.arrived),
                "a saved run of steps ", saved.begin, " to ", saved.end, " at step ", saved.index,
                " for one of steps ", mine.begin, " to ", mine.end);
        }
    }
    static void require_same_grid(const std::vector<noise_level>& saved,
                                  const std::vector<noise_level>& mine) {
        diffgen::detail::require(saved.size() == mine.size(), "a saved run over ", saved.size() - 1,
                                 " steps for one over ", mine.size() - 1);
        for (std::size_t i = 0; i < mine.size(); ++i) {
            const noise_level &a = saved[i], &b = mine[i];
            diffgen::detail::require(
                a.t == b.t && a.log_snr == b.log_snr && a.alpha == b.alpha && a.sigma == b.sigma,
                "a saved run whose level ", i, " is t = ", a.t, ", alpha = ", a.alpha,
                ", sigma = ", a.sigma, ", for one where it is t = ", b.t, ", alpha = ", b.alpha,
                ", sigma = ", b.sigma);
        }
    }

    void tell_observer() {
        const cohort_type& c = slowest();
        if (c.steps == told_) return;
        told_ = c.steps;
        if (observer_.on_step || observer_.stop) check();
        try {
            ask_observer(c);
        } catch (...) {
            thrown_ = std::current_exception();
        }
    }
    void ask_observer(const cohort_type& c) {
        if (thrown_) return;
        if (observer_.on_step) {
            const step at = planner_.here(c, grid_of(c));
            const int steps = leads_samples<solver_type> ? 0 : at.count();
            const int done = leads_samples<solver_type> ? c.steps : c.index;
            const noise_level& reached = at.levels[static_cast<std::size_t>(at.index)];
            const observation o(
                done, steps, reached, samples(), memory_.batch().elements, this,
                [](const void* self, int what, double* to) {
                    static_cast<const run*>(self)->read_for_observer(what, to);
                },
                [](void* self, const double* from) {
                    static_cast<run*>(self)->write_for_observer(from);
                },
                observer_.wants_denoised);
            if (!observer_.on_step(o)) ended_ = true;
        }
        if (observer_.stop && observer_.stop()) ended_ = true;
    }
    /// The state (what = 0) or the denoised estimate (1).
    void read_for_observer(int what, double* to) const {
        const batch& b = memory_.batch();
        std::vector<T> values(b.size());
        buffer<T, space>::read(exec_, b.slot(what == 0 ? 0 : shape::registers), values.size(),
                               values.data());
        std::copy(values.begin(), values.end(), to);
    }

    void write_for_observer(const double* from) {
        const batch& b = memory_.batch();
        const std::vector<T> values(from, from + b.size());
        buffer<T, space>::write_to(exec_, values.data(), values.size(), b.state);
    }

    Exec exec_;
    planner<Sampler, T> planner_;
    observer observer_;
    std::uint64_t seed_, first_sample_;
    origin origin_;
    grids grids_;
    std::vector<std::uint32_t> cohorts_of_samples_;  ///< empty where there is one cohort
    std::vector<cohort_type> starts_;                ///< as they are when the run begins
    std::vector<cohort_type> cohorts_;
    bool ahead_;
    stage_list<T, shape, noise_type> stages_;
    std::size_t due_ = 0;  ///< where the due stages begin: 0, or the next of those planned ahead
    bool buffers_;
    run_memory<T, space, shape, combiner_type::copies> memory_;
    buffer<std::uint32_t, space> cohort_of_;
    std::conditional_t<std::is_same_v<space, diffgen::space::host>, int, buffer<entry, space>>
        device_entries_{};
    std::vector<noise_level> levels_;
    std::vector<T> sums_, densities_;
    std::uint64_t stages_done_ = 0;
    int evaluations_ = 0, told_ = 0;
    bool failed_ = false, ended_ = false;
    std::exception_ptr thrown_;  ///< by the observer
};

}  // namespace diffgen::exec

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A run whose samples go their own ways: each at its own level, at its own step, with its own
// coefficients. Its owner evaluates the network, which is told the level of every row:
//
//     for (auto run = s.start_from(exec::omp, times, x, options); run; run.advance())
//         net(run.input(), run.output(), run.levels());
//
// A sample is computed as if it were alone; which others are in the batch does not matter.

#include <diffgen/exec/batch_passes.hpp>
#include <diffgen/exec/failure.hpp>
#include <diffgen/exec/instruction.hpp>
#include <diffgen/exec/noise_for.hpp>
#include <diffgen/exec/options.hpp>
#include <diffgen/exec/own_grids.hpp>
#include <diffgen/noise/source.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace diffgen::exec {

/// It refers to the sampler and to the state, which must outlive it. Movable. Coefficients go to
/// the device, and what a judge asks comes back, once an evaluation: the host waits for both.
template <class Exec, class Sampler, class T>
class individual_run {
    using passes = batch_passes<Exec, Sampler, T>;
    using space = typename Exec::space;
    using shape = typename passes::shape;
    using solver_type = typename Sampler::solver_type;
    using noise_type = typename Sampler::noise_type;
    using memory = typename detail::memory_of<solver_type>::type;
    using entry = own_stage<T, shape, noise_type>;
    static constexpr bool folds = !passes::hook::present;
    /// Whether the solver, not the grid, says how many steps there are.
    static constexpr bool decides_steps =
        requires(const solver_type& s, memory& m, const process_view& p) {
        s.proceed(m, p);
    };

  public:
    static constexpr bool wants_density = requires { requires solver_type::wants_density; };

    /// Used by the sampler. `from_prior`: the state is drawn, at the one level that all grids
    /// start.
    individual_run(const Exec& e, const Sampler& s, batch_view<T, space> x, own_grids grids,
                   const options& o, bool from_prior)
        : grids_(std::move(grids)),
          observer_(o.observe),
          seed_(o.seed),
          source_(seeded(s.noise, o.seed)),
          process_(s.process),
          states_(first_stages(s, from_prior)),
          passes_(e, s, x, o.first_sample,
                  {.input_buffer = true,
                   .denoised = observer_.wants_denoised,
                   .densities = wants_density}) {
        const std::size_t n = passes_.samples();
        host_.resize(n, {{}, source_});
        device_ = buffer<entry, space>(e, host_);
        levels_.resize(n * static_cast<std::size_t>(passes::inputs));
        if constexpr (shape::judges) sums_.resize(2 * n);
        if constexpr (wants_density) densities_.resize(n);
        judged_.reserve(n);
        if (from_prior) passes_.draw_prior(grids_.sample(0).front(), source_);
        for (std::size_t i = 0; i < n; ++i)
            set_next(i);
        launch(false, false);
        skip_transforms();
    }

    individual_run(individual_run&&) noexcept = default;
    individual_run& operator=(individual_run&&) noexcept = default;

    /// Whether an evaluation of the network is due.
    [[nodiscard]] explicit operator bool() const { return !arrived_ && !stopped_; }
    /// What the network is to see; samples that have arrived are in it still.
    [[nodiscard]] batch_view<const T, space> input() const {
        return passes_.input(passes_.input_buffer());
    }
    /// Where its answer goes.
    [[nodiscard]] batch_view<T, space> output() const { return passes_.output(); }
    /// The level of every row of the input.
    [[nodiscard]] std::span<const noise_level> levels() const { return levels_; }
    /// Where the log density of every row goes, for a solver that wants_density.
    [[nodiscard]] batch_view<T, space> log_densities() const { return passes_.densities(); }

    /// Takes the output of the due evaluation and moves to the next.
    /// Throws non_finite where the output or what follows from it is not finite.
    void advance() {
        ++evaluations_;
        round(true);
        skip_transforms();
        tell_observer();
    }

    /// steps: of the sample that did the fewest, tries that a judge refused among them.
    [[nodiscard]] run_summary summary() const { return {slowest().steps, evaluations_, arrived_}; }
    /// Steps and tries of sample i so far.
    [[nodiscard]] int steps(std::size_t i) const { return states_[i].steps; }
    /// Those of them that the solver's judge refused.
    [[nodiscard]] int refused(std::size_t i) const { return states_[i].refused; }

  private:
    struct state {
        grid_position where;
        [[no_unique_address]] memory kept;
        prepared_stage next;
        place last;  ///< of the stage that the last pass carried out
        int part = 0;
        int steps = 0;
        int refused = 0;
        std::uint32_t draws = 0;
    };

    [[nodiscard]] std::vector<state> first_stages(const Sampler& s, bool from_prior) {
        if (from_prior) check_prior<T>(grids_.sample(0).front());
        std::vector<state> states(grids_.of_sample.size());
        std::size_t i = 0;
        for (state& at : states) {
            at.where = detail::depart(s.solver, at.kept, process_, grids_.sample(i++));
            at.next = prepare(s, here(at), 0);
        }
        return states;
    }

    [[nodiscard]] step here(const state& s) const {
        return {process_, s.where.levels, s.where.index};
    }
    [[nodiscard]] const solver_type& solver() const { return passes_.sampler().solver; }

    /// If sample i is to be evaluated next, the pass of its stage writes what the network will see.
    void set_next(std::size_t i) {
        const state& s = states_[i];
        if (s.where.done() || !s.next.stage.evaluates) return;
        host_[i].stage.next_input = s.next.stage.input_register;
        host_[i].stage.next_scale = static_cast<T>(s.next.to_denoised.input_scale);
        for (std::size_t row = i; row < levels_.size(); row += states_.size())
            levels_[row] = s.next.stage.level;
    }

    /// Carries out the planned stages that follow an evaluation, or those that do not. Returns
    /// whether there were any.
    bool round(bool evaluated) {
        bool any = false, measured = false;
        judged_.clear();
        for (std::size_t i = 0; i < states_.size(); ++i) {
            state& s = states_[i];
            host_[i].stage = {};
            if (s.where.done() || s.next.stage.evaluates != evaluated) continue;
            any = true;
            measured = measured || s.next.stage.measured.has_value();
            host_[i].stage = compile<T, shape>(s.next.stage, s.next.to_denoised,
                                               {folds, observer_.wants_denoised, s.draws});
            host_[i].noise = noise_for(host_[i].noise, here(s), s.next.stage, s.part, s.draws);
            s.draws += static_cast<std::uint32_t>(s.next.stage.draws);
            s.last = place(here(s), s.part);
            if (s.next.stage.is_judged())
                judged_.push_back(i);
            else
                move_on(i);
        }
        if (!any) return false;
        launch(evaluated, measured);
        if constexpr (shape::judges) judge();
        return true;
    }
    void launch(bool evaluated, bool measured) {
        device_.write(passes_.exec(), host_);
        passes_.carry_out(own_stages<T, shape, noise_type>(device_.data()), evaluated, measured, 0);
        if (const std::uint64_t code = passes_.failed(); code != failure::none) {
            arrived_ = true;
            const std::uint64_t sample = failure::sample(code);
            throw_non_finite_at(states_[sample].last, sample + passes_.first_sample());
        }
    }

    /// Plans what sample i does after its stage.
    void move_on(std::size_t i) {
        state& s = states_[i];
        if (++s.part >= solver().stages(here(s))) {
            s.part = 0;
            ++s.steps;
            s.where = detail::proceed(solver(), s.kept, process_, s.where);
            if (s.where.done()) return;
        }
        s.next = prepare(passes_.sampler(), here(s), s.part);
        set_next(i);
    }

    /// Asks the solver about every sample that went through a judged stage; what it says is carried
    /// out as a stage without an evaluation.
    void judge() {
        if (judged_.empty()) return;
        passes_.read_sums(sums_);
        if constexpr (wants_density) passes_.read_densities(densities_);
        for (const std::size_t i : judged_) {
            state& s = states_[i];
            measurement m;
            m.sums = {sums_[i], sums_[states_.size() + i]};
            m.elements = passes_.elements();
            if constexpr (wants_density) m.log_density = densities_[i];
            m.uniform = noise::philox{seed_}.template uniform<double>(
                noise::stream::acceptance, s.draws, passes_.first_sample() + i);
            const bool accepted = solver().accepts(s.kept, here(s), s.part, m);
            s.refused += accepted ? 0 : 1;
            s.next = settled(passes_.sampler(), here(s), s.part, accepted);
        }
    }

    void skip_transforms() {
        while (round(false)) {
        }
        arrived_ = arrived_ || std::all_of(states_.begin(), states_.end(),
                                           [](const state& s) { return s.where.done(); });
    }

    /// The sample that has done the fewest steps, of those that are on their way if any is.
    [[nodiscard]] const state& slowest() const {
        return *std::min_element(
            states_.begin(), states_.end(), [](const state& a, const state& b) {
                return std::pair(a.where.done(), a.steps) < std::pair(b.where.done(), b.steps);
            });
    }
    void tell_observer() {
        const state& s = slowest();
        if (!observer_.on_step || s.steps == told_) return;
        told_ = s.steps;
        const int steps = decides_steps ? 0 : static_cast<int>(s.where.levels.size()) - 1;
        const observation o(s.steps, steps, s.where.levels[static_cast<std::size_t>(s.where.index)],
                            passes_.samples(), passes_.elements(), this,
                            [](const void* self, int what, double* to) {
                                const auto& me = *static_cast<const individual_run*>(self);
                                me.passes_.read_for_observer(what, to);
                            });
        stopped_ = !observer_.on_step(o);
    }

    own_grids grids_;
    observer observer_;
    std::uint64_t seed_;
    noise_type source_;
    process_view process_;
    std::vector<state> states_;
    passes passes_;
    std::vector<entry> host_;
    buffer<entry, space> device_;
    std::vector<noise_level> levels_;
    std::vector<std::size_t> judged_;
    std::vector<T> sums_;
    std::vector<T> densities_;
    int evaluations_ = 0;
    int told_ = 0;
    bool arrived_ = false;
    bool stopped_ = false;
};

}  // namespace diffgen::exec

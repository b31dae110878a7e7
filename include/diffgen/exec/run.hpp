// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A run in progress. Its owner evaluates the network, wherever and whenever that happens:
//
//     for (auto run = s.start(exec::omp, x, options); run; run.advance())
//         net(run.input(), run.output(), run.level());
//
// sampler::generate is this loop.

#include <diffgen/exec/batch_passes.hpp>
#include <diffgen/exec/failure.hpp>
#include <diffgen/exec/instruction.hpp>
#include <diffgen/exec/noise_for.hpp>
#include <diffgen/exec/options.hpp>
#include <diffgen/solver/step.hpp>

#include <cstdint>
#include <utility>
#include <vector>

namespace diffgen::exec {

/// Throws non_finite for the failure that a pass noted, with the step and the sample.
template <class Solver>
[[noreturn]] void throw_non_finite(std::uint64_t code, const Solver& solver, step s,
                                   std::uint64_t first_sample) {
    const auto at = static_cast<int>(failure::stage(code));
    int before = 0;
    for (s.index = 0; s.index + 1 < s.count(); ++s.index) {
        const int here = solver.stages(s);
        if (before + here > at) break;
        before += here;
    }
    throw_non_finite_at(place(s, at - before), failure::sample(code) + first_sample);
}

/// It refers to the sampler and to the state, which must outlive it. Movable; between two calls it
/// can rest for as long as its owner likes. All memory is allocated at the start.
template <class Exec, class Sampler, class T>
class run {
    using passes = batch_passes<Exec, Sampler, T>;
    using space = typename Exec::space;
    using shape = typename passes::shape;
    using noise_type = typename Sampler::noise_type;
    static constexpr bool folds = !passes::hook::present;
    /// Whether the network reads a buffer of its own rather than a register.
    static constexpr bool buffers_input =
        passes::inputs > 1 || scales_input<typename Sampler::predictor_type::output_type>;

  public:
    /// Used by the sampler. `from_prior`: the state is drawn, not given.
    run(const Exec& e, const Sampler& s, batch_view<T, space> x, std::vector<noise_level> levels,
        const options& o, bool from_prior)
        : levels_(std::move(levels)),
          observer_(o.observe),
          source_(seeded(s.noise, o.seed)),
          process_(s.process),
          prepared_(first_stage(s, from_prior)),
          passes_(e, s, x, o.first_sample,
                  {.input_buffer = buffers_input, .denoised = observer_.wants_denoised}) {
        if (from_prior) passes_.draw_prior(levels_.front(), source_);
        if (reads_buffer(prepared_)) {
            instruction<T, shape> nothing;
            set_next(nothing);
            passes_.carry_out(common_stage<T, shape, noise_type>(nothing, source_), false, false,
                              0);
        }
        skip_transforms();
    }

    run(run&&) noexcept = default;
    run& operator=(run&&) noexcept = default;

    /// Whether an evaluation of the network is due.
    [[nodiscard]] explicit operator bool() const { return !done_; }
    /// What the network is to see: with guidance, all its copies in one batch.
    [[nodiscard]] batch_view<const T, space> input() const {
        return passes_.input(reads_buffer(prepared_)
                                 ? passes_.input_buffer()
                                 : passes_.slot(prepared_.stage.input_register));
    }
    /// Where its answer goes; a learned variance after all the predictions.
    [[nodiscard]] batch_view<T, space> output() const { return passes_.output(); }
    /// The level of the evaluation; `level().network_time` is what the network takes as time.
    [[nodiscard]] const noise_level& level() const { return prepared_.stage.level; }
    /// The network's factor on the state, already in `input()`.
    [[nodiscard]] double input_scale() const { return prepared_.to_denoised.input_scale; }

    /// Takes the output of the due evaluation and moves to the next.
    /// Throws non_finite where the output or what follows from it is not finite.
    void advance() {
        ++evaluations_;
        carry_out();
        skip_transforms();
        if (done_ || !passes_.exec().asynchronous) check();
    }

    [[nodiscard]] run_summary summary() const {
        return {position_, evaluations_, position_ == static_cast<int>(levels_.size()) - 1};
    }

  private:
    /// Refuses what cannot be run before anything is written.
    [[nodiscard]] prepared_stage first_stage(const Sampler& s, bool from_prior) const {
        if (from_prior) check_prior<T>(levels_.front());
        return prepare(s, here(), part_);
    }
    [[nodiscard]] step here() const { return {process_, levels_, position_}; }
    [[nodiscard]] static bool reads_buffer(const prepared_stage& p) {
        return buffers_input && p.stage.evaluates;
    }

    /// If the network will read the buffer for prepared_, the pass of `s` is to write it.
    void set_next(instruction<T, shape>& s) const {
        if (!reads_buffer(prepared_)) return;
        s.next_input = prepared_.stage.input_register;
        s.next_scale = static_cast<T>(prepared_.to_denoised.input_scale);
    }

    /// Carries out the planned stage, plans the next one, and tells the observer of a step's end.
    void carry_out() {
        const Sampler& sampler = passes_.sampler();
        const prepared_stage now = prepared_;
        auto s = compile<T, shape>(now.stage, now.to_denoised,
                                   {folds, observer_.wants_denoised, draws_});
        source_ = noise_for(source_, here(), now.stage, part_, draws_);
        draws_ += static_cast<std::uint32_t>(now.stage.draws);
        const bool ends_step = ++part_ == sampler.solver.stages(here());
        if (ends_step) {
            part_ = 0;
            done_ = ++position_ + 1 == static_cast<int>(levels_.size());
        }
        if (!done_) {
            prepared_ = prepare(sampler, here(), part_);
            set_next(s);
        }
        passes_.carry_out(common_stage<T, shape, noise_type>(s, source_), s.evaluates,
                          now.stage.measured.has_value(), stages_done_++);
        if (ends_step && observer_.on_step) done_ = !tell_observer() || done_;
    }
    void skip_transforms() {
        while (!done_ && !prepared_.stage.evaluates)
            carry_out();
    }
    void check() {
        if (const std::uint64_t code = passes_.failed(); code != failure::none) {
            done_ = true;
            throw_non_finite(code, passes_.sampler().solver, step{process_, levels_, 0},
                             passes_.first_sample());
        }
    }

    [[nodiscard]] bool tell_observer() {
        check();
        const int steps = static_cast<int>(levels_.size()) - 1;
        const observation o(position_, steps, levels_[static_cast<std::size_t>(position_)],
                            passes_.samples(), passes_.elements(), this,
                            [](const void* self, int what, double* to) {
                                static_cast<const run*>(self)->passes_.read_for_observer(what, to);
                            });
        return observer_.on_step(o);
    }

    std::vector<noise_level> levels_;
    observer observer_;
    noise_type source_;
    process_view process_;
    int position_ = 0;  ///< step
    int part_ = 0;      ///< stage of the step
    std::uint64_t stages_done_ = 0;
    int evaluations_ = 0;
    std::uint32_t draws_ = 0;
    bool done_ = false;
    prepared_stage prepared_;  ///< after what it is planned from
    passes passes_;
};

}  // namespace diffgen::exec

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A run in progress. Its owner evaluates the network, wherever and whenever that happens:
//
//     for (auto run = s.start(exec::omp, x, options); run; run.advance())
//         net(run.input(), run.output(), run.level());
//
// sampler::generate is this loop.

#include <diffgen/exec/buffer.hpp>
#include <diffgen/exec/compiled_stage.hpp>
#include <diffgen/exec/failure.hpp>
#include <diffgen/exec/noise_for.hpp>
#include <diffgen/exec/options.hpp>
#include <diffgen/exec/pass.hpp>
#include <diffgen/exec/plan.hpp>
#include <diffgen/solver/step.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace diffgen::exec {

/// Throws non_finite for the failure that a pass noted, with the step and the sample.
template <class Solver>
[[noreturn]] void throw_non_finite(std::uint64_t code, const Solver& solver, step s,
                                   std::uint64_t first_sample) {
    const auto at = static_cast<int>(failure::stage(code));
    int before = 0, evaluation = at;
    for (s.index = 0; s.index + 1 < s.count(); ++s.index) {
        const int here = solver.stages(s);
        if (before + here > at) break;
        before += here;
    }
    evaluation = at - before;
    throw non_finite(diffgen::detail::text(
        "diffgen: NaN or infinity in step ", s.index, " of ", s.count(), " (stage ", evaluation,
        ", from t = ", s.from().t, " to ", s.to().t, "), first in sample ",
        failure::sample(code) + first_sample,
        "; the network's output there, the state it was given, or what follows from both"));
}

/// Which noise a run uses: the sampler's source, with the seed of the options where it has one.
template <class Noise>
[[nodiscard]] Noise seeded(Noise source, std::uint64_t seed) {
    if constexpr (requires { source.seed = seed; }) source.seed = seed;
    return source;
}

/// It refers to the sampler and to the state, which must outlive it. Movable; between two calls it
/// can rest for as long as its owner likes. All memory is allocated at the start.
template <class Exec, class Sampler, class T>
class run {
    using space = typename Exec::space;
    using solver_type = typename Sampler::solver_type;
    using shape = shape_of<solver_type>;
    using merge = typename Sampler::predictor_type::merge_type;
    using hook = typename Sampler::predictor_type::hook_type;
    using noise_type = typename Sampler::noise_type;
    static constexpr int copies = merge::copies;
    static constexpr int inputs = merge::inputs;
    static constexpr bool folds = !hook::present;
    /// Whether the network reads a buffer of its own rather than a register.
    static constexpr bool buffers_input =
        inputs > 1 || scales_input<typename Sampler::predictor_type::output_type>;

  public:
    /// Used by the sampler. `from_prior`: the state is drawn, not given.
    run(const Exec& e, const Sampler& s, batch_view<T, space> x, std::vector<noise_level> levels,
        const options& o, bool from_prior)
        : exec_(e),
          sampler_(&s),
          levels_(std::move(levels)),
          observer_(o.observe),
          first_sample_(o.first_sample),
          source_(seeded(s.noise, o.seed)),
          state_(x) {
        memory_.samples = x.samples;
        memory_.elements = x.elements;
        memory_.first_flat = o.first_sample * x.elements;
        if (from_prior) check_prior<T>(levels_.front());
        planned_ = plan(s, here(), part_);  // refuses what cannot be run before anything is written
        allocate();
        if (from_prior) draw_prior();
        if (reads_buffer(planned_)) {
            compiled_stage<T, shape> nothing;
            set_next(nothing);
            pass(nothing);
        }
        skip_transforms();
    }

    run(run&&) noexcept = default;
    run& operator=(run&&) noexcept = default;

    /// Whether an evaluation of the network is due.
    [[nodiscard]] explicit operator bool() const { return !done_; }
    /// What the network is to see: with guidance, all its copies in one batch.
    [[nodiscard]] batch_view<const T, space> input() const {
        const T* data = reads_buffer(planned_) ? memory_.inputs : memory_.slot(planned_.what.input);
        return {data, memory_.samples * static_cast<std::size_t>(inputs), memory_.elements};
    }
    /// Where its answer goes; a learned variance after all the predictions.
    [[nodiscard]] batch_view<T, space> output() const {
        return {memory_.outputs, memory_.samples * static_cast<std::size_t>(copies),
                memory_.elements};
    }
    /// The level of the evaluation; `level().input` is what the network takes as time.
    [[nodiscard]] const noise_level& level() const { return planned_.what.at; }
    /// The network's factor on the state, already in `input()`.
    [[nodiscard]] double input_scale() const { return planned_.map.input; }

    /// Takes the output of the due evaluation and moves to the next.
    /// Throws non_finite where the output or what follows from it is not finite.
    void advance() {
        ++evaluations_;
        carry_out();
        skip_transforms();
        if (done_ || !exec_.asynchronous) check();
    }

    [[nodiscard]] run_summary summary() const {
        return {position_, evaluations_, position_ == static_cast<int>(levels_.size()) - 1};
    }

  private:
    [[nodiscard]] step here() const { return {any_process(sampler_->process), levels_, position_}; }
    [[nodiscard]] static bool reads_buffer(const planned& p) {
        return buffers_input && p.what.evaluates;
    }

    /// One piece of memory for all; each part begins where a network may want it to, at a multiple
    /// of 64 numbers.
    void allocate() {
        const std::size_t n = memory_.size();
        const std::size_t kept =
            static_cast<std::size_t>(shape::registers - 1) + (observer_.wants_denoised ? 1 : 0);
        std::size_t end = 0;
        const auto reserve = [&end](std::size_t count) {
            return std::exchange(end, (end + count + 63) / 64 * 64);
        };
        const std::size_t registers = reserve(kept * n);
        const std::size_t outputs = reserve(static_cast<std::size_t>(copies) * n);
        const std::size_t network =
            reserve(buffers_input ? static_cast<std::size_t>(inputs) * n : 0);
        const std::size_t tuned = reserve(shape::tunes ? 2 * memory_.samples : 0);
        const std::size_t sums = reserve(shape::tunes ? 2 * memory_.samples * memory_.chunks() : 0);
        const std::size_t measures = reserve(hook::per_sample ? n : 0);
        const std::size_t statistics = reserve(hook::per_sample ? memory_.samples : 0);
        numbers_ = buffer<T, space>(exec_, end);
        failed_ = buffer<std::uint64_t, space>(exec_, std::vector<std::uint64_t>{failure::none});
        memory_.state = state_.data;
        memory_.kept = numbers_.data() + registers;
        memory_.outputs = numbers_.data() + outputs;
        memory_.inputs = numbers_.data() + network;
        memory_.tuned = numbers_.data() + tuned;
        memory_.partials = numbers_.data() + sums;
        memory_.measures = numbers_.data() + measures;
        memory_.statistics = numbers_.data() + statistics;
        memory_.failed = failed_.data();
    }
    [[nodiscard]] std::size_t tiles(std::size_t size) const {
        return (size + static_cast<std::size_t>(exec_.tile) - 1) /
               static_cast<std::size_t>(exec_.tile);
    }
    template <class Pass>
    void launch(std::size_t n, const Pass& p) const {
        exec_.for_each(n, with_lanes<T, Pass>{p});
    }
    void pass(const compiled_stage<T, shape>& s) const {
        launch(tiles(memory_.size()),
               stage_pass<T, shape, merge, hook, noise_type, Exec::tile_capacity>{
                   s, memory_, sampler_->predictor.merge(), sampler_->predictor.hook(), source_,
                   exec_.tile, static_cast<std::uint64_t>(stages_done_)});
    }
    void draw_prior() const {
        level_of<T> prior = level_as<T>(levels_.front());
        prior.alpha = 0;
        add_noise_to(exec_, state_, prior, noise::stream::prior, source_, first_sample_);
    }

    /// If the network will read the buffer for planned_, the pass of `s` is to write it.
    void set_next(compiled_stage<T, shape>& s) const {
        if (!reads_buffer(planned_)) return;
        s.next_input = planned_.what.input;
        s.next_scale = static_cast<T>(planned_.map.input);
    }

    /// Carries out the planned stage, plans the next one, and tells the observer of a step's end.
    void carry_out() {
        const planned now = planned_;
        auto s = compile<T, shape>(now.what, now.map, folds, draws_, observer_.wants_denoised);
        source_ = noise_for(source_, here(), now.what, part_, draws_);
        draws_ += static_cast<std::uint32_t>(now.what.draws);
        const bool ends_step = ++part_ == sampler_->solver.stages(here());
        if (ends_step) {
            part_ = 0;
            done_ = ++position_ + 1 == static_cast<int>(levels_.size());
        }
        if (!done_) {
            planned_ = plan(*sampler_, here(), part_);
            set_next(s);
        }
        if constexpr (hook::per_sample)
            if (s.evaluates) measure(s);
        if constexpr (shape::tunes)
            if (s.tunes) tune(s);
        pass(s);
        ++stages_done_;
        if (ends_step && observer_.see) done_ = !tell_observer() || done_;
    }
    void measure(const compiled_stage<T, shape>& s) const {
        launch(tiles(memory_.size()),
               measure_pass<T, shape, merge, hook>{s, memory_, sampler_->predictor.merge(),
                                                   sampler_->predictor.hook(), exec_.tile});
        launch(memory_.samples,
               statistic_pass<T, shape, copies, hook>{memory_, sampler_->predictor.hook()});
    }
    void tune(const compiled_stage<T, shape>& s) const {
        launch(memory_.samples * memory_.chunks(),
               norm_pass<T, shape, merge, hook, noise_type, Exec::tile_capacity>{
                   s, memory_, sampler_->predictor.merge(), sampler_->predictor.hook(), source_});
        launch(memory_.samples,
               tune_pass<T, shape, copies, typename solver_type::tuner>{s, memory_});
    }
    void skip_transforms() {
        while (!done_ && !planned_.what.evaluates)
            carry_out();
    }
    void check() {
        std::uint64_t code = failure::none;
        buffer<std::uint64_t, space>::read(exec_, memory_.failed, 1, &code);
        if (code != failure::none) {
            done_ = true;
            throw_non_finite(code, sampler_->solver, here_at_start(), first_sample_);
        }
    }
    [[nodiscard]] step here_at_start() const {
        return {any_process(sampler_->process), levels_, 0};
    }

    [[nodiscard]] bool tell_observer() {
        check();
        const observation o(position_, static_cast<int>(levels_.size()) - 1,
                            levels_[static_cast<std::size_t>(position_)], memory_.samples,
                            memory_.elements, this, [](const void* self, int what, double* to) {
                                const auto& me = *static_cast<const run*>(self);
                                me.read(me.memory_.slot(what == 0 ? 0 : shape::registers), to);
                            });
        return observer_.see(o);
    }
    void read(const T* from, double* to) const {
        std::vector<T> values(memory_.size());
        buffer<T, space>::read(exec_, from, values.size(), values.data());
        std::copy(values.begin(), values.end(), to);
    }

    Exec exec_;
    const Sampler* sampler_;
    std::vector<noise_level> levels_;
    observer observer_;
    std::uint64_t first_sample_;
    noise_type source_;
    batch_view<T, space> state_;
    batch_memory<T, shape, copies> memory_{};
    buffer<T, space> numbers_;
    buffer<std::uint64_t, space> failed_;
    planned planned_{};
    int position_ = 0;  ///< step
    int part_ = 0;      ///< stage of the step
    int stages_done_ = 0;
    int evaluations_ = 0;
    std::uint32_t draws_ = 0;
    bool done_ = false;
};

}  // namespace diffgen::exec

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The memory of a run and the passes over it, for one stage of the whole batch or one a sample.

#include <diffgen/exec/buffer.hpp>
#include <diffgen/exec/failure.hpp>
#include <diffgen/exec/instruction.hpp>
#include <diffgen/exec/measuring_passes.hpp>
#include <diffgen/exec/noising_pass.hpp>
#include <diffgen/exec/options.hpp>
#include <diffgen/exec/pass.hpp>
#include <diffgen/exec/stages.hpp>
#include <diffgen/exec/with_lanes.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace diffgen::exec {

/// Which noise a run uses: the sampler's source, with the seed of the options where it has one.
template <class Noise>
[[nodiscard]] Noise seeded(Noise source, std::uint64_t seed) {
    if constexpr (requires { source.seed = seed; }) source.seed = seed;
    return source;
}

/// What of its memory a run needs.
struct memory_needs {
    bool input_buffer = false;  ///< the network does not read a register itself
    bool denoised = false;      ///< an observer asks for the denoised estimate
    bool densities = false;     ///< a judge asks for log densities
};

/// Refers to the sampler and to the state, which must outlive it. All memory is allocated at once.
template <class Exec, class Sampler, class T>
class batch_passes {
  public:
    using space = typename Exec::space;
    using predictor_type = typename Sampler::predictor_type;
    using shape = shape_of<typename Sampler::solver_type>;
    using combiner_type = typename predictor_type::combiner_type;
    using hook = typename predictor_type::hook_type;
    using noise_type = typename Sampler::noise_type;
    static constexpr int copies = combiner_type::copies;
    static constexpr int inputs = combiner_type::inputs;

    batch_passes(const Exec& e, const Sampler& s, batch_view<T, space> x, std::uint64_t first,
                 memory_needs needs)
        : exec_(e), sampler_(&s), first_sample_(first) {
        memory_.state = x.data;
        memory_.samples = x.samples;
        memory_.elements = x.elements;
        memory_.first_flat = first * x.elements;
        allocate(needs);
    }

    [[nodiscard]] const Exec& exec() const { return exec_; }
    [[nodiscard]] const Sampler& sampler() const { return *sampler_; }
    [[nodiscard]] std::size_t samples() const { return memory_.samples; }
    [[nodiscard]] std::size_t elements() const { return memory_.elements; }
    [[nodiscard]] std::uint64_t first_sample() const { return first_sample_; }

    /// Register r, and after the solver's registers the denoised estimate.
    [[nodiscard]] T* slot(int r) const { return memory_.slot(r); }
    [[nodiscard]] batch_view<const T, space> input(const T* data) const {
        return {data, memory_.samples * static_cast<std::size_t>(inputs), memory_.elements};
    }
    [[nodiscard]] T* input_buffer() const { return memory_.inputs; }
    [[nodiscard]] batch_view<T, space> output() const {
        return {memory_.outputs, memory_.samples * static_cast<std::size_t>(copies),
                memory_.elements};
    }
    [[nodiscard]] batch_view<T, space> densities() const {
        return {memory_.densities, memory_.samples, 1};
    }

    void draw_prior(const noise_level& first, const noise_type& source) const {
        level_of<T> prior = cast_level<T>(first);
        prior.alpha = 0;
        add_noise_to(exec_, batch_view<T, space>(memory_.state, memory_.samples, memory_.elements),
                     common_level<T>(prior), noise::stream::prior, source, first_sample_);
    }

    /// Carries out the stages. `evaluated`: some of them follow an evaluation; `measured`: some of
    /// them are measured. number: of the stage, for failures.
    template <class Stages>
    void carry_out(const Stages& s, bool evaluated, bool measured, std::uint64_t number) const {
        if constexpr (hook::per_sample)
            if (evaluated) {
                launch(Stages::tiles(memory_.samples, memory_.elements, exec_.tile),
                       hook_pass<T, shape, combiner_type, hook, Stages>{s, memory_, combiner(),
                                                                        hooked(), exec_.tile});
                launch(memory_.samples, statistic_pass<T, shape, copies, hook>{memory_, hooked()});
            }
        if constexpr (shape::measures)
            if (measured) {
                launch(memory_.samples * memory_.chunks(),
                       sums_pass<T, shape, combiner_type, hook, Stages, Exec::tile_capacity>{
                           s, memory_, combiner(), hooked()});
                launch(memory_.samples, tune_pass<T, shape, copies, Stages>{s, memory_});
            }
        launch(Stages::tiles(memory_.samples, memory_.elements, exec_.tile),
               stage_pass<T, shape, combiner_type, hook, Stages, Exec::tile_capacity>{
                   s, memory_, combiner(), hooked(), exec_.tile, number});
    }

    /// The code of the first failure, failure::none where there was none. Waits for the passes.
    [[nodiscard]] std::uint64_t failed() const {
        std::uint64_t code = failure::none;
        read(memory_.failed, 1, &code);
        return code;
    }
    /// The two sums of every judged sample, all the first before all the second. Waits.
    void read_sums(std::vector<T>& to) const { read(memory_.tuned, to.size(), to.data()); }
    /// The log density of every sample. Waits.
    void read_densities(std::vector<T>& to) const { read(memory_.densities, to.size(), to.data()); }
    /// The state (what = 0) or the denoised estimate (1), for an observer.
    void read_for_observer(int what, double* to) const {
        std::vector<T> values(memory_.size());
        read(memory_.slot(what == 0 ? 0 : shape::registers), values.size(), values.data());
        std::copy(values.begin(), values.end(), to);
    }

  private:
    [[nodiscard]] combiner_type combiner() const { return sampler_->predictor.combiner(); }
    [[nodiscard]] hook hooked() const { return sampler_->predictor.hook(); }

    template <class U>
    void read(const U* from, std::size_t count, U* to) const {
        buffer<U, space>::read(exec_, from, count, to);
    }
    template <class Pass>
    void launch(std::size_t n, const Pass& p) const {
        exec_.for_each(n, with_lanes<T, Pass>{p});
    }

    /// One piece of memory for all; each part begins where a network may want it to, at a multiple
    /// of 64 numbers.
    void allocate(memory_needs needs) {
        const std::size_t n = memory_.size(), samples = memory_.samples;
        const auto times = [](int count, std::size_t size) {
            return static_cast<std::size_t>(count) * size;
        };
        std::size_t end = 0;
        const auto reserve = [&end](std::size_t count) {
            return std::exchange(end, (end + count + 63) / 64 * 64);
        };
        const std::size_t kept = reserve(times(shape::registers - 1 + (needs.denoised ? 1 : 0), n));
        const std::size_t outputs = reserve(times(copies, n));
        const std::size_t network = reserve(needs.input_buffer ? times(inputs, n) : 0);
        const std::size_t tuned = reserve(shape::measures ? 2 * samples : 0);
        const std::size_t sums = reserve(shape::measures ? 2 * samples * memory_.chunks() : 0);
        const std::size_t measures = reserve(hook::per_sample ? n : 0);
        const std::size_t statistics = reserve(hook::per_sample ? samples : 0);
        const std::size_t densities = reserve(needs.densities ? samples : 0);
        numbers_ = buffer<T, space>(exec_, end);
        failed_ = buffer<std::uint64_t, space>(exec_, std::vector<std::uint64_t>{failure::none});
        memory_.kept = numbers_.data() + kept;
        memory_.outputs = numbers_.data() + outputs;
        memory_.inputs = numbers_.data() + network;
        memory_.tuned = numbers_.data() + tuned;
        memory_.partials = numbers_.data() + sums;
        memory_.measures = numbers_.data() + measures;
        memory_.statistics = numbers_.data() + statistics;
        memory_.densities = numbers_.data() + densities;
        memory_.failed = failed_.data();
    }

    Exec exec_;
    const Sampler* sampler_;
    std::uint64_t first_sample_;
    batch_memory<T, shape, copies> memory_{};
    buffer<T, space> numbers_;
    buffer<std::uint64_t, space> failed_;
};

}  // namespace diffgen::exec

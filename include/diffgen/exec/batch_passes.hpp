// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The memory of a batch and the passes over it: what a run and a pool do to their samples once they
// know what is due.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/exec/buffer.hpp>
#include <diffgen/exec/cohort.hpp>
#include <diffgen/exec/failure.hpp>
#include <diffgen/exec/memory.hpp>
#include <diffgen/exec/passes.hpp>
#include <diffgen/exec/policy.hpp>
#include <diffgen/exec/run_kind.hpp>
#include <diffgen/exec/sampler_view.hpp>
#include <diffgen/noise/source.hpp>
#include <diffgen/solver/grid_position.hpp>
#include <diffgen/solver/step.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::exec {

/// Throws bad_argument where the numbers of these samples' noise would be those of other samples.
inline void require_addresses(std::uint64_t first_sample, std::size_t samples,
                              std::size_t elements) {
    constexpr std::uint64_t all = ~std::uint64_t{0};
    diffgen::detail::require(
        elements == 0 || (samples <= all / elements && first_sample <= all / elements - samples),
        "first_sample = ", first_sample, " for ", samples, " samples of ", elements,
        " elements: the numbers of their noise would not fit into 64 bits");
}

/// It refers to the sampler and to the state. The functions that launch passes take the table of
/// the cohorts as the passes see it. Kind: a run_kind.
template <class Exec, class Kind>
class batch_passes {
    using T = typename Kind::value_type;
    using space = typename Exec::space;
    using combiner_type = typename Kind::combiner_type;
    using hook_type = typename Kind::hook_type;

  public:
    using shape = typename Kind::shape;
    using memory_type = typename Kind::memory_type;
    using entry = assignment<T, shape, typename Kind::noise_type>;
    using batch = batch_memory<T, shape, combiner_type::copies>;
    static constexpr bool wants_density = Kind::wants_density;
    /// The network's input is buffered where it is no register as it stands.
    static constexpr bool always_buffers = combiner_type::inputs > 1 || Kind::scales_input;
    /// Rows of the network's input and output for each sample.
    static constexpr std::size_t inputs = static_cast<std::size_t>(combiner_type::inputs);
    static constexpr std::size_t outputs = static_cast<std::size_t>(combiner_type::copies);

    /// What the passes, and who plans for them, see of a sampler.
    struct view_type {
        sampler_view<memory_type> sampler;
        merging_view<combiner_type, hook_type> merging;
        typename Kind::noise_type noise;

        template <class Sampler>
        explicit view_type(const Sampler& s) : sampler(s), merging(s.predictor), noise(s.noise) {}
    };

    /// needs: inputs, where there is to be room for one that is no register as it stands, denoised
    /// and mean; the others follow from the sampler.
    batch_passes(const Exec& e, const view_type& s, batch_view<T, space> x,
                 std::uint64_t first_sample, memory_needs needs)
        : exec_(e), sampler_(s), memory_(e, x, first_sample, completed(needs)) {
        if constexpr (shape::judges) sums_.resize(2 * x.samples);
        if constexpr (wants_density) densities_.resize(x.samples);
    }

    [[nodiscard]] const Exec& exec() const { return exec_; }
    [[nodiscard]] const view_type& sampler() const { return sampler_; }
    [[nodiscard]] const typename Kind::noise_type& noise() const { return sampler_.noise; }
    [[nodiscard]] const batch& memory() const { return memory_.batch(); }
    [[nodiscard]] run_memory<T, space, shape, combiner_type::copies>& owner() { return memory_; }
    [[nodiscard]] tiling tiles() const { return {memory().samples, memory().elements, exec_.tile}; }

    /// Register r of all samples, as it stands; after the solver's comes the denoised estimate.
    [[nodiscard]] batch_view<T, space> slot(int r) const {
        return {memory().slot(r), memory().samples, memory().elements};
    }
    /// What the network is to see, written to the buffer for it.
    template <class Table>
    [[nodiscard]] batch_view<const T, space> write_input(const Table& t) const {
        const batch& b = memory();
        launch(tiles().count(t), input_pass<T, batch, Table>{t, b, tiles(), combiner_type::inputs});
        return {b.inputs, b.samples * inputs, b.elements};
    }
    /// Where the network's answer goes.
    [[nodiscard]] batch_view<T, space> output() const {
        return {memory().outputs, memory().samples * outputs, memory().elements};
    }
    /// Where the log density of every sample goes.
    [[nodiscard]] batch_view<T, space> log_densities() const {
        return {memory().densities, memory().samples, 1};
    }

    /// Carries out the due stages that follow an evaluation, or those that do not. number: of the
    /// stage, for the note of a failure.
    template <class Table>
    void carry_out(const Table& t, bool evaluated, [[maybe_unused]] bool measured,
                   std::uint64_t number) const {
        const auto combiner = sampler_.merging.combiner();
        const auto hook = sampler_.merging.hook();
        const batch& b = memory();
        if constexpr (hook_type::per_sample)
            if (evaluated) {
                launch(tiles().count(t),
                       hook_pass<T, batch, combiner_type, hook_type, Table, Exec::tile_capacity>{
                           t, b, tiles(), combiner, hook});
                launch(b.samples, statistic_pass<T, batch, hook_type>{b, hook});
            }
        if constexpr (shape::measures)
            if (measured) {
                using sums = partial_sums_pass<T, batch, combiner_type, hook_type, Table,
                                               Exec::tile_capacity>;
                launch(b.samples * b.chunks(), sums{t, b, combiner, hook, evaluated});
                launch(b.samples, sample_sums_pass<T, batch, Table>{t, b, evaluated});
            }
        using pass = stage_pass<T, batch, combiner_type, hook_type, Table, Exec::tile_capacity>;
        launch(tiles().count(t), pass{t, b, tiles(), combiner, hook, evaluated, number});
    }

    /// The code of the first failure, failure::none where there was none. Waits for the passes.
    [[nodiscard]] std::uint64_t failed() const { return memory_.failed(exec_); }

    /// What the judge of the due stages asks for comes to the host.
    void read_measurements() {
        const batch& b = memory();
        buffer<T, space>::read(exec_, b.sample_sums, 2 * b.samples, sums_.data());
        if constexpr (wants_density)
            buffer<T, space>::read(exec_, b.densities, b.samples, densities_.data());
    }
    /// Asks the solver about the sample in this row, by what was read last. seed, sample: of its
    /// noise, its number in the whole job.
    [[nodiscard]] bool is_accepted([[maybe_unused]] std::size_t row,
                                   [[maybe_unused]] std::uint64_t seed,
                                   [[maybe_unused]] std::uint64_t sample,
                                   [[maybe_unused]] cohort<memory_type>& mine,
                                   [[maybe_unused]] const step& at) const {
        if constexpr (shape::judges) {
            measurement m;
            m.sums = {sums_[row], sums_[memory().samples + row]};
            m.elements = memory().elements;
            if constexpr (wants_density) m.log_density = densities_[row];
            m.uniform = noise::philox{seed}.template uniform<double>(noise::stream::acceptance,
                                                                     mine.draws, sample);
            return sampler_.sampler.accepts(mine.memory, at, mine.stage_index, m);
        } else {
            return true;
        }
    }

  private:
    [[nodiscard]] static memory_needs completed(memory_needs needs) {
        needs.densities = wants_density;
        needs.hook_values = hook_type::per_sample;
        return needs;
    }
    template <class Pass>
    void launch(std::size_t n, const Pass& p) const {
        exec_.for_each(n, with_lanes<T, Pass>{p});
    }

    Exec exec_;
    view_type sampler_;
    run_memory<T, space, shape, combiner_type::copies> memory_;
    std::vector<T> sums_, densities_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::exec

#include <diffgen/core/with_macros.hpp>

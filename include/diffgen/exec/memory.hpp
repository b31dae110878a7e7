// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where a run keeps its batch: pointers into memory of its execution policy, and their owner.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/exec/buffer.hpp>
#include <diffgen/exec/failure.hpp>
#include <diffgen/exec/reduce.hpp>
#include <diffgen/exec/tile.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace diffgen::inline DIFFGEN_ABI::exec {

/// The batch of a run as a pass sees it. Copies: outputs of the network for each sample.
template <class T, class Shape, int Copies>
struct batch_memory {
    std::size_t samples, elements;
    std::size_t apart;         ///< numbers from one register to the next: room for all samples
    std::uint64_t first_flat;  ///< flat index of the first element: first sample x elements
    T* state;                  ///< register 0: the memory of the run's owner
    T* kept;                   ///< the other registers, `apart` numbers each
    T* outputs;                ///< of the network, Copies times the batch
    T* inputs;                 ///< of the network, where it does not read a register itself
    T* sample_sums;   ///< a judged stage's two sums, or the tuner's p and q: all first, all second
    T* densities;     ///< the log density of every sample at the evaluation, where a judge asks
    T* partial_sums;  ///< of the first measured form over chunks of samples, then of the second
    T* hook_values;   ///< what a hook that sees whole samples measures of every element
    T* hook_statistics;  ///< what the hook makes of them, one for each sample
    std::uint64_t* failed;

    [[nodiscard]] DIFFGEN_VALUE std::size_t size() const { return samples * elements; }
    [[nodiscard]] DIFFGEN_VALUE std::size_t chunks() const {
        return (elements + chunk - 1) / static_cast<std::size_t>(chunk);
    }

    /// Pointers to the tile that begins at element `begin`; noise and tuning are the caller's.
    [[nodiscard]] DIFFGEN_VALUE tile_memory<T> tile(std::size_t begin) const {
        tile_memory<T> m{};
        m.state = state + begin;
        m.kept = kept + begin;
        m.kept_apart = apart;
        m.copies_apart = size();
        m.outputs = outputs + begin;
        return m;
    }
    /// Register r; after the solver's registers comes the denoised estimate.
    [[nodiscard]] DIFFGEN_VALUE T* slot(int r) const {
        return r == 0 ? state : kept + static_cast<std::size_t>(r - 1) * apart;
    }

    /// Writes the values that belong to samples (one for each) of the `count` elements from `begin`
    /// on, one for each element.
    DIFFGEN_VALUE void spread(const T* of_sample, std::size_t begin, int count, T* to) const {
        std::size_t sample = begin / elements;
        std::size_t left = (sample + 1) * elements - begin;
        for (int i = 0; i < count; ++i, --left) {
            if (left == 0) {
                ++sample;
                left = elements;
            }
            to[i] = of_sample[sample];
        }
    }
};

/// What of its memory a run needs beside the registers and the network's outputs.
struct memory_needs {
    int inputs = 0;          ///< how many times the batch is buffered for the network
    bool denoised = false;   ///< whether an observer asks for the denoised estimate
    bool densities = false;  ///< whether a judge asks for log densities
    bool hook_values = false;
    bool mean = false;  ///< whether the mean of what a stage draws is kept, after the denoised one
};

/// The memory of a run, allocated at once. Each part begins at a multiple of 64 numbers, where a
/// network may want it to.
template <class T, class Space, class Shape, int Copies>
class run_memory {
  public:
    template <class Exec>
    run_memory(const Exec& e, batch_view<T, Space> x, std::uint64_t first_sample,
               const memory_needs& needs) {
        batch_.state = x.data;
        batch_.samples = x.samples;
        batch_.elements = x.elements;
        batch_.first_flat = first_sample * x.elements;
        batch_.apart = batch_.size();
        const std::size_t n = batch_.size(), samples = x.samples;
        std::size_t end = 0;
        const auto reserve = [&end](int count, std::size_t size) {
            const std::size_t numbers = static_cast<std::size_t>(count) * size;
            return std::exchange(end, (end + numbers + 63) / 64 * 64);
        };
        const std::size_t kept = reserve(Shape::registers - 1 +
                                             (needs.mean       ? 2
                                              : needs.denoised ? 1
                                                               : 0),
                                         n);
        const std::size_t outputs = reserve(Copies, n);
        const std::size_t inputs = reserve(needs.inputs, n);
        const std::size_t sums = reserve(Shape::measures ? 2 : 0, samples);
        const std::size_t partial = reserve(Shape::measures ? 2 : 0, samples * batch_.chunks());
        const std::size_t values = reserve(needs.hook_values ? 1 : 0, n);
        const std::size_t statistics = reserve(needs.hook_values ? 1 : 0, samples);
        const std::size_t densities = reserve(needs.densities ? 1 : 0, samples);
        numbers_ = buffer<T, Space>(e, end);
        failed_ = buffer<std::uint64_t, Space>(e, 1);
        forget_failure(e);
        batch_.kept = numbers_.data() + kept;
        batch_.outputs = numbers_.data() + outputs;
        batch_.inputs = numbers_.data() + inputs;
        batch_.sample_sums = numbers_.data() + sums;
        batch_.partial_sums = numbers_.data() + partial;
        batch_.hook_values = numbers_.data() + values;
        batch_.hook_statistics = numbers_.data() + statistics;
        batch_.densities = numbers_.data() + densities;
        batch_.failed = failed_.data();
    }

    [[nodiscard]] const batch_memory<T, Shape, Copies>& batch() const { return batch_; }
    /// The passes go over the first `samples` samples from now on; at most all that there is room
    /// for.
    void narrow(std::size_t samples) { batch_.samples = samples; }

    /// All registers but the state are zero again, and no failure is noted: a run begins anew.
    template <class Exec>
    void clear(const Exec& e) {
        numbers_.clear(e, static_cast<std::size_t>(Shape::registers - 1) * batch_.apart);
        forget_failure(e);
    }
    /// The code of the first failure, failure::none where there was none. Waits for the passes.
    template <class Exec>
    [[nodiscard]] std::uint64_t failed(const Exec& e) const {
        std::uint64_t code = failure::none;
        buffer<std::uint64_t, Space>::read(e, batch_.failed, 1, &code);
        return code;
    }

    /// No failure is noted any more.
    template <class Exec>
    void forget_failure(const Exec& e) {
        failed_.fill_with_ones(e);
    }

  private:
    batch_memory<T, Shape, Copies> batch_{};
    buffer<T, Space> numbers_;
    buffer<std::uint64_t, Space> failed_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::exec

#include <diffgen/core/with_macros.hpp>

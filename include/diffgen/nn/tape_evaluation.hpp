// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A network that is written for the tape, evaluated for a large batch: in chunks, on threads with a
// tape each.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/layers.hpp>
#include <diffgen/nn/team.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::nn {

/// Samples that are worked on together, a multiple of `multiple`: the last ones are filled up to
/// such a number. Where that many samples leave neither the panels of a product (16 columns) nor
/// packets a remainder, every sample goes through the same instructions.
struct batch_cut {
    std::int64_t chunk, multiple;

    /// For networks whose products have from `fewest` to `most` columns a sample, each a divisor of
    /// the next: some 256 columns at a time.
    static batch_cut of(extent fewest, extent most) {
        std::int64_t multiple = 1;
        while (multiple * fewest % 16 != 0)
            multiple *= 2;
        return {multiple * std::max<std::int64_t>(1, 256 / (multiple * most)), multiple};
    }
};

/// The tapes and threads of a network's evaluations; a copy makes its own. One call at a time.
template <class T>
class tape_evaluation {
  public:
    explicit tape_evaluation(batch_cut cut) : cut_(cut) {}
    tape_evaluation(const tape_evaluation& other) : cut_(other.cut_) {}
    tape_evaluation& operator=(const tape_evaluation& other) {
        cut_ = other.cut_;
        tapes_.clear();
        workers_.reset();
        return *this;
    }

    /// out = net.forward(...) of `samples` columns: times is one for all or one a sample, classes
    /// one a sample or null. The numbers of a sample depend neither on the threads nor on the
    /// samples beside it.
    template <class Net>
    void operator()(const Net& net, const T* in, T* out, std::int64_t samples,
                    std::span<const double> times, const int* classes, int threads) {
        const std::int64_t chunks = (samples + cut_.chunk - 1) / cut_.chunk;
        const int wanted = chunks > 1 ? thread_count(threads) : workers_ ? workers_->size() : 1;
        if (!workers_ || workers_->size() != wanted) workers_ = std::make_unique<team>(wanted);
        while (tapes_.size() < static_cast<std::size_t>(wanted))
            tapes_.emplace_back();
        workers_->run(chunks, [&](std::int64_t i, int slot) {
            const std::int64_t first = i * cut_.chunk;
            evaluate_chunk(net, tapes_[static_cast<std::size_t>(slot)], in + first * net.features(),
                           out + first * net.features(), std::min(cut_.chunk, samples - first),
                           times.size() == 1 ? times.data() : times.data() + first,
                           times.size() == 1, classes ? classes + first : nullptr);
        });
    }

  private:
    template <class Net>
    void evaluate_chunk(const Net& net, tape<T>& record, const T* in, T* out, std::int64_t samples,
                        const double* times, bool one_time, const int* classes) const {
        const std::int64_t cols = (samples + cut_.multiple - 1) / cut_.multiple * cut_.multiple;
        const auto count = static_cast<std::size_t>(cols);
        record.clear();
        const auto x = record.constant(matrix<T>::Zero(net.features(), cols));
        std::copy_n(in, samples * net.features(), x.result().data());
        std::vector<double> each(count, times[0]);
        if (!one_time) std::copy_n(times, samples, each.begin());
        std::vector<int> kinds(count, net.null_class());
        if (classes) std::copy_n(classes, samples, kinds.begin());
        const auto y = net.forward(net.weights().on(record), x, each, kinds);
        std::copy_n(y.value().data(), samples * net.features(), out);
    }

    batch_cut cut_;
    std::deque<tape<T>> tapes_;
    std::unique_ptr<team> workers_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>

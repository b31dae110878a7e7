// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// How a training goes, and what its loss and those who watch it are told.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/adam.hpp>
#include <diffgen/nn/learning_rate.hpp>
#include <diffgen/nn/moving_average.hpp>
#include <diffgen/nn/tape.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::nn {

/// The part of a batch that a loss is asked for.
template <class T>
struct shard {
    tape<T>& record;                          ///< where to compute
    const std::vector<variable<T>>& weights;  ///< the parameters, in the order of the list
    std::int64_t step;                        ///< from 0 on
    std::int64_t first, count;                ///< samples first .. first + count - 1 of the batch
    std::int64_t batch;                       ///< samples of the whole batch
};

struct training_progress {
    std::int64_t step, steps;  ///< done, and wanted in all
    double loss;               ///< of the last step
    double learning_rate;      ///< of the last step
    double gradient_norm;      ///< of the last step, before clipping
    double seconds;            ///< since this call began
};

struct fit_options {
    std::int64_t steps = 1000;  ///< in all, those before a resumption included
    std::int64_t batch = 256;   ///< samples a step
    int shards = 4;             ///< parts of a batch; changes the bits
    int threads = 0;            ///< 0: see thread_count; does not change the bits
    adam optimiser{};
    std::function<double(std::int64_t)> learning_rate = constant_rate{};
    double clip = std::numeric_limits<double>::infinity();  ///< largest norm of a gradient
    moving_average average{};
    std::filesystem::path checkpoint{};  ///< where the state is saved; empty: nowhere
    std::int64_t checkpoint_every = 0;   ///< steps between; 0: only at the end
    /// Called before every step, with its number: power iterations, replay buffers, a start that
    /// depends on data. What it does must depend on that number alone if resumed runs are to keep
    /// their bits.
    std::function<void(std::int64_t)> before{};
    /// Called after every step; false ends the training there.
    std::function<bool(const training_progress&)> observe{};
};

namespace detail {

inline void check(const fit_options& o) {
    if (o.steps < 0 || o.batch < 1 || o.shards < 1 || o.shards > o.batch || !(o.clip > 0) ||
        o.checkpoint_every < 0)
        throw bad_argument(diffgen::detail::text("diffgen: fit with steps ", o.steps, ", batch ",
                                                 o.batch, ", shards ", o.shards, ", clip ", o.clip,
                                                 ", checkpoint_every ", o.checkpoint_every));
}

}  // namespace detail
}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>

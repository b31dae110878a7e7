// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Minimises an expected loss by Adam over mini-batches. The batch is cut into a fixed number of
// shards, each with a tape of its own, whose gradients are added in a fixed order: the bits do not
// depend on the number of threads.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/adam.hpp>
#include <diffgen/nn/learning_rate.hpp>
#include <diffgen/nn/moving_average.hpp>
#include <diffgen/nn/tape.hpp>
#include <diffgen/nn/team.hpp>
#include <diffgen/nn/training_state.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <span>
#include <utility>
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
    /// Called after every step; false ends the training there.
    std::function<bool(const training_progress&)> observe{};
};

namespace detail {

/// Sums the shards' gradients, and updates moments, weights and average, in pieces of fixed size.
template <class T>
class weights_update {
  public:
    explicit weights_update(std::size_t size) : gradient_(static_cast<extent>(size)) {
        partial_.resize((size + piece - 1) / piece);
    }

    /// The sum, and its Euclidean norm.
    double add(const std::vector<matrix<T>>& parts, team& workers) {
        workers.run(pieces(), [&](std::int64_t i, int) {
            const auto [first, count] = range(i);
            auto sum = gradient_.segment(first, count);
            sum = parts[0].col(0).segment(first, count);
            for (std::size_t s = 1; s < parts.size(); ++s)
                sum += parts[s].col(0).segment(first, count);
            partial_[static_cast<std::size_t>(i)] = sum.template cast<double>().squaredNorm();
        });
        double total = 0;
        for (const double p : partial_)
            total += p;
        return std::sqrt(total);
    }

    void apply(training_state<T>& s, const fit_options& o, double rate, double scale,
               team& workers) {
        workers.run(pieces(), [&](std::int64_t i, int) {
            const auto [first, count] = range(i);
            const auto at = static_cast<std::size_t>(first), n = static_cast<std::size_t>(count);
            const auto w = s.weights.values().subspan(at, n);
            o.optimiser.update(w, std::span<const T>(gradient_.data() + first, n),
                               s.first_moment.values().subspan(at, n),
                               s.second_moment.values().subspan(at, n), s.step + 1, rate, scale);
            o.average.update(s.average.values().subspan(at, n), std::span<const T>(w), s.step);
        });
    }

  private:
    static constexpr std::size_t piece = 16384;

    std::int64_t pieces() const { return static_cast<std::int64_t>(partial_.size()); }
    std::pair<extent, extent> range(std::int64_t i) const {
        const extent first = i * static_cast<extent>(piece);
        return {first, std::min<extent>(static_cast<extent>(piece), gradient_.size() - first)};
    }

    Eigen::Matrix<T, Eigen::Dynamic, 1> gradient_;
    std::vector<double> partial_;
};

inline void check(const fit_options& o) {
    if (o.steps < 0 || o.batch < 1 || o.shards < 1 || o.shards > o.batch || !(o.clip > 0) ||
        o.checkpoint_every < 0)
        throw bad_argument(diffgen::detail::text("diffgen: fit with steps ", o.steps, ", batch ",
                                                 o.batch, ", shards ", o.shards, ", clip ", o.clip,
                                                 ", checkpoint_every ", o.checkpoint_every));
}

}  // namespace detail

/// Takes the steps from state.step to options.steps. `loss(const shard<T>&)` gives the shard's part
/// of the batch's loss as a 1 x 1 variable: the sum over its samples divided by the batch. It must
/// be a function of its argument alone and safe to call on several threads; then a run is a
/// function of state and options, and a resumed one gives the same bits as one that never stopped.
/// Returns false when the observer ended it. Throws bad_argument, bad_file, and non_finite when a
/// loss or gradient is not finite: the state is then the one before that step.
template <class T, class Loss>
bool fit(training_state<T>& state, const Loss& loss, const fit_options& options) {
    detail::check(options);
    const auto start = std::chrono::steady_clock::now();
    const auto shards = static_cast<std::size_t>(options.shards);
    const std::size_t size = state.weights.values().size();
    std::vector<tape<T>> tapes(shards);
    std::vector<matrix<T>> gradients(shards, matrix<T>::Zero(static_cast<extent>(size), 1));
    std::vector<double> losses(shards);
    detail::weights_update<T> update(size);
    team workers(std::min(thread_count(options.threads), options.shards));

    const auto differentiate = [&](std::int64_t i, int) {
        const auto s = static_cast<std::size_t>(i);
        tapes[s].clear();
        const auto weights = state.weights.on(tapes[s]);
        const std::int64_t first = i * options.batch / options.shards;
        const std::int64_t last = (i + 1) * options.batch / options.shards;
        const auto value =
            loss(shard<T>{tapes[s], weights, state.step, first, last - first, options.batch});
        losses[s] = static_cast<double>(value.item());
        const auto g = grad(value, weights);
        for (std::size_t k = 0; k < g.size(); ++k) {
            const auto& e = state.weights.entries()[k];
            span_matrix<T>(gradients[s].data() + e.offset, e.rows, e.cols) = g[k].value();
        }
    };
    const auto save_now = [&] {
        if (!options.checkpoint.empty()) save(state, options.checkpoint);
    };

    while (state.step < options.steps) {
        workers.run(options.shards, differentiate);
        double total = 0;
        for (const double part : losses)
            total += part;
        const double norm = update.add(gradients, workers);
        if (!std::isfinite(total) || !std::isfinite(norm))
            throw non_finite(diffgen::detail::text("diffgen: training step ", state.step,
                                                   ": the loss is ", total,
                                                   ", the norm of its gradient ", norm));
        const double rate = options.learning_rate(state.step);
        update.apply(state, options, rate, norm > options.clip ? options.clip / norm : 1.0,
                     workers);
        state.losses.push_back(total);
        ++state.step;
        const bool more =
            !options.observe ||
            options.observe(
                {state.step, options.steps, total, rate, norm,
                 std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()});
        const bool due = options.checkpoint_every > 0 && state.step % options.checkpoint_every == 0;
        if (!more || due || state.step == options.steps) save_now();
        if (!more) return false;
    }
    return true;
}

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>

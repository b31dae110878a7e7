// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Minimises an expected loss by Adam over mini-batches, one step at a time. The batch is cut into a
// fixed number of shards, each recorded by itself, whose gradients are added in a fixed order:
// the bits do not depend on the number of threads.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/adam.hpp>
#include <diffgen/nn/fit_options.hpp>
#include <diffgen/nn/tape.hpp>
#include <diffgen/nn/team.hpp>
#include <diffgen/nn/training_state.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::nn {

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

}  // namespace detail

/// Takes steps of one training when it is asked to. Two trainers alternate on two states, or on the
/// same memory of a loss that reads both, without making anything anew. `loss` is as fit() says;
/// state and loss must outlive the trainer.
template <class T, class Loss>
class trainer {
  public:
    /// Throws bad_argument for options that make no sense.
    trainer(training_state<T>& state, const Loss& loss, const fit_options& options)
        : state_(state),
          loss_(loss),
          options_(checked(options)),
          gradients_(static_cast<std::size_t>(options.shards),
                     matrix<T>::Zero(static_cast<extent>(state.weights.values().size()), 1)),
          losses_(gradients_.size()),
          update_(state.weights.values().size()),
          workers_(std::min(thread_count(options.threads), options.shards)),
          tapes_(static_cast<std::size_t>(workers_.size())) {}

    const training_state<T>& state() const { return state_; }

    /// One step. Throws non_finite when the loss or its gradient is not finite: the state is then
    /// the one before it.
    training_progress step() {
        if (options_.before) options_.before(state_.step);
        workers_.run(options_.shards, [this](std::int64_t i, int worker) {
            differentiate(i, tapes_[static_cast<std::size_t>(worker)]);
        });
        double total = 0;
        for (const double part : losses_)
            total += part;
        const double norm = update_.add(gradients_, workers_);
        if (!std::isfinite(total) || !std::isfinite(norm))
            throw non_finite(diffgen::detail::text("diffgen: training step ", state_.step,
                                                   ": the loss is ", total,
                                                   ", the norm of its gradient ", norm));
        const double rate = options_.learning_rate(state_.step);
        update_.apply(state_, options_, rate, norm > options_.clip ? options_.clip / norm : 1.0,
                      workers_);
        state_.losses.push_back(total);
        ++state_.step;
        return {state_.step,
                options_.steps,
                total,
                rate,
                norm,
                std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count()};
    }

  private:
    static const fit_options& checked(const fit_options& o) {
        detail::check(o);
        return o;
    }

    void differentiate(std::int64_t i, tape<T>& record) {
        const auto s = static_cast<std::size_t>(i);
        record.clear();
        const auto weights = state_.weights.on(record);
        const std::int64_t first = i * options_.batch / options_.shards;
        const std::int64_t last = (i + 1) * options_.batch / options_.shards;
        const auto value =
            loss_(shard<T>{record, weights, state_.step, first, last - first, options_.batch});
        losses_[s] = static_cast<double>(value.item());
        const auto g = grad(value, weights);
        for (std::size_t k = 0; k < g.size(); ++k) {
            const auto& e = state_.weights.entries()[k];
            span_matrix<T>(gradients_[s].data() + e.offset, e.rows, e.cols) = g[k].value();
        }
    }

    training_state<T>& state_;
    const Loss& loss_;
    fit_options options_;
    std::vector<matrix<T>> gradients_;
    std::vector<double> losses_;
    detail::weights_update<T> update_;
    team workers_;
    std::vector<tape<T>> tapes_;  ///< one a worker: what it recorded last is still in its cache
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>

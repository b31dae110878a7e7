// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a method of fitting may ask: the reference run of a sampler, and runs and single steps of
// it, all on one batch with the same noise at the start.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/exec/buffer.hpp>
#include <diffgen/exec/cohort.hpp>
#include <diffgen/fit/error.hpp>
#include <diffgen/fit/options.hpp>
#include <diffgen/sampler.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::fit {

namespace detail {

template <class T>
struct copy_elements {
    const T* from;
    T* to;
    DIFFGEN_HD void operator()(std::size_t i) const { to[i] = from[i]; }
};

}  // namespace detail

/// The reference has `candidates` intervals of `refine` steps each. Its ends are the candidates.
template <class Exec, class Sampler, class T>
class reference_runs {
    using buffer = exec::buffer<T, typename Exec::space>;

  public:
    reference_runs(const Exec& e, Sampler& s, batch_view<T, typename Exec::space> x,
                   const options& o)
        : exec_(e), sampler_(&s), x_(x), options_(&o) {
        diffgen::options run = with(o.reference);
        run.steps = o.candidates * o.refine;
        const auto fine = s.levels(run);
        diffgen::detail::require(fine.size() == static_cast<std::size_t>(run.steps) + 1,
                                 "the reference grid of ", run.steps, " steps has ", fine.size(),
                                 " levels; it must have one more than steps");
        for (std::size_t i = 0; i < fine.size(); i += static_cast<std::size_t>(o.refine))
            levels_.push_back(fine[i]);
        count(s.generate(exec_, x_, run));
        reference_ = read();
    }

    /// The ends of the reference's intervals, noisiest first.
    [[nodiscard]] const std::vector<noise_level>& candidates() const { return levels_; }
    /// Of the network, on the batch.
    [[nodiscard]] int evaluations() const { return evaluations_; }
    /// The levels of a grid, as sigma / alpha.
    [[nodiscard]] std::vector<double> ratios(const any_grid& g, int n) const {
        std::vector<double> r;
        for (const noise_level& l : g.levels(process_view(sampler_->process), n))
            r.push_back(l.sigma_over_alpha());
        return r;
    }
    /// Whether to go on, having found a grid of this error.
    [[nodiscard]] bool go_on(double error) const {
        return !options_->observe || options_->observe({evaluations_, error});
    }

    /// The error at the end of a run along these sigma / alpha; infinite where the run is not
    /// finite.
    template <class Error>
    [[nodiscard]] double error(const Error& measure, const std::vector<double>& ratios) {
        try {
            count(sampler_->generate(exec_, x_, along(ratios)));
        } catch (const non_finite&) {
            return diffgen::detail::infinity;
        }
        return measure(read(), reference_);
    }

    /// Whether a run along these sigma / alpha draws noise that a run of other steps would not
    /// have.
    [[nodiscard]] bool draws_noise(const std::vector<double>& ratios) {
        if constexpr (exec::follows_brownian<typename Sampler::noise_type>) return false;
        diffgen::options run = along(ratios);
        std::vector<double> found[2];
        for (auto& each : found) {
            sampler_->draw_prior(exec_, x_, along(ratios));
            count(sampler_->generate_from(exec_, levels_.front().t, x_, run));
            each = read().values;
            ++run.seed;
        }
        return found[0] != found[1];
    }

    /// The reference at the candidates. One more reference run.
    [[nodiscard]] std::vector<ends> trajectory() {
        static_assert(
            !judging_solver<typename Sampler::solver_type>,
            "diffgen: fit::trajectory and fit::combined need a solver that takes the steps "
            "of its grid as they are; of one that judges them, use fit::descent");
        diffgen::options run = with(options_->reference);
        run.steps = options_->candidates * options_->refine;
        sampler_->draw_prior(exec_, x_, run);
        std::vector<ends> states{read()};
        run.observe.on_step = [&](const observation& o) {
            if (o.step % options_->refine == 0) states.push_back({o.state(), o.elements});
            return true;
        };
        count(sampler_->generate(exec_, x_, run));
        return states;
    }

    /// Calls f(j, samples) for one step from `state` at candidate i to each later candidate j, with
    /// no samples where the step is not finite.
    template <class F>
    void jumps(int i, const ends& state, F f) {
        const std::vector<T> values(state.values.begin(), state.values.end());
        buffer start(exec_, values.size());
        start.write(exec_, values.data(), values.size());
        const noise_level& from = levels_[static_cast<std::size_t>(i)];
        for (int j = i + 1; j <= options_->candidates; ++j) {
            exec_.for_each(x_.size(), detail::copy_elements<T>{start.data(), x_.data});
            const std::vector<double> ratios{
                from.sigma_over_alpha(), levels_[static_cast<std::size_t>(j)].sigma_over_alpha()};
            try {
                count(sampler_->generate_from(exec_, from.t, x_, along(ratios)));
                f(j, read());
            } catch (const non_finite&) {
                f(j, ends{{}, x_.elements});
            }
        }
    }

  private:
    [[nodiscard]] diffgen::options with(any_grid g) const {
        return {
            .seed = options_->seed, .first_sample = options_->first_sample, .grid = std::move(g)};
    }
    [[nodiscard]] diffgen::options along(const std::vector<double>& ratios) const {
        const grid::sigmas levels(ratios);
        return with(levels);
    }
    void count(const run_summary& done) { evaluations_ += done.evaluations; }
    [[nodiscard]] ends read() const {
        std::vector<T> values(x_.size());
        buffer::read(exec_, x_.data, values.size(), values.data());
        return {{values.begin(), values.end()}, x_.elements};
    }

    Exec exec_;
    Sampler* sampler_;
    batch_view<T, typename Exec::space> x_;
    const options* options_;
    std::vector<noise_level> levels_;
    ends reference_{};
    int evaluations_ = 0;
};

}  // namespace diffgen::inline DIFFGEN_ABI::fit

#include <diffgen/core/with_macros.hpp>

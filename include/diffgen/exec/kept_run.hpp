// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A run together with the predictor that evaluates its network: made once, carried out any number
// of times. sampler::generate carries it out once.

#include <diffgen/concepts.hpp>
#include <diffgen/core/batch_view.hpp>
#include <diffgen/exec/cohort.hpp>
#include <diffgen/exec/evaluation.hpp>
#include <diffgen/exec/fused.hpp>
#include <diffgen/exec/run.hpp>
#include <diffgen/options.hpp>
#include <diffgen/predictor/predicts.hpp>

#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

namespace diffgen::exec {

/// Whether a run of the sampler can be carried out in one pass: its predictor is a functor, nothing
/// waits for the host, and what sees whole samples finds them in a tile.
template <class Sampler>
inline constexpr bool fuses = [] {
    using predictor_type = typename Sampler::predictor_type;
    using solver_type = typename Sampler::solver_type;
    constexpr bool by_sample =
        self_tuning_solver<solver_type> || predictor_type::hook_type::per_sample;
    return predictor_type::kind != granularity::batched && !judging_solver<solver_type> &&
           !leads_samples<solver_type> && !follows_brownian<typename Sampler::noise_type> &&
           !(predictor_type::kind == granularity::pointwise && by_sample);
}();

/// It refers to the sampler and to the state, which must outlive it. Self: a sampler, constant
/// where its network can be called as it is. OwnTimes: whether samples may be at levels of their
/// own, so that a network needs the overload with a level for each row.
template <class Exec, class Self, class T, bool OwnTimes>
class kept_run {
    using sampler_type = std::remove_const_t<Self>;
    using predictor_type = typename sampler_type::predictor_type;
    using space = typename Exec::space;
    static constexpr bool batched = predictor_type::kind == granularity::batched;
    static constexpr bool own_levels =
        OwnTimes || judging_solver<typename sampler_type::solver_type>;
    using run_type = run<Exec, sampler_type, T, own_levels>;

  public:
    kept_run(const Exec& e, Self& s, batch_view<T, space> x, grids g, const options& o, origin from)
        : exec_(e), sampler_(&s), origin_(from), seed_(o.seed) {
        if constexpr (fuses<sampler_type>) {
            if (!o.observe.on_step && !o.observe.stop && !o.observe.on_end &&
                g.distinct.size() == 1) {
                fused_.emplace(e, s, x, std::move(g.distinct.front()), o, from);
                return;
            }
        }
        stepwise_.emplace(e, s, x, std::move(g), o, from);
    }

    /// Carries out the run with this seed: from the prior, or from what the state holds now, as it
    /// was made. Throws non_finite, and whatever the network throws.
    run_summary operator()(std::uint64_t seed) {
        if constexpr (fuses<sampler_type>)
            if (fused_) return (*fused_)(seed, origin_);
        if (std::exchange(used_, true) || seed != seed_) stepwise_->restart(seed, origin_);
        seed_ = seed;
        for (run_type& r = *stepwise_; r; r.advance())
            evaluate(r);
        return stepwise_->summary();
    }

  private:
    void evaluate(run_type& r) {
        if constexpr (batched) {
            auto& predictor = sampler_->predictor;
            const auto in = r.input();
            constexpr bool takes_one =
                !own_levels || predictor_type::template takes<batch_view<const T, space>,
                                                              batch_view<T, space>, noise_level>;
            if constexpr (takes_one)
                if (r.cohorts() == 1) predictor.call(in, r.output(), r.level());
            if constexpr (own_levels)
                if (!takes_one || r.cohorts() > 1) predictor.call(in, r.output(), r.levels());
            if constexpr (run_type::wants_density)
                predictor.log_densities(in, r.log_densities(), r.levels());
        } else {
            const auto in = r.input();
            functors_.evaluate(exec_, sampler_->predictor, in, r.output(), r.cohort_levels(),
                               r.members());
            if constexpr (run_type::wants_density)
                functors_.log_densities(exec_, in, r.log_densities().data, r.members());
        }
    }

    struct nothing {};

    Exec exec_;
    Self* sampler_;
    origin origin_;
    std::uint64_t seed_;
    bool used_ = false;
    std::optional<run_type> stepwise_;
    std::conditional_t<fuses<sampler_type>, std::optional<fused_run<Exec, sampler_type, T>>,
                       nothing>
        fused_;
    std::conditional_t<batched, nothing, evaluator<Exec, predictor_type, T, own_levels>> functors_;
};

}  // namespace diffgen::exec

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A run together with the predictor that evaluates its network: made once, carried out any number
// of times. sampler::generate carries it out once.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/concepts.hpp>
#include <diffgen/core/batch_view.hpp>
#include <diffgen/exec/cohort.hpp>
#include <diffgen/exec/evaluation.hpp>
#include <diffgen/exec/fused.hpp>
#include <diffgen/exec/network_call.hpp>
#include <diffgen/exec/run.hpp>
#include <diffgen/options.hpp>
#include <diffgen/predictor/predicts.hpp>

#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

namespace diffgen::inline DIFFGEN_ABI::exec {

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

/// It refers to the sampler and to the state, which must outlive it. Kind: a run_kind. Predictor:
/// the sampler's, constant where its network can be called as it is. OwnLevels: whether samples may
/// be at levels of their own, so that a network needs the overload with a level for each row.
/// Fuses: whether it may be carried out in one pass. Path: as of run.
template <class Exec, class Kind, class Predictor, bool OwnLevels, bool Fuses, class Path = no_path>
class kept_run {
    using T = typename Kind::value_type;
    using space = typename Exec::space;
    using predictor_type = std::remove_const_t<Predictor>;
    using run_type = run<Exec, Kind, OwnLevels, Path>;

  public:
    template <class Self>
    kept_run(const Exec& e, Self& s, batch_view<T, space> x, grids g, const options& o, origin from,
             Path path = {})
        : exec_(e), predictor_(&s.predictor), origin_(from), seed_(o.seed) {
        if constexpr (Fuses) {
            if (!o.observe.on_step && !o.observe.stop && !o.observe.on_end &&
                g.distinct.size() == 1 && g.blocks == 1) {
                fused_.emplace(e, s, x, std::move(g.distinct.front()), o, from);
                return;
            }
        }
        stepwise_.emplace(e, s, x, std::move(g), o, from, std::move(path));
    }

    /// Carries out the run with this seed: from the prior, or from what the state holds now, as it
    /// was made. Throws non_finite, and whatever the network throws.
    run_summary operator()(std::uint64_t seed) {
        if constexpr (Fuses)
            if (fused_) return (*fused_)(seed, origin_);
        if (std::exchange(used_, true) || seed != seed_) stepwise_->restart(seed, origin_);
        seed_ = seed;
        for (run_type& r = *stepwise_; r; r.advance())
            evaluate_(exec_, *predictor_, r);
        return stepwise_->summary();
    }
    /// Of the path that the run followed.
    [[nodiscard]] log_probability_table log_probabilities() const requires Path::present {
        return stepwise_->log_probabilities();
    }

  private:
    struct nothing {};

    Exec exec_;
    Predictor* predictor_;
    origin origin_;
    std::uint64_t seed_;
    bool used_ = false;
    std::optional<run_type> stepwise_;
    std::conditional_t<Fuses, std::optional<fused_run<Exec, Kind, predictor_type>>, nothing> fused_;
    network_call<Exec, Predictor, T, OwnLevels> evaluate_;
};

/// The kept run of a sampler, constant where its network can be called as it is, over values of
/// type T. OwnTimes: whether samples may start at times of their own.
template <class Exec, class Self, class T, bool OwnTimes, class Path = no_path>
using kept_run_of = kept_run<Exec, run_kind_of<std::remove_const_t<Self>, T>,
                             std::remove_reference_t<decltype((std::declval<Self&>().predictor))>,
                             OwnTimes || judging_solver<typename Self::solver_type>,
                             fuses<std::remove_const_t<Self>> && !Path::present, Path>;

}  // namespace diffgen::inline DIFFGEN_ABI::exec

#include <diffgen/core/with_macros.hpp>

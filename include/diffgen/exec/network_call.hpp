// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// How the predictor of a sampler answers what is due of a run or of a pool.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/exec/evaluation.hpp>
#include <diffgen/predictor/predicts.hpp>

#include <type_traits>

namespace diffgen::inline DIFFGEN_ABI::exec {

/// Keeps the memory of a functor's evaluation from one call to the next. Predictor: the
/// sampler's, constant where its network can be called as it is. OwnLevels: whether samples may be
/// at levels of their own, so that a batched network needs the overload with a level for each row.
template <class Exec, class Predictor, class T, bool OwnLevels>
class network_call {
    using predictor_type = std::remove_const_t<Predictor>;
    using space = typename Exec::space;
    static constexpr bool batched = predictor_type::kind == granularity::batched;

  public:
    /// Fills r.output(), and r.log_densities() where the solver wants them. Run: a run or a pool.
    template <class Run>
    void operator()([[maybe_unused]] const Exec& e, Predictor& predictor, Run& r) {
        const auto in = r.input();
        if constexpr (batched) {
            constexpr bool takes_one =
                !OwnLevels || predictor_type::template takes<batch_view<const T, space>,
                                                             batch_view<T, space>, noise_level>;
            if constexpr (takes_one)
                if (r.cohorts() == 1) predictor.call(in, r.output(), r.level());
            if constexpr (OwnLevels)
                if (!takes_one || r.cohorts() > 1) predictor.call(in, r.output(), r.levels());
            if constexpr (Run::wants_density)
                predictor.log_densities(in, r.log_densities(), r.levels());
        } else {
            functors_.evaluate(e, predictor, r.in_blocks(in), r.in_blocks(r.output()),
                               r.cohort_levels(), r.members());
            if constexpr (Run::wants_density)
                functors_.log_densities(e, in, r.log_densities().data, r.members());
        }
    }

  private:
    struct nothing {};
    std::conditional_t<batched, nothing, evaluator<Exec, predictor_type, T, OwnLevels>> functors_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::exec

#include <diffgen/core/with_macros.hpp>

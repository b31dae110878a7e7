// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A view of a sampler without its type: what planning, which happens on the host once a stage, asks
// of solver and predictor. So the code that plans is compiled once for all solvers of a shape.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/noise_level.hpp>
#include <diffgen/exec/instruction.hpp>
#include <diffgen/process/process_view.hpp>
#include <diffgen/solver/grid_position.hpp>
#include <diffgen/solver/step.hpp>

#include <span>

namespace diffgen::inline DIFFGEN_ABI::exec {

/// What a solver remembers of a cohort on the host.
struct no_memory {};
template <class Solver>
struct memory_of {
    using type = no_memory;
};
template <class Solver>
requires requires {
    typename Solver::memory;
}
struct memory_of<Solver> {
    using type = typename Solver::memory;
};

/// Whether the solver, and not the grid, says through which levels a sample goes.
template <class Solver>
inline constexpr bool leads_samples = requires(const Solver& s, typename memory_of<Solver>::type& m,
                                               const process_view& p) {
    s.proceed(m, p);
};

/// It does not own the sampler. Memory: what the solver remembers of a cohort.
template <class Memory>
class sampler_view {
  public:
    template <class Sampler>
    explicit sampler_view(const Sampler& s)
        : sampler_(&s), table_(&table_for<Sampler>), process_(s.process) {}

    [[nodiscard]] const process_view& process() const { return process_; }
    /// Whether nothing stands between the network's output and the denoised estimate.
    [[nodiscard]] bool folds() const { return table_->folds; }
    [[nodiscard]] int stages(const step& at) const { return table_->stages(sampler_, at); }
    /// Normals that stage j of the step draws.
    [[nodiscard]] int draws(const step& at, int j) const { return table_->draws(sampler_, at, j); }
    [[nodiscard]] prepared_stage prepare(const step& at, int j) const {
        return table_->prepare(sampler_, at, j);
    }
    [[nodiscard]] prepared_stage settled(const step& at, int j, bool accepted) const {
        return table_->settled(sampler_, at, j, accepted);
    }
    [[nodiscard]] prepared_stage waiting(const noise_level& l) const {
        return table_->waiting(sampler_, l);
    }

    /// The answer of the solver's judge, where it has one.
    [[nodiscard]] bool accepts(Memory& m, const step& at, int j, const measurement& found) const {
        return table_->accepts(sampler_, m, at, j, found);
    }

    /// Whether the solver leads its samples; only then are there the three that follow.
    [[nodiscard]] bool leads() const { return table_->position != nullptr; }
    [[nodiscard]] grid_position position(const Memory& m) const {
        return table_->position(sampler_, m);
    }
    void depart(Memory& m, std::span<const noise_level> grid) const {
        table_->depart(sampler_, m, process_, grid);
    }
    void proceed(Memory& m) const { table_->proceed(sampler_, m, process_); }

  private:
    struct operations {
        bool folds;
        int (*stages)(const void*, const step&);
        int (*draws)(const void*, const step&, int);
        prepared_stage (*prepare)(const void*, const step&, int);
        prepared_stage (*settled)(const void*, const step&, int, bool);
        bool (*accepts)(const void*, Memory&, const step&, int, const measurement&);
        prepared_stage (*waiting)(const void*, const noise_level&);
        grid_position (*position)(const void*, const Memory&);
        void (*depart)(const void*, Memory&, const process_view&, std::span<const noise_level>);
        void (*proceed)(const void*, Memory&, const process_view&);
    };

    template <class Sampler>
    static const Sampler& as(const void* s) {
        return *static_cast<const Sampler*>(s);
    }

    template <class Sampler>
    static constexpr operations made_for() {
        using solver_type = typename Sampler::solver_type;
        operations o{};
        o.folds = !Sampler::predictor_type::hook_type::present;
        o.stages = [](const void* s, const step& at) { return as<Sampler>(s).solver.stages(at); };
        o.draws = [](const void* s, const step& at, int j) {
            return as<Sampler>(s).solver.plan(at, j).draws;
        };
        o.prepare = [](const void* s, const step& at, int j) {
            return exec::prepare(as<Sampler>(s), at, j);
        };
        o.waiting = [](const void* s, const noise_level& l) {
            return exec::waiting(as<Sampler>(s), l);
        };
        if constexpr (detail::has_judge<solver_type>) {
            o.settled = [](const void* s, const step& at, int j, bool accepted) {
                return exec::settled(as<Sampler>(s), at, j, accepted);
            };
            o.accepts = [](const void* s, Memory& m, const step& at, int j,
                           const measurement& found) {
                return as<Sampler>(s).solver.accepts(m, at, j, found);
            };
        }
        if constexpr (leads_samples<solver_type>) {
            o.position = [](const void* s, const Memory& m) {
                return as<Sampler>(s).solver.position(m);
            };
            o.depart = [](const void* s, Memory& m, const process_view& p,
                          std::span<const noise_level> grid) {
                as<Sampler>(s).solver.depart(m, p, grid);
            };
            o.proceed = [](const void* s, Memory& m, const process_view& p) {
                as<Sampler>(s).solver.proceed(m, p);
            };
        }
        return o;
    }
    template <class Sampler>
    static constexpr operations table_for = made_for<Sampler>();

    const void* sampler_;
    const operations* table_;
    process_view process_;
};

/// A predictor without its type: how the outputs of its network are merged, and what acts on the
/// denoised estimate. It does not own the predictor.
template <class Combiner, class Hook>
class merging_view {
  public:
    template <class Predictor>
    explicit merging_view(const Predictor& p)
        : predictor_(&p),
          combiner_([](const void* q) -> Combiner {
              return static_cast<const Predictor*>(q)->combiner();
          }),
          hook_([](const void* q) -> Hook { return static_cast<const Predictor*>(q)->hook(); }) {}

    [[nodiscard]] Combiner combiner() const { return combiner_(predictor_); }
    [[nodiscard]] Hook hook() const { return hook_(predictor_); }

  private:
    const void* predictor_;
    Combiner (*combiner_)(const void*);
    Hook (*hook_)(const void*);
};

}  // namespace diffgen::inline DIFFGEN_ABI::exec

#include <diffgen/core/with_macros.hpp>

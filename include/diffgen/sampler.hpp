// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The composition: noise schedule x forward kernel x predictor x solver.
//
//     auto s = sampler{schedule::cosine{}, kernel::variance_preserving{}, predicts(epsilon{}, net),
//                      solver::ancestral{}};
//     s.generate(exec::omp, batch(x, 64), {.steps = 50, .seed = 7});

#include <diffgen/concepts.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/exec/evaluate.hpp>
#include <diffgen/exec/fused.hpp>
#include <diffgen/exec/individual_run.hpp>
#include <diffgen/exec/options.hpp>
#include <diffgen/exec/own_evaluator.hpp>
#include <diffgen/exec/policy.hpp>
#include <diffgen/exec/run.hpp>
#include <diffgen/noise/source.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/process/process.hpp>

#include <cmath>
#include <map>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace diffgen {

/// Everything that generates samples, but the memory. Any state type with state_traits will do:
/// batch(x, samples) for contiguous memory, Eigen, xtensor, Thrust and torch by their adapters.
template <class Schedule, class Kernel, class Predictor, class Solver, class Noise = noise::philox>
class sampler {
    static_assert(
        noise_schedule<Schedule>,
        "diffgen: the 1st part of a sampler is a noise schedule: double log_snr(double t) "
        "const, double log_snr_rate(double t) const, double t_min() const, double t_max() "
        "const");
    static_assert(forward_kernel<Kernel>,
                  "diffgen: the 2nd part of a sampler is a forward kernel: level(double log_snr) "
                  "const -> {alpha, sigma}, double log_alpha_rate(double log_snr) const");
    static_assert(diffgen::predictor<Predictor>,
                  "diffgen: the 3rd part of a sampler is a predictor: a common mistake is to pass "
                  "the network itself instead of predicts(epsilon{}, network)");
    static_assert(solver_policy<Solver>,
                  "diffgen: the 4th part of a sampler is a solver: constants registers, rows and "
                  "draws, int stages(const step&) const, stage plan(const step&, int) const");
    static_assert(exec::within_limits<Solver>,
                  "diffgen: a solver has 1 (the state) to max_registers registers, writes 1 to "
                  "max_rows of them a stage and draws 0 to max_draws normals; the limits are in "
                  "core/linear_form.hpp and core/stage.hpp");
    static_assert(noise_source<Noise>,
                  "diffgen: the 5th part of a sampler is a noise source: trivially copyable, "
                  "normal<T>(stream, draw, flat) and fill<V>(stream, draw, first, count, out)");
    static_assert(!exec::wants_brownian<Solver> || exec::follows_brownian<Noise>,
                  "diffgen: this solver refuses steps by the noise that they have, and new noise "
                  "in its place would bias the samples; give the sampler a source that knows a "
                  "path as its 5th part, noise::brownian{}");

  public:
    using predictor_type = Predictor;
    using solver_type = Solver;
    using noise_type = Noise;

    diffgen::process<Schedule, Kernel> process;
    Predictor predictor;
    Solver solver;
    Noise noise;

    sampler(Schedule schedule, Kernel kernel, Predictor p, Solver s, Noise n = {})
        : process(std::move(schedule), std::move(kernel)),
          predictor(std::move(p)),
          solver(std::move(s)),
          noise(std::move(n)) {
        check();
    }

    /// Throws bad_argument where a constant of a part makes no sense. Done when a sampler is made
    /// and, since its parts can be changed, before each run.
    void check() const {
        process.check();
        detail::check(predictor);
        detail::check(solver);
        detail::check(noise);
    }

    /// Fills x with samples, from the prior sigma N(0, I) at the grid's first level. x: any state.
    /// Throws bad_argument, bad_shape before x is written; non_finite, and whatever the network
    /// throws, in the course of the run, x then being the state of the last step.
    template <class Exec, class X>
    run_summary generate(const Exec& e, X&& x, const options& o = {}) {
        return complete(e, view(e, x), levels(o), o, true);
    }

    /// Like generate, from the state x that is given at time t (image-to-image, restarts). The grid
    /// runs from t on.
    template <class Exec, class X>
    run_summary generate_from(const Exec& e, double t, X&& x, const options& o = {}) {
        return complete(e, view(e, x), levels_from(t, o), o, false);
    }

    /// Like generate_from, each sample from a time of its own: times[i] is that of sample i. The
    /// network is called as net(in, out, std::span<const noise_level>), a level a row.
    template <class Exec, class X>
    run_summary generate_from(const Exec& e, std::span<const double> times, X&& x,
                              const options& o = {}) {
        auto v = view(e, x);
        auto r = make_individual(e, v, grids_from(times, v.samples, o), o, false);
        return complete(e, r);
    }

    /// A run whose network its owner calls; from the prior. x and the sampler must outlive it.
    template <class Exec, class X>
    [[nodiscard]] auto start(const Exec& e, X&& x, const options& o = {}) const {
        return make_run(e, view(e, x), levels(o), o, true);
    }
    /// A run whose network its owner calls; from the state x at time t.
    template <class Exec, class X>
    [[nodiscard]] auto start_from(const Exec& e, double t, X&& x, const options& o = {}) const {
        return make_run(e, view(e, x), levels_from(t, o), o, false);
    }
    /// The same, each sample from a time of its own: an exec::individual_run.
    template <class Exec, class X>
    [[nodiscard]] auto start_from(const Exec& e, std::span<const double> times, X&& x,
                                  const options& o = {}) const {
        auto v = view(e, x);
        return make_individual(e, v, grids_from(times, v.samples, o), o, false);
    }

    /// Brings clean samples x to time t: x = alpha x + sigma z (Ho et al. 2020, eq. 4). Of the
    /// options, seed and first_sample count. generate_from(e, t, x, o) goes back.
    template <class Exec, class X>
    void add_noise(const Exec& e, double t, X&& x, const options& o = {}) const {
        check();
        const auto v = view(e, x);
        using T = typename decltype(v)::value_type;
        exec::add_noise_to(e, v, exec::common_level<T>(cast_level<T>(process.level(t))),
                           noise::stream::forward, exec::seeded(noise, o.seed), o.first_sample);
        e.wait();
    }
    /// Brings sample i to times[i].
    template <class Exec, class X>
    void add_noise(const Exec& e, std::span<const double> times, X&& x,
                   const options& o = {}) const {
        check();
        const auto v = view(e, x);
        using T = typename decltype(v)::value_type;
        require_times(times, v.samples);
        std::vector<level_of<T>> at;
        for (const double t : times)
            at.push_back(cast_level<T>(process.level(t)));
        exec::buffer<level_of<T>, typename Exec::space> memory(e, std::move(at));
        exec::add_noise_to(e, v, exec::own_levels<T>(memory.data()), noise::stream::forward,
                           exec::seeded(noise, o.seed), o.first_sample);
        e.wait();
    }

    /// The levels that a run with these options goes through.
    [[nodiscard]] std::vector<noise_level> levels(const options& o = {}) const {
        check();
        return o.grid.levels(process_view(process), o.steps);
    }

  private:
    static constexpr bool batched = Predictor::kind == granularity::batched;

    template <class Exec, class X>
    static auto view(const Exec& e, X&& x) {
        static_assert(
            state<X>,
            "diffgen: this is not a state; use batch(x, samples) for contiguous memory, or "
            "include the container's adapter from diffgen/adapt");
        auto v = state_traits<std::remove_cvref_t<X>>::view(x);
        using V = decltype(v);
        static_assert(std::is_same_v<typename V::space_type, typename Exec::space>,
                      "diffgen: the state's memory is not where the execution policy runs: CUDA "
                      "memory needs exec::cuda(stream), host memory exec::cpp, omp or tbb");
        static_assert(std::is_same_v<typename V::value_type, float> ||
                          std::is_same_v<typename V::value_type, double>,
                      "diffgen: a state is made of floats or doubles");
        detail::check(e);
        exec::require_elements<Predictor>(v.elements);
        return v;
    }

    [[nodiscard]] std::vector<noise_level> levels_from(double t, const options& o) const {
        check();
        auto l = o.grid.levels(process_view(process).until(t), o.steps);
        const double given = process.level(t).log_snr, first = l.front().log_snr;
        const bool same = given == first || std::abs(given - first) <= 1e-9 * (1 + std::abs(given));
        detail::require(same, "a state given at t = ", t,
                        " on a grid that starts at t = ", l.front().t,
                        "; give the state at the time of levels(o).front(), or choose "
                        "a grid that starts anywhere, such as grid::uniform");
        return l;
    }

    static void require_times(std::span<const double> times, std::size_t samples) {
        if (times.size() != samples)
            throw bad_shape(detail::text("diffgen: ", times.size(), " times for a batch of ",
                                         samples, " samples; one a sample"));
    }
    [[nodiscard]] own_grids grids_from(std::span<const double> times, std::size_t samples,
                                       const options& o) const {
        require_times(times, samples);
        own_grids g;
        std::map<double, std::size_t> known;
        for (const double t : times) {
            detail::require(!std::isnan(t), "a sample at a time that is not a number");
            const auto [at, is_new] = known.try_emplace(t, g.grids.size());
            if (is_new) g.grids.push_back(levels_from(t, o));
            g.of_sample.push_back(at->second);
        }
        return g;
    }

    template <class Exec, class T, class Space>
    [[nodiscard]] auto make_run(const Exec& e, batch_view<T, Space> x, std::vector<noise_level> l,
                                const options& o, bool from_prior) const {
        if constexpr (judging_solver<Solver>)
            return make_individual(e, x, {{std::move(l)}, std::vector<std::size_t>(x.samples, 0)},
                                   o, from_prior);
        else
            return exec::run<Exec, sampler, T>(e, *this, x, std::move(l), o, from_prior);
    }
    template <class Exec, class T, class Space>
    [[nodiscard]] auto make_individual(const Exec& e, batch_view<T, Space> x, own_grids grids,
                                       const options& o, bool from_prior) const {
        return exec::individual_run<Exec, sampler, T>(e, *this, x, std::move(grids), o, from_prior);
    }

    template <class Exec, class T, class Space>
    run_summary complete(const Exec& e, batch_view<T, Space> x, std::vector<noise_level> l,
                         const options& o, bool from_prior) {
        // whole samples, which the tiles of a pointwise functor do not hold
        constexpr bool by_sample = self_tuning_solver<Solver> || Predictor::hook_type::per_sample;
        constexpr bool fuses = !batched && !judging_solver<Solver> &&
                               !exec::follows_brownian<Noise> &&
                               !(Predictor::kind == granularity::pointwise && by_sample);
        if constexpr (fuses)
            if (!o.observe.on_step) return exec::run_fused(e, *this, x, l, o, from_prior);
        auto r = make_run(e, x, std::move(l), o, from_prior);
        return complete(e, r);
    }

    template <class Exec, class T>
    run_summary complete(const Exec& e, exec::run<Exec, sampler, T>& r) {
        for (; r; r.advance()) {
            if constexpr (batched)
                predictor.call(r.input(), r.output(), r.level());
            else
                exec::evaluate_functor(e, predictor, r.input(), r.output(), r.level());
        }
        return r.summary();
    }
    template <class Exec, class T>
    run_summary complete([[maybe_unused]] const Exec& e,
                         exec::individual_run<Exec, sampler, T>& r) {
        using run = exec::individual_run<Exec, sampler, T>;
        if constexpr (batched) {
            for (; r; r.advance()) {
                predictor.call(r.input(), r.output(), r.levels());
                if constexpr (run::wants_density)
                    predictor.log_densities(r.input(), r.log_densities(), r.levels());
            }
        } else {
            exec::own_evaluator<Exec, Predictor, T> evaluator;
            for (; r; r.advance()) {
                evaluator.evaluate(e, predictor, r.input(), r.output(), r.levels());
                if constexpr (run::wants_density)
                    evaluator.log_densities(e, r.input(), r.log_densities());
            }
        }
        return r.summary();
    }
};

template <class Schedule, class Kernel, class Predictor, class Solver>
sampler(Schedule, Kernel, Predictor, Solver) -> sampler<Schedule, Kernel, Predictor, Solver>;
template <class Schedule, class Kernel, class Predictor, class Solver, class Noise>
sampler(Schedule, Kernel, Predictor, Solver, Noise)
    -> sampler<Schedule, Kernel, Predictor, Solver, Noise>;

}  // namespace diffgen

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The composition: noise schedule x forward kernel x predictor x solver.
//
//     auto s = sampler{schedule::cosine{}, kernel::variance_preserving{}, predicts(epsilon{}, net),
//                      solver::ancestral{}};
//     s.generate(exec::omp, batch(x, 64), {.steps = 50, .seed = 7});

#include <diffgen/core/without_macros.hpp>

#include <diffgen/blocks/step_table.hpp>
#include <diffgen/concepts.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/exec/block_grids.hpp>
#include <diffgen/exec/cohort.hpp>
#include <diffgen/exec/evaluation.hpp>
#include <diffgen/exec/fused.hpp>
#include <diffgen/exec/kept_run.hpp>
#include <diffgen/exec/passes.hpp>
#include <diffgen/exec/policy.hpp>
#include <diffgen/exec/pool.hpp>
#include <diffgen/exec/recorded_path.hpp>
#include <diffgen/exec/request.hpp>
#include <diffgen/exec/run.hpp>
#include <diffgen/exec/state_view.hpp>
#include <diffgen/noise/source.hpp>
#include <diffgen/options.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/process/process.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI {

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
    static_assert(
        exec::has_branches_for<Predictor, Solver>,
        "diffgen: this solver takes the estimates of single branches of guidance, and the "
        "predictor has fewer branches than it names; give it guided{...} by a rule of as "
        "many inputs");
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

    /// Fills x with samples, from the prior sigma N(0, I) at the first level of the run. x: any
    /// state, `samples` x `elements` numbers. Allocates the memory of the run, and calls the
    /// network on this thread. Throws bad_argument, bad_shape before x is written; non_finite, and
    /// whatever the network throws, in the course of the run: x is then whatever the passes had
    /// written.
    template <class Exec, class X>
    run_summary generate(const Exec& e, X&& x, const options& o = {}) {
        return make_kept(*this, e, view(e, x), {{levels(o)}, {}}, o, exec::origin::prior)(o.seed);
    }
    template <class Exec, class X>
    run_summary generate(const Exec& e, X&& x, const options& o = {}) const {
        return make_kept(*this, e, view(e, x), {{levels(o)}, {}}, o, exec::origin::prior)(o.seed);
    }

    /// Like generate, from the state x that is given at time t (image-to-image, restarts). The grid
    /// runs from t on.
    template <class Exec, class X>
    run_summary generate_from(const Exec& e, double t, X&& x, const options& o = {}) {
        return make_kept(*this, e, view(e, x), {{levels_from(t, o)}, {}}, o,
                         exec::origin::given)(o.seed);
    }
    template <class Exec, class X>
    run_summary generate_from(const Exec& e, double t, X&& x, const options& o = {}) const {
        return make_kept(*this, e, view(e, x), {{levels_from(t, o)}, {}}, o,
                         exec::origin::given)(o.seed);
    }

    /// Like generate, from the state x that is given at the level of step o.begin_step of the grid:
    /// the second part of a run, a refiner, image-to-image by strength.
    template <class Exec, class X>
    run_summary generate_from(const Exec& e, X&& x, const options& o = {}) {
        return make_kept(*this, e, view(e, x), {{levels(o)}, {}}, o, exec::origin::given)(o.seed);
    }
    template <class Exec, class X>
    run_summary generate_from(const Exec& e, X&& x, const options& o = {}) const {
        return make_kept(*this, e, view(e, x), {{levels(o)}, {}}, o, exec::origin::given)(o.seed);
    }

    /// Like generate, each sample from a time of its own: times[i] is that of sample i. Where they
    /// are not all equal, the network is called as net(in, out, std::span<const noise_level>), with
    /// a level for each row.
    template <class Exec, class X>
    requires(!std::is_same_v<std::remove_cvref_t<X>, options>) run_summary
        generate_from(const Exec& e, std::span<const double> times, X&& x, const options& o = {}) {
        return from_times(*this, e, times, view(e, x), o);
    }
    template <class Exec, class X>
    requires(!std::is_same_v<std::remove_cvref_t<X>, options>) run_summary
        generate_from(const Exec& e, std::span<const double> times, X&& x, const options& o = {})
    const { return from_times(*this, e, times, view(e, x), o); }

    /// Like generate, but the blocks of elements of which a sample is made go down the grid as a
    /// rule of diffgen/blocks says, each in rounds of its own: a rule such as blocks::pyramid{16},
    /// or a blocks::step_table of yours. The network is called as net(in, out, std::span<const
    /// noise_level>), with a level for each block of each row. Throws bad_shape where the elements
    /// do not divide into the blocks, bad_argument where a block does not begin at the first level.
    template <class Exec, blocks::rule Rule, class X>
    run_summary generate(const Exec& e, const Rule& rule, X&& x, const options& o = {}) {
        return make_kept_by_block(*this, e, rule, view(e, x), o, exec::origin::prior)(o.seed);
    }
    template <class Exec, blocks::rule Rule, class X>
    run_summary generate(const Exec& e, const Rule& rule, X&& x, const options& o = {}) const {
        return make_kept_by_block(*this, e, rule, view(e, x), o, exec::origin::prior)(o.seed);
    }
    /// The same from the state x, each block at the level at which its row of the table begins. A
    /// block that is clean from the beginning stays as it is, to the bit.
    template <class Exec, blocks::rule Rule, class X>
    run_summary generate_from(const Exec& e, const Rule& rule, X&& x, const options& o = {}) {
        return make_kept_by_block(*this, e, rule, view(e, x), o, exec::origin::given)(o.seed);
    }
    template <class Exec, blocks::rule Rule, class X>
    run_summary generate_from(const Exec& e, const Rule& rule, X&& x, const options& o = {}) const {
        return make_kept_by_block(*this, e, rule, view(e, x), o, exec::origin::given)(o.seed);
    }

    /// A run that is made once and carried out any number of times, for control loops: kept(seed)
    /// fills x like generate(e, x, o) with that seed, allocates nothing and plans nothing again.
    /// x and the sampler must outlive it.
    template <class Exec, class X>
    [[nodiscard]] auto keep(const Exec& e, X&& x, const options& o = {}) {
        return make_kept(*this, e, view(e, x), {{levels(o)}, {}}, o, exec::origin::prior);
    }
    /// The same from what x holds at each call, at the level of step o.begin_step of the grid.
    template <class Exec, class X>
    [[nodiscard]] auto keep_from(const Exec& e, X&& x, const options& o = {}) {
        return make_kept(*this, e, view(e, x), {{levels(o)}, {}}, o, exec::origin::given);
    }

    /// Both with levels by block.
    template <class Exec, blocks::rule Rule, class X>
    [[nodiscard]] auto keep(const Exec& e, const Rule& rule, X&& x, const options& o = {}) {
        return make_kept_by_block(*this, e, rule, view(e, x), o, exec::origin::prior);
    }
    template <class Exec, blocks::rule Rule, class X>
    [[nodiscard]] auto keep_from(const Exec& e, const Rule& rule, X&& x, const options& o = {}) {
        return make_kept_by_block(*this, e, rule, view(e, x), o, exec::origin::given);
    }

    /// A run whose network its owner calls; from the prior. x and the sampler must outlive it.
    template <class Exec, class X>
    [[nodiscard]] auto start(const Exec& e, X&& x, const options& o = {}) const& {
        return make_run<false>(e, view(e, x), {{levels(o)}, {}}, o, exec::origin::prior);
    }
    /// A run whose network its owner calls; from the state x at time t.
    template <class Exec, class X>
    [[nodiscard]] auto start_from(const Exec& e, double t, X&& x, const options& o = {}) const& {
        return make_run<false>(e, view(e, x), {{levels_from(t, o)}, {}}, o, exec::origin::given);
    }
    /// The same from the state x at the level of step o.begin_step of the grid.
    template <class Exec, class X>
    [[nodiscard]] auto start_from(const Exec& e, X&& x, const options& o = {}) const& {
        return make_run<false>(e, view(e, x), {{levels(o)}, {}}, o, exec::origin::given);
    }
    /// The same, each sample from a time of its own; run.levels() has a level for each row.
    template <class Exec, class X>
    requires(!std::is_same_v<std::remove_cvref_t<X>, options>)
        [[nodiscard]] auto start_from(const Exec& e, std::span<const double> times, X&& x,
                                      const options& o = {}) const& {
        auto v = view(e, x);
        return make_run<true>(e, v, grids_from(times, v.samples, o), o, exec::origin::given);
    }
    /// Like generate, and records the path of the run, with the log probability of what each of its
    /// stages drew; x has the same bits. Throws bad_argument, before x is written, where a stage
    /// draws for more than one register.
    template <class Exec, class X, class T, class Space>
    run_summary generate(const Exec& e, X&& x, recorded_path<T, Space>& p, const options& o = {}) {
        return make_kept(*this, e, view(e, x), {{levels(o)}, {}}, o, exec::origin::prior,
                         exec::recorder<T, Space>{p})(o.seed);
    }
    template <class Exec, class X, class T, class Space>
    run_summary generate(const Exec& e, X&& x, recorded_path<T, Space>& p,
                         const options& o = {}) const {
        return make_kept(*this, e, view(e, x), {{levels(o)}, {}}, o, exec::origin::prior,
                         exec::recorder<T, Space>{p})(o.seed);
    }
    /// The same from the state x, at the level of step o.begin_step of the grid.
    template <class Exec, class X, class T, class Space>
    run_summary generate_from(const Exec& e, X&& x, recorded_path<T, Space>& p,
                              const options& o = {}) {
        return make_kept(*this, e, view(e, x), {{levels(o)}, {}}, o, exec::origin::given,
                         exec::recorder<T, Space>{p})(o.seed);
    }
    template <class Exec, class X, class T, class Space>
    run_summary generate_from(const Exec& e, X&& x, recorded_path<T, Space>& p,
                              const options& o = {}) const {
        return make_kept(*this, e, view(e, x), {{levels(o)}, {}}, o, exec::origin::given,
                         exec::recorder<T, Space>{p})(o.seed);
    }
    /// A run whose network its owner calls, and whose path is recorded; from the prior. The path
    /// must outlive it too. A replay goes on from what was drawn, and so knows nothing of what the
    /// owner writes to the state between two steps.
    template <class Exec, class X, class T, class Space>
    [[nodiscard]] auto start(const Exec& e, X&& x, recorded_path<T, Space>& p,
                             const options& o = {}) const& {
        return make_run<false>(e, view(e, x), {{levels(o)}, {}}, o, exec::origin::prior,
                               exec::recorder<T, Space>{p});
    }
    /// The same from the state x, at the level of step o.begin_step of the grid.
    template <class Exec, class X, class T, class Space>
    [[nodiscard]] auto start_from(const Exec& e, X&& x, recorded_path<T, Space>& p,
                                  const options& o = {}) const& {
        return make_run<false>(e, view(e, x), {{levels(o)}, {}}, o, exec::origin::given,
                               exec::recorder<T, Space>{p});
    }

    /// How probable a recorded path is under this sampler: the log probability of what each stage
    /// drew. This sampler may have another network, guidance or amount of noise than the one that
    /// recorded the path, and the same grid. Allocates the memory of a run. Throws bad_argument
    /// where the path is not complete, or of another grid, or of a solver whose stages draw
    /// elsewhere.
    template <class Exec, class T, class Space>
    [[nodiscard]] log_probability_table log_probabilities(const Exec& e,
                                                          const recorded_path<T, Space>& p) {
        exec::buffer<T, Space> x(e, p.samples() * p.elements());
        return replayed(*this, e, memory_for(p, x), p);
    }
    template <class Exec, class T, class Space>
    [[nodiscard]] log_probability_table log_probabilities(const Exec& e,
                                                          const recorded_path<T, Space>& p) const {
        exec::buffer<T, Space> x(e, p.samples() * p.elements());
        return replayed(*this, e, memory_for(p, x), p);
    }
    /// The same, and x becomes the end to which the path leads under this sampler: what its network
    /// makes of the last that was drawn. Throws bad_shape too where x is of another shape.
    template <class Exec, class X, class T, class Space>
    [[nodiscard]] log_probability_table log_probabilities(const Exec& e, X&& x,
                                                          const recorded_path<T, Space>& p) {
        return replayed(*this, e, view(e, x), p);
    }
    template <class Exec, class X, class T, class Space>
    [[nodiscard]] log_probability_table log_probabilities(const Exec& e, X&& x,
                                                          const recorded_path<T, Space>& p) const {
        return replayed(*this, e, view(e, x), p);
    }
    /// The run that log_probabilities(e, x, p) carries out, for an owner who calls the network.
    template <class Exec, class X, class T, class Space>
    [[nodiscard]] auto replay(const Exec& e, X&& x, const recorded_path<T, Space>& p) const& {
        const options& o = p.run_options();
        return make_run<false>(e, view(e, x), {{levels(o)}, {}}, o, exec::origin::given,
                               exec::replayer<T, Space>{p});
    }

    /// With levels by block; run.levels() has a level for each block of each row.
    template <class Exec, blocks::rule Rule, class X>
    [[nodiscard]] auto start(const Exec& e, const Rule& rule, X&& x, const options& o = {}) const& {
        const auto v = view(e, x);
        return make_run<true>(e, v, grids_by(rule, v, o, exec::origin::prior), o,
                              exec::origin::prior);
    }
    template <class Exec, blocks::rule Rule, class X>
    [[nodiscard]] auto start_from(const Exec& e, const Rule& rule, X&& x,
                                  const options& o = {}) const& {
        const auto v = view(e, x);
        return make_run<true>(e, v, grids_by(rule, v, o, exec::origin::given), o,
                              exec::origin::given);
    }
    /// A pool of requests that come and go, evaluated in one batch. elements: of one sample. The
    /// sampler must outlive it. Throws bad_argument, bad_shape.
    template <class T = float, class Exec>
    [[nodiscard]] auto pool(const Exec& e, std::size_t elements, const pool_options& o = {}) & {
        return make_pool<T>(*this, e, elements, o);
    }
    template <class T = float, class Exec>
    [[nodiscard]] auto pool(const Exec& e, std::size_t elements,
                            const pool_options& o = {}) const& {
        return make_pool<T>(*this, e, elements, o);
    }

    // A run refers to its sampler: a temporary one would be gone before the first evaluation.
    template <class... Arguments>
    auto start(Arguments&&...) const&& = delete;
    template <class... Arguments>
    auto start_from(Arguments&&...) const&& = delete;
    template <class... Arguments>
    auto replay(Arguments&&...) const&& = delete;
    template <class... Arguments>
    auto keep(Arguments&&...) && = delete;
    template <class... Arguments>
    auto keep_from(Arguments&&...) && = delete;
    template <class T = float, class... Arguments>
    auto pool(Arguments&&...) const&& = delete;

    /// Brings clean samples x to time t: x = alpha x + sigma z (Ho et al. 2020, eq. 4). Of the
    /// options, seed and first_sample count. generate_from(e, t, x, o) goes back.
    template <class Exec, class X>
    void add_noise(const Exec& e, double t, X&& x, const options& o = {}) const {
        check();
        const auto v = view_for_noise(e, x);
        using T = typename decltype(v)::value_type;
        exec::add_noise_to(e, v, exec::single_cohort<level_of<T>>{cast_level<T>(process.level(t))},
                           noise::stream::forward, exec::seeded(noise, o.seed), o.first_sample);
        e.wait();
    }
    /// Brings sample i to times[i].
    template <class Exec, class X>
    requires(!std::is_same_v<std::remove_cvref_t<X>, options>) void add_noise(
        const Exec& e, std::span<const double> times, X&& x, const options& o = {}) const {
        check();
        const auto v = view_for_noise(e, x);
        using T = typename decltype(v)::value_type;
        require_times(times, v.samples);
        std::vector<level_of<T>> levels;
        for (const double t : times)
            levels.push_back(cast_level<T>(process.level(t)));
        add_noise_at(e, v, levels, o.seed, o.first_sample);
    }
    /// Brings each block to the level at which its row of the rule's table begins, so that
    /// generate_from(e, rule, x, o) goes back. A block that is clean there stays as it is, to the
    /// bit. Of the options the grid counts too.
    template <class Exec, blocks::rule Rule, class X>
    void add_noise(const Exec& e, const Rule& rule, X&& x, const options& o = {}) const {
        auto v = view_for_noise(e, x);
        using T = typename decltype(v)::value_type;
        const auto [table, grid] = table_and_grid(rule, v.elements, o);
        const std::size_t samples = v.samples, count = static_cast<std::size_t>(table.count);
        std::vector<level_of<T>> levels;
        for (std::size_t i = 0; i < samples * count; ++i)
            levels.push_back(cast_level<T>(
                grid[static_cast<std::size_t>(table.of(static_cast<int>(i % count)).front())]));
        v.samples *= count;
        v.elements /= count;
        add_noise_at(e, v, levels, o.seed, o.first_sample * count);
    }

    /// Fills x with the prior that generate(e, x, o) begins with.
    template <class Exec, class X>
    void draw_prior(const Exec& e, X&& x, const options& o = {}) const {
        const auto v = view_for_noise(e, x);
        const auto l = levels(o);
        static_cast<void>(detail::end_of(o, static_cast<int>(l.size()) - 1));
        exec::draw_prior(e, v, l[static_cast<std::size_t>(o.begin_step)].sigma,
                         exec::seeded(noise, o.seed), o.first_sample);
        e.wait();
    }

    /// The levels that a run with these options goes through.
    [[nodiscard]] std::vector<noise_level> levels(const options& o = {}) const {
        check();
        o.grid.template check_solver<Solver>();
        return o.grid.levels(process_view(process), o.steps);
    }
    /// Those of a run from time t. Throws bad_argument where the grid does not begin there.
    [[nodiscard]] std::vector<noise_level> levels_from(double t, const options& o) const {
        check();
        o.grid.template check_solver<Solver>();
        auto l = o.grid.levels(process_view(process).until(t), o.steps);
        const double given = process.level(t).log_snr, first = l.front().log_snr;
        const bool same =
            given == first ||
            (std::isfinite(given) && std::abs(given - first) <= 1e-9 * (1 + std::abs(given)));
        detail::require(same, "a state given at t = ", t,
                        " on a grid that starts at t = ", l.front().t,
                        "; give the state at the time of levels(o).front(), or choose "
                        "a grid that starts anywhere, such as grid::uniform");
        return l;
    }

  private:
    template <class Exec, class X>
    static auto view(const Exec& e, X&& x) {
        const auto v = exec::state_view(e, x);
        static_assert(!std::is_const_v<std::remove_pointer_t<decltype(v.data)>>,
                      "diffgen: a run writes to its state, and the elements of this one are const");
        exec::require_elements<Predictor>(v.elements);
        return v;
    }

    static void require_times(std::span<const double> times, std::size_t samples) {
        if (times.size() != samples)
            throw bad_shape(detail::text("diffgen: ", times.size(), " times for a batch of ",
                                         samples, " samples; one a sample"));
    }
    /// The grids of samples that start at these times; one for all where the times are equal.
    [[nodiscard]] exec::grids grids_from(std::span<const double> times, std::size_t samples,
                                         const options& o) const {
        require_times(times, samples);
        exec::grids g;
        for (const double t : times)
            detail::require(!std::isnan(t), "a sample at a time that is not a number");
        if (samples > 0 && std::equal(times.begin() + 1, times.end(), times.begin())) {
            g.distinct.push_back(levels_from(times.front(), o));
            return g;
        }
        g.of_sample.reserve(samples);
        std::unordered_map<double, std::uint32_t> known;
        for (const double t : times) {
            const auto [place, is_new] =
                known.try_emplace(t, static_cast<std::uint32_t>(g.distinct.size()));
            if (is_new) g.distinct.push_back(levels_from(t, o));
            g.of_sample.push_back(place->second);
        }
        return g;
    }

    /// Brings sample i of x to levels[i].
    template <class Exec, class T, class Space>
    void add_noise_at(const Exec& e, batch_view<T, Space> x, const std::vector<level_of<T>>& levels,
                      std::uint64_t seed, std::uint64_t first_sample) const {
        std::vector<std::uint32_t> own(levels.size());
        std::iota(own.begin(), own.end(), std::uint32_t{0});
        exec::buffer<level_of<T>, Space> entries(e, levels.size());
        entries.write(e, levels.data(), levels.size());
        exec::buffer<std::uint32_t, Space> numbers(e, own.size());
        numbers.write(e, own.data(), own.size());
        exec::add_noise_to(e, x, exec::cohort_table<level_of<T>>{entries.data(), {numbers.data()}},
                           noise::stream::forward, exec::seeded(noise, seed), first_sample);
        e.wait();
    }

    /// The table of a rule, and the grid whose steps it names: that of the options, unless the rule
    /// brings its own.
    template <class Rule>
    [[nodiscard]] std::pair<blocks::step_table, std::vector<noise_level>> table_and_grid(
        const Rule& rule, std::size_t elements, options o) const {
        detail::check(rule);
        if constexpr (requires { rule.own_grid(); }) o.grid = rule.own_grid();
        std::vector<noise_level> grid = levels(o);
        const int steps = static_cast<int>(grid.size()) - 1;
        blocks::step_table table = rule.table(steps);
        exec::check_blocks(table, elements, steps, o);
        return {std::move(table), std::move(grid)};
    }
    template <class Rule, class T, class Space>
    [[nodiscard]] exec::grids grids_by(const Rule& rule, batch_view<T, Space> x, const options& o,
                                       exec::origin from) const {
        exec::require_blocks_make_sense<sampler>();
        const auto [table, grid] = table_and_grid(rule, x.elements, o);
        if (from == exec::origin::prior) exec::check_from_prior(table);
        return exec::grids_by_block(table, grid, x.samples);
    }
    template <class Self, class Exec, class Rule, class T, class Space>
    [[nodiscard]] static auto make_kept_by_block(Self& self, const Exec& e, const Rule& rule,
                                                 batch_view<T, Space> x, const options& o,
                                                 exec::origin from) {
        self.require_fit(x);
        return exec::kept_run_of<Exec, Self, T, true>(e, self, x, self.grids_by(rule, x, o, from),
                                                      o, from);
    }

    /// The view of a state that noise is drawn into. Throws what the source says where it does not
    /// fit.
    template <class Exec, class X>
    auto view_for_noise(const Exec& e, X&& x) const {
        const auto v = view(e, x);
        detail::check_batch<typename std::remove_const_t<decltype(v)>::space_type>(noise, v.samples,
                                                                                   v.elements);
        return v;
    }
    /// Throws what a part says that has numbers of its own for each sample or element.
    template <class T, class Space>
    void require_fit(batch_view<T, Space> x) const {
        detail::check_batch<Space>(predictor, x.samples, x.elements);
        detail::check_batch<Space>(noise, x.samples, x.elements);
    }
    template <bool OwnTimes, class Exec, class T, class Space, class Path = exec::no_path>
    [[nodiscard]] auto make_run(const Exec& e, batch_view<T, Space> x, exec::grids g,
                                const options& o, exec::origin from, Path path = {}) const {
        constexpr bool many = OwnTimes || judging_solver<Solver>;
        require_fit(x);
        using kind = exec::run_kind_of<sampler, T>;
        return exec::run<Exec, kind, many, Path>(e, *this, x, std::move(g), o, from,
                                                 std::move(path));
    }
    template <class T, class Self, class Exec>
    [[nodiscard]] static auto make_pool(Self& self, const Exec& e, std::size_t elements,
                                        const pool_options& o) {
        self.check();
        detail::check(e);
        return exec::pool<Exec, Self, T>(e, self, elements, o);
    }
    /// Self: this sampler, constant where its network can be called as it is.
    template <class Self, class Exec, class T, class Space, class Path = exec::no_path>
    [[nodiscard]] static auto make_kept(Self& self, const Exec& e, batch_view<T, Space> x,
                                        exec::grids g, const options& o, exec::origin from,
                                        Path path = {}) {
        self.require_fit(x);
        return exec::kept_run_of<Exec, Self, T, false, Path>(e, self, x, std::move(g), o, from,
                                                             std::move(path));
    }
    /// x as a batch of the path's shape. Throws bad_argument where the path is not complete.
    template <class T, class Space>
    [[nodiscard]] static batch_view<T, Space> memory_for(const recorded_path<T, Space>& p,
                                                         exec::buffer<T, Space>& x) {
        p.require_complete();
        exec::require_elements<Predictor>(p.elements());
        return {x.data(), p.samples(), p.elements()};
    }
    template <class Self, class Exec, class T, class Space>
    [[nodiscard]] static log_probability_table replayed(Self& self, const Exec& e,
                                                        batch_view<T, Space> x,
                                                        const recorded_path<T, Space>& p) {
        const options& o = p.run_options();
        auto run = make_kept(self, e, x, {{self.levels(o)}, {}}, o, exec::origin::given,
                             exec::replayer<T, Space>{p});
        run(o.seed);
        return run.log_probabilities();
    }
    template <class Self, class Exec, class T, class Space>
    static run_summary from_times(Self& self, const Exec& e, std::span<const double> times,
                                  batch_view<T, Space> x, const options& o) {
        self.require_fit(x);
        return exec::kept_run_of<Exec, Self, T, true>(
            e, self, x, self.grids_from(times, x.samples, o), o, exec::origin::given)(o.seed);
    }
};

template <class Schedule, class Kernel, class Predictor, class Solver>
sampler(Schedule, Kernel, Predictor, Solver) -> sampler<Schedule, Kernel, Predictor, Solver>;
template <class Schedule, class Kernel, class Predictor, class Solver, class Noise>
sampler(Schedule, Kernel, Predictor, Solver, Noise)
    -> sampler<Schedule, Kernel, Predictor, Solver, Noise>;

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>

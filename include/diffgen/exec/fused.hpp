// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The whole trajectory in one pass, for predictors that are functors: a tile of samples is loaded
// (or drawn from the prior) once, goes through all stages in the tile's own memory, and is stored
// once. The stages are planned as those of a run, and applied by the same function, so that both
// have the same bits.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/exec/buffer.hpp>
#include <diffgen/exec/cohort.hpp>
#include <diffgen/exec/evaluation.hpp>
#include <diffgen/exec/failure.hpp>
#include <diffgen/exec/functor.hpp>
#include <diffgen/exec/passes.hpp>
#include <diffgen/exec/policy.hpp>
#include <diffgen/exec/reduce.hpp>
#include <diffgen/exec/run.hpp>
#include <diffgen/exec/tile.hpp>
#include <diffgen/options.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::exec {

/// All stages on one tile of samples.
template <class T, class Shape, class Combiner, class Hook, class Noise, int D, class Bound,
          int Capacity>
struct trajectory_pass {
    static constexpr int elements = D == 0 ? 1 : D;
    static constexpr int tile = tile_samples<D>(Capacity);
    static constexpr int room = tile * elements;

    const assignment<T, Shape, Noise>* stages;
    const Bound* bound;
    int count;
    T* x;
    std::size_t samples;  ///< elements where D = 0
    std::size_t elements_of_sample;
    std::uint64_t first_flat;
    T prior_scale;  ///< 0: start from x
    Combiner combiner;
    Hook hook;
    Noise source;
    std::uint64_t* failed;

    template <class V>
    DIFFGEN_VALUE void run(std::size_t index) const {
        const std::size_t first = index * static_cast<std::size_t>(tile);
        const std::size_t left = samples - first;
        const int here = left < static_cast<std::size_t>(tile) ? static_cast<int>(left) : tile;
        const int size = here * elements;
        const std::size_t begin = first * static_cast<std::size_t>(elements);
        T registers[std::size_t{Shape::registers}][std::size_t{room}];
        T outputs[std::size_t{Combiner::copies}][std::size_t{room}];
        T normals[std::size_t{Shape::draws}][std::size_t{room}];
        T p[Shape::tunes ? room : 1], q[Shape::tunes ? room : 1];
        tile_memory<T> m{};
        m.state = registers[0];
        m.kept = registers[0] + room;
        m.outputs = outputs[0];
        m.kept_apart = m.copies_apart = room;
        m.normals = normals[0];
        m.normals_apart = room;
        m.tuned[0] = p;
        m.tuned[1] = q;
        T statistic[Hook::per_sample ? room : 1];
        m.statistic = statistic;
        constexpr int own = detail::numbers_of_both<Combiner, Hook>;
        T numbers[std::size_t{own > 0 ? own : 1}][std::size_t{own > 0 ? room : 1}];
        if constexpr (own > 0) {
            detail::write_numbers(combiner, hook, elements_of_sample, 0, begin, size, 0, numbers);
            m.numbers = numbers[0];
            m.numbers_apart = room;
        }
        if (prior_scale != T(0)) {
            source.template fill<V>(noise::stream::prior, 0, first_flat + begin, size, normals[0]);
            for (int i = 0; i < size; ++i)
                registers[0][i] = prior_scale * normals[0][i];
        } else {
            for (int i = 0; i < size; ++i)
                registers[0][i] = x[begin + static_cast<std::size_t>(i)];
        }
        for (int k = 0; k < count; ++k) {
            const instruction<T, Shape>& s = stages[k].code;
            if (s.evaluates)
                for (int c = 0; c < Combiner::copies; ++c)
                    evaluate_tile<V, D>(bound[k], registers[s.input_register], s.input_scale,
                                        outputs[c], here, guidance_branch{c});
            detail::draw<V, T, Shape>(s, source, first_flat + begin, size, 0, normals);
            if constexpr (Hook::per_sample && D > 0)
                if (s.evaluates) measure_samples<V>(s, m, here, statistic);
            if constexpr (Shape::tunes && D > 0)
                if (s.tunes) tune<V>(s, m, here, p, q);
            if (!apply<V>(s, m, combiner, hook, size)) {
                const std::size_t bad =
                    begin + static_cast<std::size_t>(first_bad_element(s, m, size));
                failure::report(
                    failed, failure::code(static_cast<std::uint64_t>(k), bad / elements_of_sample));
                return;
            }
        }
        for (int i = 0; i < size; ++i)
            x[begin + static_cast<std::size_t>(i)] = registers[0][i];
    }

  private:
    template <class V>
    DIFFGEN_VALUE void measure_samples(const instruction<T, Shape>& s, const tile_memory<T>& m,
                                       int here, T* statistic) const {
        T measures[std::size_t{room}];
        measure<V>(s, m, combiner, hook, here * elements, measures);
        for (int i = 0; i < here; ++i) {
            const T of_sample = hook.statistic(static_cast<const T*>(measures + i * D),
                                               static_cast<std::size_t>(D));
            for (int d = 0; d < D; ++d)
                statistic[i * D + d] = of_sample;
        }
    }
    template <class V>
    DIFFGEN_VALUE void tune(const instruction<T, Shape>& s, const tile_memory<T>& m, int here, T* p,
                            T* q) const {
        T first[std::size_t{room}], second[std::size_t{room}];
        measured_forms<V>(s, m, combiner, hook, here * elements, first, second);
        for (int i = 0; i < here; ++i) {
            T a, b;
            Shape::rule::pick(s.parameters, norm2(first + i * D), norm2(second + i * D), a, b);
            for (int d = 0; d < D; ++d) {
                p[i * D + d] = a;
                q[i * D + d] = b;
            }
        }
    }
    DIFFGEN_VALUE static T norm2(const T* sample) {
        T sum = 0;
        for (int begin = 0; begin < D; begin += chunk) {
            T part[chunk];
            const int n = D - begin < chunk ? D - begin : chunk;
            for (int d = 0; d < n; ++d)
                part[d] = sample[begin + d];
            sum_of_squares<T> squares;
            squares.add(part, n);
            sum = begin == 0 ? squares.total() : sum + squares.total();
        }
        return sum;
    }
};

/// A run in one pass, planned and with its memory allocated once; to be carried out any number of
/// times. It refers to the sampler and to the state, which must outlive it. Kind: a run_kind.
template <class Exec, class Kind, class Predictor>
class fused_run {
    using T = typename Kind::value_type;
    using space = typename Exec::space;
    using noise_type = typename Kind::noise_type;
    using shape = typename Kind::shape;
    using memory = typename Kind::memory_type;
    using hook_type = typename Kind::hook_type;
    using combiner_type = typename Kind::combiner_type;
    using entry = assignment<T, shape, noise_type>;
    using bound_type = typename evaluator<Exec, Predictor, T, false>::bound_type;
    static constexpr int D = elements_of_call<Predictor>;
    static constexpr bool on_host = std::is_same_v<space, diffgen::space::host>;

  public:
    template <class Sampler>
    fused_run(const Exec& e, const Sampler& s, batch_view<T, space> x,
              std::vector<noise_level> grid, const options& o, origin from)
        : exec_(e),
          predictor_(&s.predictor),
          source_(s.noise),
          planner_(sampler_view<memory>(s), false),
          x_(x),
          first_sample_(o.first_sample),
          origin_(from),
          grid_(std::move(grid)),
          start_(planner_.start(0, grid_, o.begin_step,
                                diffgen::detail::end_of(o, static_cast<int>(grid_.size()) - 1))),
          stages_(planner_.plan_all(start_, grid_, seeded(s.noise, o.seed))),
          failed_(e, 1) {
        if (origin_ == origin::prior) check_prior<T>(first(), grid_.back());
        bound_.reserve(stages_.due.size());
        if constexpr (!on_host) {
            device_stages_ = buffer<entry, space>(e, stages_.entries.size());
            device_stages_.write(e, stages_.entries.data(), stages_.entries.size());
            device_bound_ = buffer<bound_type, space>(e, stages_.due.size());
        }
        for (const entry& stage : stages_.entries)
            evaluations_ += stage.code.evaluates ? 1 : 0;
    }

    /// Carries out the whole run; complete when it returns. The functor is bound to the levels
    /// anew, since it may see other conditions than before. Throws non_finite.
    run_summary operator()(std::uint64_t seed, origin from) {
        const Predictor& p = *predictor_;
        bound_.clear();
        for (const due_stage& d : stages_.due)
            bound_.push_back(bind_level<T>(p.functor(), cast_level<T>(d.level)));
        if constexpr (!on_host) device_bound_.write(exec_, bound_.data(), bound_.size());
        failed_.fill_with_ones(exec_);
        using pass = trajectory_pass<T, shape, combiner_type, hook_type, noise_type, D, bound_type,
                                     Exec::tile_capacity>;
        const std::size_t calls = D == 0 ? x_.size() : x_.samples;
        constexpr std::size_t tile = static_cast<std::size_t>(pass::tile);
        exec_.for_each(
            (calls + tile - 1) / tile,
            with_lanes<T, pass>{{entries(), bound(), static_cast<int>(stages_.due.size()), x_.data,
                                 calls, x_.elements, first_sample_ * x_.elements,
                                 from == origin::prior ? static_cast<T>(first().sigma) : T(0),
                                 p.combiner(), p.hook(), seeded(source_, seed), failed_.data()}});
        std::uint64_t code = failure::none;
        buffer<std::uint64_t, space>::read(exec_, failed_.data(), 1, &code);
        if (code != failure::none) {
            const due_stage& at = stages_.due[std::size_t{failure::stage(code)}];
            step s = planner_.here(start_, grid_);
            s.index = at.step;
            throw non_finite_at(place(s, at.stage_index), failure::sample(code) + first_sample_);
        }
        return {start_.end - start_.index, evaluations_, true};
    }
    run_summary operator()(std::uint64_t seed) { return (*this)(seed, origin_); }

  private:
    [[nodiscard]] const noise_level& first() const {
        return grid_[static_cast<std::size_t>(start_.index)];
    }
    [[nodiscard]] const entry* entries() const {
        if constexpr (on_host)
            return stages_.entries.data();
        else
            return device_stages_.data();
    }
    [[nodiscard]] const bound_type* bound() const {
        if constexpr (on_host)
            return bound_.data();
        else
            return device_bound_.data();
    }

    Exec exec_;
    const Predictor* predictor_;
    noise_type source_;
    planner<T, shape, noise_type, memory> planner_;
    batch_view<T, space> x_;
    std::uint64_t first_sample_;
    origin origin_;
    std::vector<noise_level> grid_;
    cohort<memory> start_;
    stage_list<T, shape, noise_type> stages_;
    std::vector<bound_type> bound_;
    buffer<std::uint64_t, space> failed_;
    std::conditional_t<on_host, int, buffer<entry, space>> device_stages_{};
    std::conditional_t<on_host, int, buffer<bound_type, space>> device_bound_{};
    int evaluations_ = 0;
};

}  // namespace diffgen::inline DIFFGEN_ABI::exec

#include <diffgen/core/with_macros.hpp>

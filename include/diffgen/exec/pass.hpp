// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The stepwise passes over a batch: one stage after a network call, the norms and choices of a
// self-tuning stage, the prior, and the evaluation of a functor.

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/exec/failure.hpp>
#include <diffgen/exec/reduce.hpp>
#include <diffgen/exec/stages.hpp>
#include <diffgen/exec/tile.hpp>
#include <diffgen/noise/stream.hpp>
#include <diffgen/process/add_noise.hpp>

#include <cstdint>

namespace diffgen::exec {

/// The batch of a run, in memory of its execution policy.
template <class T, class Shape, int Copies>
struct batch_memory {
    std::size_t samples, elements;
    std::uint64_t first_flat;  ///< flat index of the first element: first sample x elements
    T* state;
    T* kept;        ///< the other registers, each as long as the batch
    T* outputs;     ///< Copies times the batch
    T* inputs;      ///< as many times the batch as the network takes, where it reads no register
    T* tuned;       ///< p then q, one a sample; of a judged stage the sums themselves
    T* densities;   ///< the log density at the evaluation, one a sample, where a judge asks
    T* partials;    ///< sums over chunks of the first measured form, then of the second
    T* measures;    ///< of a hook that depends on the whole sample, an element each
    T* statistics;  ///< what it makes of them, one a sample
    std::uint64_t* failed;

    [[nodiscard]] DIFFGEN_VALUE std::size_t size() const { return samples * elements; }
    [[nodiscard]] DIFFGEN_VALUE std::size_t chunks() const {
        return (elements + chunk - 1) / static_cast<std::size_t>(chunk);
    }

    /// Pointers to the tile that begins at element `begin`; noise and tuning are the caller's.
    [[nodiscard]] DIFFGEN_VALUE tile_memory<T> tile(std::size_t begin) const {
        tile_memory<T> m{};
        m.state = state + begin;
        m.kept = kept + begin;
        m.kept_apart = m.copies_apart = size();
        m.outputs = outputs + begin;
        m.inputs = inputs + begin;
        return m;
    }
    [[nodiscard]] T* slot(int r) const { return tile(0).slot(r); }

    /// The numbers of samples, one each, for the `count` elements from `begin` on.
    DIFFGEN_VALUE void spread(const T* of_sample, std::size_t begin, int count, T* to) const {
        std::size_t sample = begin / elements;
        std::size_t left = (sample + 1) * elements - begin;
        for (int i = 0; i < count; ++i, --left) {
            if (left == 0) {
                ++sample;
                left = elements;
            }
            to[i] = of_sample[sample];
        }
    }
};

namespace detail {

/// Draws the normals of a stage for `count` elements from flat element `first` on.
template <class V, class T, class Shape, class Noise, int Room>
DIFFGEN_VALUE void draw(const compiled_stage<T, Shape>& s, const Noise& source, std::uint64_t first,
                        int count, T (&normals)[Shape::draws][Room], tile_memory<T>& m) {
    m.normals = normals[0];
    m.normals_apart = Room;
    if constexpr (Shape::noisy)
        for (int d = 0; d < Shape::draws; ++d)
            if (d < s.draws)
                source.template fill<V>(noise::stream::solver,
                                        s.first_draw + static_cast<std::uint32_t>(d), first, count,
                                        normals[d]);
}

}  // namespace detail

/// One stage on the tile that `index` names. Stages: common_stage or own_stages.
template <class T, class Shape, class Merge, class Hook, class Stages, int Capacity>
struct stage_pass {
    Stages stages;
    batch_memory<T, Shape, Merge::copies> batch;
    Merge merge;
    Hook hook;
    int tile;
    std::uint64_t stage_number;

    template <class V>
    DIFFGEN_VALUE void run(std::size_t index) const {
        const auto [begin, count, sample] =
            Stages::range(index, batch.samples, batch.elements, tile);
        const compiled_stage<T, Shape>& stage = stages.of(sample);
        if (stage.does_nothing()) return;
        auto m = batch.tile(begin);
        T normals[Shape::draws][Capacity];
        detail::draw<V, T, Shape>(stage, stages.source(sample), batch.first_flat + begin, count,
                                  normals, m);
        T p[Shape::tunes ? Capacity : 1], q[Shape::tunes ? Capacity : 1];
        if constexpr (Shape::tunes)
            if (stage.tunes) {
                batch.spread(batch.tuned, begin, count, p);
                batch.spread(batch.tuned + batch.samples, begin, count, q);
                m.tuned[0] = p;
                m.tuned[1] = q;
            }
        T statistic[Hook::per_sample ? Capacity : 1];
        if constexpr (Hook::per_sample) {
            batch.spread(batch.statistics, begin, count, statistic);
            m.statistic = statistic;
        }
        if (!apply<V>(stage, m, merge, hook, count)) {
            const std::size_t bad =
                begin + static_cast<std::size_t>(first_bad_element(stage, m, count));
            failure::report(batch.failed, failure::code(stage_number, bad / batch.elements));
        }
    }
};

/// What a hook that depends on the whole sample measures of the elements of a tile.
template <class T, class Shape, class Merge, class Hook, class Stages>
struct hook_pass {
    Stages stages;
    batch_memory<T, Shape, Merge::copies> batch;
    Merge merge;
    Hook hook;
    int tile;

    template <class V>
    DIFFGEN_VALUE void run(std::size_t index) const {
        const auto [begin, count, sample] =
            Stages::range(index, batch.samples, batch.elements, tile);
        const compiled_stage<T, Shape>& stage = stages.of(sample);
        if (stage.evaluates)
            measure<V>(stage, batch.tile(begin), merge, hook, count, batch.measures + begin);
    }
};

/// What it makes of them for sample `index`.
template <class T, class Shape, int Copies, class Hook>
struct statistic_pass {
    batch_memory<T, Shape, Copies> batch;
    Hook hook;

    template <class V>
    DIFFGEN_VALUE void run(std::size_t sample) const {
        batch.statistics[sample] = hook.statistic(
            static_cast<const T*>(batch.measures + sample * batch.elements), batch.elements);
    }
};

/// Sums of squares of the measured forms over one chunk of one sample, which a device takes in
/// pieces that fit into registers.
template <class T, class Shape, class Merge, class Hook, class Stages, int Capacity>
struct sums_pass {
    static constexpr int piece = Capacity < chunk ? accumulators : chunk;

    Stages stages;
    batch_memory<T, Shape, Merge::copies> batch;
    Merge merge;
    Hook hook;

    template <class V>
    DIFFGEN_VALUE void run(std::size_t index) const {
        const std::size_t sample = index / batch.chunks(), part = index % batch.chunks();
        const compiled_stage<T, Shape>& stage = stages.of(sample);
        if (!stage.measures) return;
        std::size_t begin = sample * batch.elements + part * static_cast<std::size_t>(chunk);
        const std::size_t left = (sample + 1) * batch.elements - begin;
        int count = left < static_cast<std::size_t>(chunk) ? static_cast<int>(left) : chunk;
        sum_of_squares<V> sums[2];
        for (; count > 0; count -= piece, begin += static_cast<std::size_t>(piece)) {
            const int here = count < piece ? count : piece;
            auto m = batch.tile(begin);
            T normals[Shape::draws][piece], first[piece], second[piece];
            detail::draw<V, T, Shape>(stage, stages.source(sample), batch.first_flat + begin, here,
                                      normals, m);
            T statistic[Hook::per_sample ? piece : 1];
            if constexpr (Hook::per_sample) {
                batch.spread(batch.statistics, begin, here, statistic);
                m.statistic = statistic;
            }
            measured_forms<V>(stage, m, merge, hook, here, first, second);
            sums[0].add(first, here);
            sums[1].add(second, here);
        }
        batch.partials[index] = sums[0].total();
        batch.partials[batch.samples * batch.chunks() + index] = sums[1].total();
    }
};

/// The sums of sample `index`, and the tuner's choice from them.
template <class T, class Shape, int Copies, class Stages>
struct tune_pass {
    Stages stages;
    batch_memory<T, Shape, Copies> batch;

    template <class V>
    DIFFGEN_VALUE void run(std::size_t sample) const {
        const compiled_stage<T, Shape>& stage = stages.of(sample);
        if (!stage.measures) return;
        const std::size_t chunks = batch.chunks();
        const T* a = batch.partials + sample * chunks;
        const T* b = a + batch.samples * chunks;
        T first2 = a[0], second2 = b[0];
        for (std::size_t i = 1; i < chunks; ++i) {
            first2 = first2 + a[i];
            second2 = second2 + b[i];
        }
        T &p = batch.tuned[sample], &q = batch.tuned[batch.samples + sample];
        if constexpr (Shape::tunes) {
            if (stage.tunes) {
                Shape::rule::pick(stage.parameters, first2, second2, p, q);
                return;
            }
        }
        p = first2;
        q = second2;
    }
};

/// x = alpha x + sigma z: the forward process, and with alpha = 0 the prior. Levels: common_level
/// or own_levels.
template <class T, class Noise, class Levels, int Capacity>
struct noising_pass {
    T* x;
    std::size_t samples, elements;
    std::uint64_t first_flat;
    Levels levels;
    noise::stream stream;
    Noise source;
    int tile;

    template <class V>
    DIFFGEN_VALUE void run(std::size_t index) const {
        const auto [begin, count, sample] = Levels::range(index, samples, elements, tile);
        const level_of<T> level = levels.of(sample);
        T normals[Capacity];
        source.template fill<V>(stream, 0, first_flat + begin, count, normals);
        T* to = x + begin;
        for (int i = 0; i < count; ++i)
            to[i] = level.alpha == T(0) ? level.sigma * normals[i]
                                        : add_noise(level, to[i], normals[i]);
    }
};

/// A pass as a functor of Thrust: chooses the lanes once a tile.
template <class T, class Pass>
struct with_lanes {
    Pass pass;

    struct kernel {
        const Pass* pass;
        std::size_t index;
        template <class V>
        DIFFGEN_VALUE void operator()(lanes::tag<V>) const {
            pass->template run<V>(index);
        }
    };

    DIFFGEN_HD void operator()(std::size_t index) const { lanes::run<T>(kernel{&pass, index}); }
};

/// Launches noising_pass over a state; does not wait. source: with its seed.
template <class Exec, class T, class Space, class Levels, class Noise>
void add_noise_to(const Exec& e, batch_view<T, Space> x, const Levels& levels, noise::stream stream,
                  const Noise& source, std::uint64_t first_sample) {
    using pass = noising_pass<T, Noise, Levels, Exec::tile_capacity>;
    e.for_each(Levels::tiles(x.samples, x.elements, e.tile),
               with_lanes<T, pass>{{x.data, x.samples, x.elements, first_sample * x.elements,
                                    levels, stream, source, e.tile}});
}

}  // namespace diffgen::exec

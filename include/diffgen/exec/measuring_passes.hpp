// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The passes before that of a stage which needs to know something of whole samples: what a hook
// measures, and the sums of a measured stage.

#include <diffgen/core/config.hpp>
#include <diffgen/exec/batch_memory.hpp>
#include <diffgen/exec/pass.hpp>
#include <diffgen/exec/reduce.hpp>
#include <diffgen/exec/stages.hpp>
#include <diffgen/exec/tile.hpp>

namespace diffgen::exec {

/// What a hook that depends on the whole sample measures of the elements of a tile.
template <class T, class Shape, class Combiner, class Hook, class Stages>
struct hook_pass {
    Stages stages;
    batch_memory<T, Shape, Combiner::copies> batch;
    Combiner combiner;
    Hook hook;
    int tile;

    template <class V>
    DIFFGEN_VALUE void run(std::size_t index) const {
        const auto [begin, count, sample] =
            Stages::range(index, batch.samples, batch.elements, tile);
        const instruction<T, Shape>& stage = stages.of(sample);
        if (stage.evaluates)
            measure<V>(stage, batch.tile(begin), combiner, hook, count, batch.measures + begin);
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
template <class T, class Shape, class Combiner, class Hook, class Stages, int Capacity>
struct sums_pass {
    static constexpr int piece = Capacity < chunk ? accumulators : chunk;

    Stages stages;
    batch_memory<T, Shape, Combiner::copies> batch;
    Combiner combiner;
    Hook hook;

    template <class V>
    DIFFGEN_VALUE void run(std::size_t index) const {
        const std::size_t sample = index / batch.chunks(), part = index % batch.chunks();
        const instruction<T, Shape>& stage = stages.of(sample);
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
            measured_forms<V>(stage, m, combiner, hook, here, first, second);
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
        const instruction<T, Shape>& stage = stages.of(sample);
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

}  // namespace diffgen::exec

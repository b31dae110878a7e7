// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The stepwise pass: one stage, after a network call, on the whole batch.

#include <diffgen/core/config.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/exec/batch_memory.hpp>
#include <diffgen/exec/failure.hpp>
#include <diffgen/exec/stages.hpp>
#include <diffgen/exec/tile.hpp>
#include <diffgen/noise/stream.hpp>

#include <cstdint>

namespace diffgen::exec {

namespace detail {

/// Draws the normals of a stage for `count` elements from flat element `first` on.
template <class V, class T, class Shape, class Noise, int Room>
DIFFGEN_VALUE void draw(const instruction<T, Shape>& s, const Noise& source, std::uint64_t first,
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
template <class T, class Shape, class Combiner, class Hook, class Stages, int Capacity>
struct stage_pass {
    Stages stages;
    batch_memory<T, Shape, Combiner::copies> batch;
    Combiner combiner;
    Hook hook;
    int tile;
    std::uint64_t stage_number;

    template <class V>
    DIFFGEN_VALUE void run(std::size_t index) const {
        const auto [begin, count, sample] =
            Stages::range(index, batch.samples, batch.elements, tile);
        const instruction<T, Shape>& stage = stages.of(sample);
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
        if (!apply<V>(stage, m, combiner, hook, count)) {
            const std::size_t bad =
                begin + static_cast<std::size_t>(first_bad_element(stage, m, count));
            failure::report(batch.failed, failure::code(stage_number, bad / batch.elements));
        }
    }
};

}  // namespace diffgen::exec

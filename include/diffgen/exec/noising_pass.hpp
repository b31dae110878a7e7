// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The pass of the forward process, and of the prior.

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/exec/stages.hpp>
#include <diffgen/exec/with_lanes.hpp>
#include <diffgen/noise/stream.hpp>
#include <diffgen/process/add_noise.hpp>

#include <cstdint>

namespace diffgen::exec {

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

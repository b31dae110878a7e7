// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a pass carries out where: the same for the whole batch, or something of its own for every
// sample.

#include <diffgen/core/config.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/exec/instruction.hpp>

#include <cstddef>

namespace diffgen::exec {

/// Consecutive elements that one call of a pass covers.
struct tile_range {
    std::size_t begin;
    int count;
    std::size_t sample;  ///< whose stage they go through
};

/// Tiles that run on from sample to sample, all through the same.
struct joined_tiles {
    [[nodiscard]] static std::size_t tiles(std::size_t samples, std::size_t elements, int tile) {
        const auto size = static_cast<std::size_t>(tile);
        return (samples * elements + size - 1) / size;
    }
    [[nodiscard]] DIFFGEN_VALUE static tile_range range(std::size_t index, std::size_t samples,
                                                        std::size_t elements, int tile) {
        const std::size_t begin = index * static_cast<std::size_t>(tile);
        const std::size_t left = samples * elements - begin;
        return {begin, left < static_cast<std::size_t>(tile) ? static_cast<int>(left) : tile, 0};
    }
};

/// Tiles that end with their sample.
struct tiles_of_samples {
    [[nodiscard]] DIFFGEN_VALUE static std::size_t each(std::size_t elements, int tile) {
        const auto size = static_cast<std::size_t>(tile);
        return (elements + size - 1) / size;
    }
    [[nodiscard]] static std::size_t tiles(std::size_t samples, std::size_t elements, int tile) {
        return samples * each(elements, tile);
    }
    [[nodiscard]] DIFFGEN_VALUE static tile_range range(std::size_t index, std::size_t,
                                                        std::size_t elements, int tile) {
        const std::size_t sample = index / each(elements, tile);
        const std::size_t first = index % each(elements, tile) * static_cast<std::size_t>(tile);
        const std::size_t left = elements - first;
        return {sample * elements + first,
                left < static_cast<std::size_t>(tile) ? static_cast<int>(left) : tile, sample};
    }
};

/// The same stage for all samples.
template <class T, class Shape, class Noise>
struct common_stage : joined_tiles {
    instruction<T, Shape> stage;
    Noise noise;

    common_stage(const instruction<T, Shape>& s, const Noise& n) : stage(s), noise(n) {}

    [[nodiscard]] DIFFGEN_VALUE const instruction<T, Shape>& of(std::size_t) const { return stage; }
    [[nodiscard]] DIFFGEN_VALUE const Noise& source(std::size_t) const { return noise; }
};

/// A stage for every sample, with its source of noise.
template <class T, class Shape, class Noise>
struct own_stage {
    instruction<T, Shape> stage;
    Noise noise;
};

template <class T, class Shape, class Noise>
struct own_stages : tiles_of_samples {
    const own_stage<T, Shape, Noise>* entries;  ///< one a sample, where the pass runs

    explicit own_stages(const own_stage<T, Shape, Noise>* e) : entries(e) {}

    [[nodiscard]] DIFFGEN_VALUE const instruction<T, Shape>& of(std::size_t sample) const {
        return entries[sample].stage;
    }
    [[nodiscard]] DIFFGEN_VALUE const Noise& source(std::size_t sample) const {
        return entries[sample].noise;
    }
};

/// The same level for all samples.
template <class T>
struct common_level : joined_tiles {
    level_of<T> level;

    explicit common_level(const level_of<T>& l) : level(l) {}
    [[nodiscard]] DIFFGEN_VALUE const level_of<T>& of(std::size_t) const { return level; }
};

/// A level for every sample.
template <class T>
struct own_levels : tiles_of_samples {
    const level_of<T>* levels;  ///< one a sample, where the pass runs

    explicit own_levels(const level_of<T>* l) : levels(l) {}
    [[nodiscard]] DIFFGEN_VALUE const level_of<T>& of(std::size_t sample) const {
        return levels[sample];
    }
};

}  // namespace diffgen::exec

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where a tile of elements lies that goes through a stage, and what is known of the stage when it
// is compiled.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>
#include <diffgen/predictor/predicts.hpp>

#include <cstddef>
#include <type_traits>

namespace diffgen::inline DIFFGEN_ABI::exec {

/// Where the elements of a tile are: pointers to its first element, and how far apart what there is
/// several of. No arrays of pointers: on a device what a variable indexes does not stay in
/// registers.
template <class T>
struct tile_memory {
    T* state;  ///< the solver's register 0
    T* kept;   ///< the other registers, and after them the denoised estimate
    std::size_t kept_apart;
    const T* outputs;  ///< of the network, one a copy
    std::size_t copies_apart;
    const T* normals;  ///< of this stage, one a draw
    std::size_t normals_apart;
    const T* tuned[2];   ///< p and q of the self-tuning stage, an element each
    const T* statistic;  ///< of a hook that depends on the whole sample, an element each

    [[nodiscard]] DIFFGEN_VALUE T* slot(int r) const {
        return r == 0 ? state : kept + static_cast<std::size_t>(r - 1) * kept_apart;
    }
    [[nodiscard]] DIFFGEN_VALUE const T* output(int copy) const {
        return outputs + static_cast<std::size_t>(copy) * copies_apart;
    }
    [[nodiscard]] DIFFGEN_VALUE const T* normal(int draw) const {
        return normals + static_cast<std::size_t>(draw) * normals_apart;
    }
};

namespace detail {

/// Whether forms read the network's output where it lies: nothing merges or changes it before.
template <class Combiner, class Hook>
inline constexpr bool reads_output_directly =
    std::is_same_v<Combiner, take_output> && !Hook::present;

/// Whether the network says how much noise each element is to get.
template <class Combiner, class V, class T>
concept scales_noise = requires(const Combiner& c, const V* outputs, const T* scale) {
    c.noise_factor(outputs, scale);
};

}  // namespace detail

}  // namespace diffgen::inline DIFFGEN_ABI::exec

#include <diffgen/core/with_macros.hpp>

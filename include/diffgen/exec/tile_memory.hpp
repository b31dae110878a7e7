// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where a tile of elements lies that goes through a stage, and what is known of the stage when it
// is compiled.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>
#include <diffgen/predictor/own_numbers.hpp>
#include <diffgen/predictor/predicts.hpp>

#include <cstddef>
#include <cstdint>
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
    const T* numbers;    ///< of the rule of guidance, then of the hook, an element each
    std::size_t numbers_apart;

    [[nodiscard]] DIFFGEN_VALUE T* slot(int r) const {
        return r == 0 ? state : kept + static_cast<std::size_t>(r - 1) * kept_apart;
    }
    [[nodiscard]] DIFFGEN_VALUE const T* output(int copy) const {
        return outputs + static_cast<std::size_t>(copy) * copies_apart;
    }
    [[nodiscard]] DIFFGEN_VALUE const T* normal(int draw) const {
        return normals + static_cast<std::size_t>(draw) * normals_apart;
    }
    /// Number k of those that rule and hook have for every element.
    [[nodiscard]] DIFFGEN_VALUE const T* number(int k) const {
        return numbers + static_cast<std::size_t>(k) * numbers_apart;
    }
};

namespace detail {

/// Whether forms read the network's output where it lies: nothing merges or changes it before.
template <class Combiner, class Hook>
inline constexpr bool reads_output_directly =
    std::is_same_v<Combiner, take_output> && !Hook::present;

using diffgen::detail::hooked;
using diffgen::detail::measured_by;
using diffgen::detail::merged;
using diffgen::detail::own_numbers_of;
using diffgen::detail::own_values;

/// The numbers of a rule and a hook.
template <class Combiner, class Hook>
inline constexpr int numbers_of_both = own_numbers_of<Combiner> + own_numbers_of<Hook>;

/// Writes the numbers of `count` elements from `begin` on of a batch of samples of `elements`, into
/// to[k][at] and after it. shift: see assignment::index_shift.
template <class T, class Combiner, class Hook, std::size_t Numbers, std::size_t Room>
DIFFGEN_VALUE void write_numbers(const Combiner& combiner, const Hook& hook, std::size_t elements,
                                 std::uint64_t shift, std::size_t begin, int count, int at,
                                 T (&to)[Numbers][Room]) {
    std::uint64_t sample = begin / elements + shift;
    std::size_t element = begin % elements;
    for (int i = at; i < at + count; ++i) {
        for (int k = 0; k < own_numbers_of<Combiner>; ++k)
            if constexpr (own_numbers_of < Combiner >> 0)
                to[k][i] = combiner.template number<T>(k, sample, element);
        for (int k = 0; k < own_numbers_of<Hook>; ++k)
            if constexpr (own_numbers_of < Hook >> 0)
                to[own_numbers_of<Combiner> + k][i] = hook.template number<T>(k, sample, element);
        if (++element == elements) {
            element = 0;
            ++sample;
        }
    }
}

/// Whether the network says how much noise each element is to get.
template <class Combiner, class V, class T>
concept scales_noise = requires(const Combiner& c, const V* outputs, const T* scale) {
    c.noise_factor(outputs, scale);
};

}  // namespace detail

}  // namespace diffgen::inline DIFFGEN_ABI::exec

#include <diffgen/core/with_macros.hpp>

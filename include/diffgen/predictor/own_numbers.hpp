// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// How rules of guidance and hooks are called: those with numbers of their own for every sample or
// element, such as a weight or two bounds, are given them beside the rest.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>

#include <cstddef>

namespace diffgen::inline DIFFGEN_ABI::detail {

/// How many numbers of its own a rule of guidance or a hook has for every element: weights of every
/// sample, bounds of every element. They come from its
///   template <class T> T number(int k, std::size_t sample, std::size_t element) const
/// with the sample's place in the batch and the element's in the sample.
template <class Part>
inline constexpr int own_numbers_of = [] {
    if constexpr (requires { Part::numbers; })
        return int{Part::numbers};
    else
        return 0;
}();

/// The numbers of a rule, then those of a hook, for one value; there may be none.
template <class V, std::size_t Count>
struct own_values {
    V values[Count];

    [[nodiscard]] DIFFGEN_VALUE const V* from(int k) const { return values + k; }
};
template <class V>
struct own_values<V, 0> {
    [[nodiscard]] DIFFGEN_VALUE static const V* from(int) { return nullptr; }
};

/// What the rule makes of the outputs of one input or several.
template <class Combiner, class V>
[[nodiscard]] DIFFGEN_VALUE V merged(const Combiner& combiner, const V* outputs,
                                     [[maybe_unused]] const V* numbers) {
    if constexpr (own_numbers_of < Combiner >> 0)
        return combiner.combine(outputs, numbers);
    else
        return combiner.combine(outputs);
}
/// What the hook makes of the denoised estimate; `statistic` where it sees whole samples.
template <class Hook, class V, class... Statistic>
[[nodiscard]] DIFFGEN_VALUE V hooked(const Hook& hook, const V& d,
                                     [[maybe_unused]] const V* numbers,
                                     const Statistic&... statistic) {
    if constexpr (own_numbers_of < Hook >> 0)
        return hook.apply(d, statistic..., numbers);
    else
        return hook.apply(d, statistic...);
}
/// What a hook that sees whole samples measures of an element.
template <class Hook, class V>
[[nodiscard]] DIFFGEN_VALUE V measured_by(const Hook& hook, const V& d,
                                          [[maybe_unused]] const V* numbers) {
    if constexpr (own_numbers_of < Hook >> 0)
        return hook.measure(d, numbers);
    else
        return hook.measure(d);
}

}  // namespace diffgen::inline DIFFGEN_ABI::detail

#include <diffgen/core/with_macros.hpp>

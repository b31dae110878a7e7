// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The innermost of the library: one compiled stage on one tile of elements. The stepwise pass and
// the fused trajectory both come here, the one with pointers into the batch, the other with
// pointers to a tile of its own; hence the same bits.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/exec/instruction.hpp>
#include <diffgen/exec/tile_device.hpp>
#include <diffgen/exec/tile_host.hpp>
#include <diffgen/exec/tile_memory.hpp>

#include <cstddef>

namespace diffgen::inline DIFFGEN_ABI::exec {

/// Carries out a stage on a tile of `count` elements. Returns whether every number it wrote is
/// finite.
template <class V, class T, class Shape, class Combiner, class Hook>
DIFFGEN_VALUE bool apply(const instruction<T, Shape>& s, const tile_memory<T>& m,
                         const Combiner& combiner, const Hook& hook, int count) {
#if DIFFGEN_DEVICE_CODE
    return detail::apply_on_device(s, m, combiner, hook, count);
#else
    V bad = broadcast<V>(T(0));
    for (int begin = 0; begin < count; begin += detail::stretch_capacity) {
        detail::stretch<V, T, Shape, Combiner, Hook> part(s, m, begin, count);
        part.prepare(combiner, hook);
        bad = bad + part.apply();
    }
    return !any(bad != bad);  // NOLINT(misc-redundant-expression): a NaN is not itself
#endif
}

/// The first element of a tile with a number that is not finite, among what the stage wrote.
template <class T, class Shape>
[[nodiscard]] DIFFGEN_HD int first_bad_element(const instruction<T, Shape>& s,
                                               const tile_memory<T>& m, int count) {
    for (int i = 0; i < count; ++i)
        for (int r = 0; r < Shape::rows; ++r)
            if (r < s.rows) {
                const T v = m.slot(s.updates[r].target)[i];
                if (!(v - v == T(0))) return i;
            }
    return 0;
}

/// What a hook that depends on the whole sample measures of every element, into `to`.
template <class V, class T, class Shape, class Combiner, class Hook>
DIFFGEN_VALUE void measure(const instruction<T, Shape>& s, const tile_memory<T>& m,
                           const Combiner& combiner, const Hook& hook, int count, T* to) {
#if DIFFGEN_DEVICE_CODE
    detail::measure_on_device(s, m, combiner, hook, count, to);
#else
    for (int begin = 0; begin < count; begin += detail::stretch_capacity) {
        detail::stretch<V, T, Shape, Combiner, Hook> part(s, m, begin, count);
        part.measure(combiner, hook, to);
    }
#endif
}

/// The forms that a measured stage sums up, into `first` and `second`.
template <class V, class T, class Shape, class Combiner, class Hook>
DIFFGEN_VALUE void measured_forms(const instruction<T, Shape>& s, const tile_memory<T>& m,
                                  const Combiner& combiner, const Hook& hook, int count, T* first,
                                  T* second) {
#if DIFFGEN_DEVICE_CODE
    detail::measured_forms_on_device(s, m, combiner, hook, count, first, second);
#else
    for (int begin = 0; begin < count; begin += detail::stretch_capacity) {
        detail::stretch<V, T, Shape, Combiner, Hook> part(s, m, begin, count);
        part.prepare(combiner, hook);
        part.measure_forms(first, second);
    }
#endif
}

}  // namespace diffgen::inline DIFFGEN_ABI::exec

#include <diffgen/core/with_macros.hpp>

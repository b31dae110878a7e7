// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Evaluation of a functor predictor on a batch at one level, for stepwise runs.

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/exec/trajectory.hpp>
#include <diffgen/exec/with_lanes.hpp>
#include <diffgen/predictor/predicts.hpp>

#include <cstddef>
#include <type_traits>

namespace diffgen::exec {

/// Samples (or elements, for a pointwise functor) that one call of a predictor's functor covers.
template <class Predictor>
inline constexpr int elements_of_call =
    Predictor::kind == granularity::samplewise ? Predictor::elements : 0;

/// Throws bad_shape where the functor of a samplewise predictor takes samples of another size.
template <class Predictor>
void require_elements(std::size_t elements) {
    if constexpr (Predictor::kind == granularity::samplewise)
        if (elements != static_cast<std::size_t>(Predictor::elements))
            throw bad_shape(diffgen::detail::text(
                "diffgen: the predictor takes samples of ", Predictor::elements,
                " elements, the batch has samples of ", elements));
}

template <class Exec, class Predictor, class In, class Out>
void evaluate_functor(const Exec& e, const Predictor& p, const In& in, const Out& out,
                      const noise_level& level) {
    using T = typename Out::value_type;
    constexpr int D = elements_of_call<Predictor>;
    const auto prepared = bind_level<T>(p.functor(), cast_level<T>(level));
    using combiner = typename Predictor::combiner_type;
    const std::size_t size = out.size() / static_cast<std::size_t>(combiner::copies);
    const std::size_t calls = size / (D == 0 ? 1 : D);
    constexpr std::size_t tile = tile_samples<D>(Exec::tile_capacity);
    for (int c = 0; c < combiner::copies; ++c) {
        const std::size_t at = static_cast<std::size_t>(c) * size;
        using pass =
            evaluation_pass<T, D, std::remove_const_t<decltype(prepared)>, Exec::tile_capacity>;
        e.for_each((calls + tile - 1) / tile,
                   with_lanes<T, pass>{{prepared, in.data + (c < combiner::inputs ? at : 0), T(1),
                                        out.data + at, calls, c == 0}});
    }
}

}  // namespace diffgen::exec

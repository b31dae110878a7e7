// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The source of noise for one stage: where the source knows a path, the piece of it that the stage
// has to take.

#include <diffgen/core/stage.hpp>
#include <diffgen/noise/piece.hpp>
#include <diffgen/solver/step.hpp>

#include <concepts>
#include <cstdint>

namespace diffgen::exec {

/// Whether the normals of a source depend on the levels of the run's steps: it has
/// `for_piece(piece)`, which returns the source for a piece.
template <class Noise>
inline constexpr bool follows_brownian = requires(const Noise& n, const noise::piece& p) {
    { n.for_piece(p) } -> std::same_as<Noise>;
};

/// Whether a solver can only be used with such a source.
template <class Solver>
inline constexpr bool wants_brownian = requires {
    requires Solver::wants_brownian;
};

namespace detail {

/// How often the grid has turned between rising and falling noise, before step s.index.
[[nodiscard]] inline std::uint32_t turns(const step& s) {
    std::uint32_t count = 0;
    int way = 0;
    for (int i = 0; i <= s.index; ++i) {
        const double from = s.level(i).log_snr, to = s.level(i + 1).log_snr;
        const int here = from < to ? 1 : from > to ? -1 : way;
        if (way != 0 && here != way) ++count;
        way = here;
    }
    return count;
}

}  // namespace detail

/// The source for stage `part` of a step, whose first normal is number `first_draw` of the run;
/// `source` is the one of the stage before. The piece is what the stage names, or the whole step,
/// of which the first normal is then the increment, in whatever stage it is drawn.
template <class Noise>
[[nodiscard]] Noise noise_for(const Noise& source, const step& s, const stage& what, int part,
                              std::uint32_t first_draw) {
    if constexpr (follows_brownian<Noise>) {
        if (what.noise_interval)
            return source.for_piece({(*what.noise_interval)[0], (*what.noise_interval)[1],
                                     detail::turns(s), first_draw});
        if (part == 0)
            return source.for_piece(
                {s.from().log_snr, s.to().log_snr, detail::turns(s), first_draw});
    }
    return source;
}

}  // namespace diffgen::exec

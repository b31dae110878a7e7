// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A grid run backwards, from data to noise: inversion (Song, Meng and Ermon 2021, section 4.3 and
// eq. 14). Every solver of the probability flow runs it.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/grid/uniform.hpp>
#include <diffgen/process/process_view.hpp>

#include <algorithm>
#include <optional>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::grid {

/// The levels of `main` in the opposite order, up to the time `stop_at` or to all of the
/// schedule's noise. A clean end is left out: without noise there is no estimate of it, and so no
/// direction. For generate_from at the time of the first level, where `main` stops.
/// Throws bad_argument where the run is to start at the clean end.
template <class Main = uniform>
struct inverted {
    static constexpr bool may_rise = true;

    Main main{};
    std::optional<double> stop_at{};

    [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int n) const {
        const noise_level start = p.level(p.t_max());  // p ends where the run starts, at the data
        diffgen::detail::require(!start.is_clean(), "inverted from the clean end, t = ", start.t,
                                 ", where there is no noise to estimate, and so no direction; take "
                                 "the data for the state "
                                 "at a little noise, that of `main`'s stop_at or sigma_min");
        std::vector<noise_level> all = main.levels(stop_at ? p.until(*stop_at) : p.whole(), n);
        if (!all.empty() && all.back().is_clean()) all.pop_back();
        std::reverse(all.begin(), all.end());
        return all;
    }
};
template <class Main>
inverted(Main) -> inverted<Main>;
template <class Main>
inverted(Main, double) -> inverted<Main>;

}  // namespace diffgen::inline DIFFGEN_ABI::grid

#include <diffgen/core/with_macros.hpp>

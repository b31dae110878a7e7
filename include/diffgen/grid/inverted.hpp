// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A grid run backwards, from data to noise: inversion (Song, Meng and Ermon 2021, section 4.3 and
// eq. 14). Every solver of the probability flow runs it.

#include <diffgen/grid/uniform.hpp>
#include <diffgen/process/process_view.hpp>

#include <algorithm>
#include <optional>
#include <vector>

namespace diffgen::grid {

/// The levels of `main` in the opposite order, up to the time `stop_at` or to all of the
/// schedule's noise. A clean end is left out: without noise there is no estimate of it, and so no
/// direction. For generate_from at the time of the first level, where `main` stops.
template <class Main = uniform>
struct inverted {
    static constexpr bool may_rise = true;

    Main main{};
    std::optional<double> stop_at{};

    [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int n) const {
        // p ends where the run starts, at the data
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

}  // namespace diffgen::grid

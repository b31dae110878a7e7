// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A table of times instead of step numbers: a time for every block and round, as networks with a
// time for each token are used.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/blocks/step_table.hpp>
#include <diffgen/grid/explicit.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::blocks {

/// It brings its own grid, of all times that occur; that of the options does not count then.
struct time_table {
    int count = 1;
    std::vector<double> times;  ///< of the schedule; as step_table::steps

    /// Throws bad_argument where a time is not finite.
    void check() const {
        for (std::size_t i = 0; i < times.size(); ++i)
            detail::require(std::isfinite(times[i]), "times[", i, "] of a table of blocks is ",
                            times[i]);
    }
    /// The distinct times, falling.
    [[nodiscard]] grid::times own_grid() const {
        std::vector<double> distinct = times;
        std::sort(distinct.begin(), distinct.end(), std::greater<>());
        distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
        return grid::times{distinct};
    }
    [[nodiscard]] step_table table(int) const {
        const std::vector<double> distinct = own_grid().values;
        step_table t{count, {}};
        for (const double time : times)
            t.steps.push_back(static_cast<int>(
                std::lower_bound(distinct.begin(), distinct.end(), time, std::greater<>()) -
                distinct.begin()));
        return t;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::blocks

#include <diffgen/core/with_macros.hpp>

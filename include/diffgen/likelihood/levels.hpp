// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The levels of a pixel: `count` values in equal steps over [-1, 1], and the cells around them.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::likelihood {

/// Level k of 0 .. count - 1 has the value first + k step. The default is the one of pictures
/// scaled to [-1, 1] with both ends as levels.
struct lattice {
    int count = 256;
    double first = -1;
    double step = 2. / 255;

    /// `count` levels whose first and last lie on the ends of [-1, 1].
    [[nodiscard]] static lattice with_ends(int count) {
        require(count > 1, "a lattice of ", count, " levels with ends; it has 2 or more");
        return {count, -1, 2. / (count - 1)};
    }
    /// `count` levels in the middles of equal cells that fill [-1, 1] (Kingma et al. 2021).
    [[nodiscard]] static lattice of_middles(int count) {
        return {count, -1 + 1. / count, 2. / count};
    }

    void check() const {
        require(count > 1 && step > 0 && std::isfinite(step) && std::isfinite(first),
                "a lattice of ", count, " levels from ", first, " in steps of ", step,
                "; there are 2 or more, in finite steps above 0");
    }
    [[nodiscard]] double value(int k) const { return first + k * step; }
    /// The level nearest to x. Throws bad_argument where x lies further than half a step outside.
    [[nodiscard]] int level(double x) const {
        const double k = std::nearbyint((x - first) / step);
        require(k >= 0 && k < count, "the value ", x, " is none of ", count, " levels from ", first,
                " in steps of ", step);
        return static_cast<int>(k);
    }
    /// Whether level k is the first or the last one, whose cell reaches to infinity.
    [[nodiscard]] bool is_first(int k) const { return k == 0; }
    [[nodiscard]] bool is_last(int k) const { return k == count - 1; }
    /// Throws bad_argument unless k is one of the levels.
    void check_level(int k) const {
        require(k >= 0 && k < count, "level ", k, " of a lattice of ", count);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::likelihood

#include <diffgen/core/with_macros.hpp>

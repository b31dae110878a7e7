// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Levels moved one by one while the error at the end falls, which is the search of Align Your Steps
// (Sabour et al. 2024, section 3.3) with the error itself in place of its bound.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/fit/error.hpp>
#include <diffgen/fit/options.hpp>
#include <diffgen/grid/karras.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::fit {

/// Compass search over the levels between the first and the last, in log-SNR: a level tries to move
/// a part of the way to each of its neighbours, a larger part after a gain, half of it after none.
/// The error never rises. At most 2 (n - 1) runs a sweep.
template <class Error = paired>
struct descent {
    int sweeps = 40;          ///< at most
    double tolerance = 0.01;  ///< the smallest part of the way to a neighbour that is tried
    Error error{};

    void check() const {
        diffgen::detail::require(sweeps >= 0, "fit::descent of ", sweeps,
                                 " sweeps; must be 0 or more");
        diffgen::detail::require(tolerance > 0 && tolerance < 0.5,
                                 "fit::descent with tolerance = ", tolerance,
                                 "; must be above 0 and below 0.5");
    }

    template <class Bench>
    void improve(Bench& b, int n, fitted& f) const {
        const auto last = static_cast<std::size_t>(n);
        std::vector<double>& at = f.grid.values;
        // what a level moves towards where its neighbour has no signal, or no noise
        const double high =
            std::isfinite(at.front()) ? at.front() : grid::detail::ratio_of_pure_noise;
        double low = b.candidates()[b.candidates().size() - 2].sigma_over_alpha();
        for (const double r : at)
            if (r > 0) low = std::min(low, r);
        std::vector<double> part(last, 0.5);
        for (int sweep = 0; sweep < sweeps; ++sweep) {
            bool settled = true;
            for (std::size_t k = 1; k < last; ++k) {
                bool gained = false;
                for (const double neighbour :
                     {std::min(at[k - 1], high), std::max(at[k + 1], low)}) {
                    std::vector<double> moved = at;
                    moved[k] *= std::pow(neighbour / at[k], part[k]);
                    if (gained || !falls(moved, k)) continue;
                    const double e = b.error(error, moved);
                    if (e < f.error_after) {
                        at = moved;
                        f.error_after = e;
                        gained = true;
                    }
                    f.finished = b.go_on(f.error_after);
                    if (!f.finished) return;
                }
                settled = settled && !gained && part[k] <= tolerance;
                part[k] = gained ? std::min(2 * part[k], 0.5) : std::max(part[k] / 2, tolerance);
            }
            if (settled) return;
        }
    }

  private:
    [[nodiscard]] static bool falls(const std::vector<double>& v, std::size_t k) {
        return v[k - 1] > v[k] && v[k] > v[k + 1];
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::fit

#include <diffgen/core/with_macros.hpp>

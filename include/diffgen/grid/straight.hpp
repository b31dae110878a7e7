// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Equal steps of s = sigma / (alpha + sigma), the time of straight paths (Liu et al. 2023), on any
// schedule: what grid::uniform is on schedule::rectified.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/math.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/process/process_view.hpp>

#include <cmath>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::grid {

/// n levels from t_max on, then clean, at s' = shift s / (1 + (shift - 1) s) of equal steps of s,
/// where sigma / alpha is shift s / (1 - s) (Esser et al. 2024, eq. 23). A shift below 1 is denser
/// towards the data. The steps of s end at 0, or with the schedule.
struct straight {
    double shift = 1;

    [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int n) const {
        diffgen::detail::require(diffgen::detail::is_positive(shift),
                                 "straight with shift = ", shift,
                                 "; must be above 0, mostly 0.2 to 3");
        std::vector<noise_level> levels{p.level(p.t_max())};
        const part first(levels[0], shift), last(p.level(p.clean().t), shift);
        for (int i = n - 1; i > 0; --i) {
            const double w = static_cast<double>(i) / n;
            const double s = product(w, first.noise) + product(1 - w, last.noise);
            const double rest = product(w, first.signal) + product(1 - w, last.signal);
            levels.push_back(p.level_of_log_snr(2 * std::log(rest / (shift * s))));
        }
        levels.push_back(p.clean());
        return levels;
    }

  private:
    /// The s that is shifted to a level, and 1 - s, neither by a difference.
    struct part {
        double noise, signal;

        part(const noise_level& l, double by) {
            const double q = by * std::exp(0.5 * l.log_snr);
            noise = 1 / (1 + q);
            signal = 1 / (1 + 1 / q);
        }
    };
};

}  // namespace diffgen::inline DIFFGEN_ABI::grid

#include <diffgen/core/with_macros.hpp>

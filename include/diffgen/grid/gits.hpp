// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The levels that Chen et al. 2024 ("On the Trajectory Regularity of ODE-based Diffusion Sampling",
// GITS) found for Stable Diffusion 1.5. For another network or solver, fit them: fit/fit_grid.hpp.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/grid/gits_table.hpp>
#include <diffgen/grid/log_linear.hpp>
#include <diffgen/process/process_view.hpp>
#include <diffgen/schedule/betas.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::grid {

/// Published for 2 to 20 steps, beyond that log-linear between the levels of 20; then clean in
/// place of the last. The values are sigma / alpha of Stable Diffusion's own schedule at hundredths
/// of its time, which the publication rounds to 3e-5.
struct gits {
    /// The larger, the more steps close to the data: 0.80, 0.85 .. 1.50.
    double coefficient = 1.2;

    /// Throws bad_argument for a coefficient without a table.
    [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int n) const {
        return log_linear(table(n)).levels(p, n);
    }

  private:
    [[nodiscard]] std::vector<double> table(int n) const {
        const double row = std::round((coefficient - 0.8) * 20);
        diffgen::detail::require(
            std::abs(coefficient - (0.8 + row / 20)) < 1e-6 && row >= 0 && row < 15,
            "gits with coefficient = ", coefficient, "; there are tables for 0.80, 0.85 .. 1.50");
        const int steps = std::clamp(n, 2, 20);
        const auto* places =
            &detail::gits_places[static_cast<std::size_t>(row)][(steps - 1) * (steps - 2) / 2];
        const schedule::scaled_linear trained;
        const auto ratio = [&](int place) {
            return std::exp(-0.5 * trained.log_snr(999. * (100 - place) / 100));
        };
        std::vector<double> values{ratio(0)};
        for (int k = 1; k < steps; ++k)
            values.push_back(ratio(places[k - 1]));
        values.push_back(ratio(100));
        return values;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::grid

#include <diffgen/core/with_macros.hpp>

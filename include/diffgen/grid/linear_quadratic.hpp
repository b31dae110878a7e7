// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Times that leave the noisiest one by short equal steps and then speed up along a parabola (the
// sampler of Mochi, Genmo 2024).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/grid/uniform.hpp>

#include <optional>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::grid {

/// With m = n / 2 (whole division), the share of the time that is gone before step k is
///     threshold k / m + (1 - threshold n / m) ((k - m)_+ / (n - m))^2:
/// the first m steps share `threshold`, and the speed does not jump where the parabola begins.
struct linear_quadratic {
    double threshold = 0.025;
    std::optional<double> stop_at{};

    [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int n) const {
        diffgen::detail::require(threshold > 0 && threshold < 0.5,
                                 "linear_quadratic with threshold = ", threshold,
                                 "; must be above 0 and below 0.5, mostly 0.025");
        const int m = n / 2;
        return detail::by_time(p, n, stop_at, [&](double left) {
            const double k = product(static_cast<double>(n), 1 - left);
            const double past = k > m ? (k - m) / (n - m) : 0;
            return 1 - threshold * k / m - product((1 - threshold * n / m) * past, past);
        });
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::grid

#include <diffgen/core/with_macros.hpp>

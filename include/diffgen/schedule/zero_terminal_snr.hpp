// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A discrete schedule changed so that it ends without signal (Lin et al. 2024, algorithm 1).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/schedule/table.hpp>

#include <cmath>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::schedule {

/// Shifts and stretches the alpha of a variance-preserving chain so that it ends at zero and begins
/// where it did. Throws bad_argument where there is only one entry.
[[nodiscard]] inline table zero_terminal_snr(const table& t) {
    if (t.discrete_steps() < 2)
        throw bad_argument(
            "diffgen: zero_terminal_snr of a schedule of one entry; it needs a first and a last");
    const auto alpha = [&](int i) {
        return std::sqrt(detail::sigmoid(t.log_snr(static_cast<double>(i))));
    };
    const double first = alpha(0), last = alpha(t.discrete_steps() - 1);
    std::vector<double> log_snr;
    for (int i = 0; i + 1 < t.discrete_steps(); ++i) {
        const double a = (alpha(i) - last) * (first / (first - last));
        log_snr.push_back(2 * std::log(a) - std::log1p(-a * a));
    }
    log_snr.push_back(-detail::infinity);
    return table(std::move(log_snr));
}

}  // namespace diffgen::inline DIFFGEN_ABI::schedule

#include <diffgen/core/with_macros.hpp>

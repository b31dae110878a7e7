// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where a probability flow begins and ends, and what its rows say there.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/density/kind.hpp>

#include <cmath>
#include <cstddef>
#include <optional>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::density {

/// Between which levels a flow goes.
struct flow_ends {
    std::optional<double> data_time{};   ///< of the samples; t_min of the schedule
    std::optional<double> prior_time{};  ///< of the prior; t_max of the schedule
    /// Of the prior N(0, variance I); that of the level's noise, sigma^2, as a run begins with it.
    std::optional<double> prior_variance{};
};

/// From rows of a flow (flow_system.hpp), `integrals` numbers behind the elements of each: the
/// prior's log density of the latents plus way times the mean of the integrals, whose standard
/// error is given where there are several. way: 1 where the paths began at the data, -1 where at
/// the prior.
template <density::kind Kind>
[[nodiscard]] log_densities<Kind> log_densities_of_rows(const std::vector<double>& latents,
                                                        const std::vector<double>& rows,
                                                        std::size_t elements, std::size_t integrals,
                                                        double variance, double way) {
    const auto n = static_cast<double>(integrals);
    log_densities<Kind> out;
    for (std::size_t i = 0; i < rows.size(); i += elements + integrals) {
        double log_p =
            -0.5 * static_cast<double>(elements) * std::log(6.28318530717958647693 * variance);
        for (std::size_t d = 0; d < elements; ++d)
            log_p -= 0.5 * latents[i + d] * latents[i + d] / variance;
        double mean = 0, squares = 0;
        for (std::size_t p = i + elements; p < i + elements + integrals; ++p)
            mean += rows[p] / n;
        for (std::size_t p = i + elements; p < i + elements + integrals; ++p)
            squares += (rows[p] - mean) * (rows[p] - mean);
        out.values.push_back(log_p + way * mean);
        if (integrals > 1) out.errors.push_back(std::sqrt(squares / ((n - 1) * n)));
    }
    return out;
}

}  // namespace diffgen::inline DIFFGEN_ABI::density

#include <diffgen/core/with_macros.hpp>

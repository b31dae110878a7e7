// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Grids that the user gives level by level; the number of steps of the options does not count then.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/error.hpp>
#include <diffgen/process/process_view.hpp>

#include <cmath>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::grid {

/// Falling times of the schedule, one more than there are steps.
struct times {
    std::vector<double> values;

    explicit times(std::vector<double> v) : values(std::move(v)) {}

    [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int) const {
        std::vector<noise_level> l;
        l.reserve(values.size());
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (!std::isfinite(values[i]))
                throw bad_argument(
                    diffgen::detail::text("diffgen: times[", i, "] of the grid is ", values[i]));
            l.push_back(p.level(values[i]));
        }
        return l;
    }
};

/// Falling sigma / alpha, one more than there are steps; a last 0 is the clean end, a first
/// infinity pure noise.
struct sigmas {
    std::vector<double> values;

    explicit sigmas(std::vector<double> v) : values(std::move(v)) {}

    [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int) const {
        std::vector<noise_level> l;
        l.reserve(values.size());
        for (std::size_t i = 0; i < values.size(); ++i) {
            const bool first = i == 0, last = i + 1 == values.size(), clean = values[i] == 0;
            if (!((values[i] > 0 && (first || std::isfinite(values[i]))) || (last && clean)))
                throw bad_argument(diffgen::detail::text(
                    "diffgen: sigmas[", i, "] of the grid is ", values[i],
                    "; it must be finite and above 0, only the last may be 0 and the first inf"));
            l.push_back(clean                   ? p.clean()
                        : std::isinf(values[i]) ? pure_noise(p)
                                                : p.level_of_log_snr(-2 * std::log(values[i])));
        }
        return l;
    }

  private:
    [[nodiscard]] static noise_level pure_noise(const process_view& p) {
        const noise_level noisiest = p.level(p.t_max());
        if (std::isinf(noisiest.sigma_over_alpha())) return noisiest;
        throw bad_argument(diffgen::detail::text(
            "diffgen: sigmas[0] of the grid is inf, but the schedule ends at ",
            noisiest.sigma_over_alpha()));
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::grid

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A user's noise levels: sigma / alpha at the times 0, 1 .. n-1, growing.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/schedule/table.hpp>

#include <cmath>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::schedule {

/// Strictly increasing, positive, finite standard deviations of the noise on x / alpha.
class sigmas : public table {
  public:
    explicit sigmas(const std::vector<double>& values) : table(log_snr(values)) {}

    using table::log_snr;

  private:
    static std::vector<double> log_snr(const std::vector<double>& values) {
        std::vector<double> v;
        v.reserve(values.size());
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (!(values[i] > 0 && std::isfinite(values[i])))
                throw bad_argument(
                    detail::text("diffgen: sigmas[", i, "] of the schedule is ", values[i],
                                 "; all must be finite and above 0, the clean end is not listed"));
            if (i > 0 && !(values[i] > values[i - 1]))
                throw bad_argument(detail::text(
                    "diffgen: sigmas[", i, "] of the schedule is ", values[i], " after ",
                    values[i - 1], "; a schedule's sigmas must grow (those of a grid fall)"));
            v.push_back(-2 * std::log(values[i]));
        }
        return v;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::schedule

#include <diffgen/core/with_macros.hpp>

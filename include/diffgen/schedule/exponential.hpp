// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A discrete schedule whose alpha^2 decays exponentially: the same beta at every step.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/schedule/betas.hpp>

#include <cmath>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::schedule {

namespace detail_betas {

inline std::vector<double> exponential(int steps, double decay) {
    detail::require(detail::is_positive(decay), "an exponential schedule with decay = ", decay,
                    "; must be above 0, mostly 12");
    return sampled(steps, [=](double) { return -std::expm1(-decay / steps); });
}

}  // namespace detail_betas

/// abar_t = exp(-decay (t + 1) / T), and so beta = 1 - exp(-decay / T).
struct exponential {
    int steps = 1000;
    double decay = 12;
    /// What follows from the constants; not to be set.
    table entries{log_snr_of_betas(detail_betas::exponential(steps, decay))};

    /// Throws bad_argument where `steps` was changed after the table was made.
    void check() const { detail_betas::require_own(entries, steps); }
    [[nodiscard]] double log_snr(double t) const { return entries.log_snr(t); }
    [[nodiscard]] double log_snr_rate(double t) const { return entries.log_snr_rate(t); }
    [[nodiscard]] double time(double log_snr) const { return entries.time(log_snr); }
    [[nodiscard]] static double t_min() { return table::t_min(); }
    [[nodiscard]] double t_max() const { return entries.t_max(); }
    [[nodiscard]] static double t_clean() { return table::t_clean(); }
    [[nodiscard]] int discrete_steps() const { return entries.discrete_steps(); }
    operator const table&() const { return entries; }
};

}  // namespace diffgen::inline DIFFGEN_ABI::schedule

#include <diffgen/core/with_macros.hpp>

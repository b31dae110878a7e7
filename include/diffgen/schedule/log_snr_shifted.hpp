// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A schedule with more or less noise at every time: what is right for images of one size, for
// another (Hoogeboom, Heek and Salimans 2023, "simple diffusion", section 3.1).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::schedule {

/// sigma / alpha is `factor` times that of `driver`: (side of the images) / (side for which the
/// driver was made). Discrete where the driver is.
template <class Schedule>
struct log_snr_shifted {
    Schedule driver{};
    double factor = 1;

    void check() const {
        detail::check(driver);
        detail::require(detail::is_positive(factor), "log_snr_shifted with factor = ", factor,
                        "; must be above 0");
    }
    [[nodiscard]] double log_snr(double t) const { return driver.log_snr(t) - shift(); }
    [[nodiscard]] double log_snr_rate(double t) const { return driver.log_snr_rate(t); }
    [[nodiscard]] double time(double log_snr) const requires requires(const Schedule& s) {
        s.time(0.);
    }
    { return driver.time(log_snr + shift()); }
    [[nodiscard]] double t_min() const { return driver.t_min(); }
    [[nodiscard]] double t_max() const { return driver.t_max(); }
    [[nodiscard]] double t_clean() const requires requires(const Schedule& s) { s.t_clean(); }
    { return driver.t_clean(); }
    [[nodiscard]] int discrete_steps() const requires requires(const Schedule& s) {
        s.discrete_steps();
    }
    { return driver.discrete_steps(); }

  private:
    [[nodiscard]] double shift() const { return 2 * std::log(factor); }
};

template <class Schedule>
log_snr_shifted(Schedule, double) -> log_snr_shifted<Schedule>;

}  // namespace diffgen::inline DIFFGEN_ABI::schedule

#include <diffgen/core/with_macros.hpp>

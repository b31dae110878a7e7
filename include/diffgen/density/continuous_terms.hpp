// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The diffusion term of L_vlb in continuous time, and in T steps of the same process (Kingma et al.
// 2021, eq. 13 and 15): with lambda the log-SNR it is the integral over lambda of
// e^lambda |x_0 - D|^2 / 2, whatever the schedule.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/process/process_view.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::density {

/// |eps - eps_hat|^2 of an estimate of the data whose squared error is given.
[[nodiscard]] inline double noise_error(const noise_level& l, double squared_error) {
    return std::exp(l.log_snr) * squared_error;
}

/// Nats per unit of log-SNR.
[[nodiscard]] inline double diffusion_rate(const noise_level& l, double squared_error) {
    return 0.5 * noise_error(l, squared_error);
}

/// Nats per unit of the schedule's time, at time t: of an estimator with t uniform over [a, b],
/// times b - a.
[[nodiscard]] inline double diffusion_rate_in_time(const process_view& p, double t,
                                                   double squared_error) {
    const noise_level l = p.level(t);
    return 0.5 * p.diffusion_squared(t) / (l.sigma * l.sigma) * noise_error(l, squared_error);
}

/// Nats of the one step from t down to s, in a chain of posterior variances.
[[nodiscard]] inline double diffusion_step(const process_view& p, double t, double s,
                                           double squared_error) {
    require(s < t, "a step of the bound from time ", t, " to ", s, "; must be down");
    const noise_level from = p.level(t), to = p.level(s);
    return 0.5 * std::expm1(to.log_snr - from.log_snr) * noise_error(from, squared_error);
}

}  // namespace diffgen::inline DIFFGEN_ABI::density

#include <diffgen/core/with_macros.hpp>

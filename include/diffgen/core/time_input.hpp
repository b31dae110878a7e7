// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a network is given as time at a noise level; implementations differ, so it is a policy.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/noise_level.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::time_input {

/// The schedule's own time: t of a continuous schedule, the timestep of a discrete one. That is a
/// fraction on most grids, and inside the steps of some solvers.
struct time {
    [[nodiscard]] double operator()(const noise_level& l) const { return l.t; }
};

/// factor * t, as for networks with the timestep embedding of 1,000 steps on a continuous t (999 in
/// Song et al. 2021).
struct scaled {
    double factor = 999;

    void check() const {
        detail::require(std::isfinite(factor), "time_input::scaled with factor = ", factor,
                        "; must be finite: what the network takes for t = 1");
    }
    [[nodiscard]] double operator()(const noise_level& l) const { return factor * l.t; }
};

/// sigma / alpha.
struct sigma {
    [[nodiscard]] double operator()(const noise_level& l) const { return l.sigma_over_alpha(); }
};

/// log(sigma / alpha) / 4, the c_noise of Karras et al. 2022.
struct quarter_log_sigma {
    [[nodiscard]] double operator()(const noise_level& l) const { return -0.125 * l.log_snr; }
};

/// The log signal-to-noise ratio (Kingma et al. 2021).
struct log_snr {
    [[nodiscard]] double operator()(const noise_level& l) const { return l.log_snr; }
};

}  // namespace diffgen::inline DIFFGEN_ABI::time_input

#include <diffgen/core/with_macros.hpp>

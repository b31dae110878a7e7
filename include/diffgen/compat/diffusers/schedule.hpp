// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The noise schedules of diffusers: a table over the training timesteps from a configuration.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/betas.hpp>
#include <diffgen/compat/diffusers/config.hpp>
#include <diffgen/schedule/betas.hpp>
#include <diffgen/schedule/zero_terminal_snr.hpp>

#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

namespace detail {

inline constexpr const char* reason =
    "; it must lie between 0 and 1, add noise, and leave some of the signal";

/// Throws bad_argument, with the key, where the noise would not grow from entry to entry, or no
/// signal would be left before the last.
inline void require_betas(const config& c, const std::vector<double>& b) {
    const std::vector<double> signal = alpha_bars(b);
    double before = 1;
    for (std::size_t i = 0; i < b.size(); before = signal[i++]) {
        const bool last = i + 1 == b.size();
        const bool leaves_signal = signal[i] > 1e-30 || (last && b[i] == 1);
        if (b[i] > 0 && b[i] <= 1 && signal[i] < before && leaves_signal) continue;
        if (!c.trained_betas.empty())
            throw bad_argument(diffgen::detail::text("diffgen: 'trained_betas' has ", b[i],
                                                     " at index ", i, reason));
        throw bad_argument(diffgen::detail::text(
            "diffgen: 'beta_start' = ", c.beta_start, ", 'beta_end' = ", c.beta_end,
            ", 'beta_schedule' = '", name(c.beta_schedule), "' and 'num_train_timesteps' = ",
            c.num_train_timesteps, " make the beta ", b[i], " at index ", i, reason));
    }
    if (c.rescale_betas_zero_snr && b.size() < 2)
        throw bad_argument("diffgen: 'rescale_betas_zero_snr' with one 'num_train_timesteps'");
}

}  // namespace detail

/// The schedule of a configuration, a timestep an entry.
/// Throws bad_argument where its noise does not grow from entry to entry.
[[nodiscard]] inline schedule::table noise_schedule(const config& c) {
    const std::vector<double> b = betas(c);
    detail::require_betas(c, b);
    std::vector<double> log_snr = schedule::log_snr_of_betas(b);
    for (double& each : log_snr)
        each -= std::log(c.snr_shift_scale);
    const schedule::table t(std::move(log_snr));
    return c.rescale_betas_zero_snr ? schedule::zero_terminal_snr(t) : t;
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>

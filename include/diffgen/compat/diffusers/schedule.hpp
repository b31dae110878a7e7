// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The noise schedules of diffusers: a table over the training timesteps from a configuration.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/betas.hpp>
#include <diffgen/compat/diffusers/config.hpp>
#include <diffgen/schedule/betas.hpp>
#include <diffgen/schedule/zero_terminal_snr.hpp>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// The schedule of a configuration, a timestep an entry.
/// Throws bad_argument where its noise does not grow from entry to entry.
[[nodiscard]] inline schedule::table noise_schedule(const config& c) {
    const schedule::table t = schedule::betas(betas(c));
    return c.rescale_betas_zero_snr ? schedule::zero_terminal_snr(t) : t;
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>

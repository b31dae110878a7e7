// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A density that does not change in time, for Langevin dynamics on it (Song and Ermon 2019, eq. 4).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>

namespace diffgen::inline DIFFGEN_ABI::schedule {

/// Every time has the same noise level, log-SNR 0; t counts Langevin steps and means nothing else.
struct stationary {
    [[nodiscard]] static double log_snr(double /*t*/) { return 0; }
    [[nodiscard]] static double log_snr_rate(double /*t*/) { return 0; }
    [[nodiscard]] static double time(double /*log_snr*/) { return 0; }
    [[nodiscard]] static double t_min() { return 0; }
    [[nodiscard]] static double t_max() { return 1; }
};

}  // namespace diffgen::inline DIFFGEN_ABI::schedule

#include <diffgen/core/with_macros.hpp>

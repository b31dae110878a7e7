// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A grid of given levels.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/noise_level.hpp>
#include <diffgen/process/process_view.hpp>

#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// A network is evaluated at all of these levels but the last.
struct at_levels {
    static constexpr bool may_rise = true;  ///< the last can repeat the one before
    std::vector<noise_level> values;

    [[nodiscard]] std::vector<noise_level> levels(const process_view& /*p*/, int /*steps*/) const {
        return values;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>

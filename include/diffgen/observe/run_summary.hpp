// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a run did.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>

namespace diffgen::inline DIFFGEN_ABI {

struct run_summary {
    int steps = 0;         ///< done
    int evaluations = 0;   ///< of the network
    bool finished = true;  ///< false: an observer or an error ended it
};

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a forward kernel gives at a log signal-to-noise ratio.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>

namespace diffgen::inline DIFFGEN_ABI::kernel {

struct scales {
    double alpha;  ///< the factor on the data x_0
    double sigma;  ///< the standard deviation of the noise
};

}  // namespace diffgen::inline DIFFGEN_ABI::kernel

#include <diffgen/core/with_macros.hpp>

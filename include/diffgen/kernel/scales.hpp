// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a forward kernel gives at a log signal-to-noise ratio.

namespace diffgen::kernel {

struct scales {
    double alpha;  ///< the factor on the data x_0
    double sigma;  ///< the standard deviation of the noise
};

}  // namespace diffgen::kernel

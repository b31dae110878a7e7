// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The continuous ranked probability score from its definition, as an oracle.

namespace testing {

/// The integral of (F(x) - 1[x >= y])^2 from -reach to reach, by the midpoint rule with steps of
/// 1e-4.
template <class Distribution>
double crps_by_definition(double y, double reach, Distribution f) {
    const int n = static_cast<int>(2 * reach * 1e4);
    double sum = 0;
    for (int i = 0; i < n; ++i) {
        const double x = -reach + 2 * reach * (i + 0.5) / n;
        const double gap = f(x) - (x >= y ? 1 : 0);
        sum += gap * gap * 2 * reach / n;
    }
    return sum;
}

}  // namespace testing

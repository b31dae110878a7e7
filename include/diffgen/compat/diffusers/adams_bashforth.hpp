// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The Adams-Bashforth means of PNDMScheduler and IPNDMScheduler of diffusers.

#include <diffgen/core/linear_form.hpp>

#include <algorithm>

namespace diffgen::compat::diffusers::detail {

/// Values of earlier calls in three registers from `first` on.
struct history {
    int first;

    /// The register of value i.
    [[nodiscard]] int slot(int i) const { return first + i % 3; }

    /// The Adams-Bashforth mean of value i, `newest`, and the up to three before it: of constant
    /// steps, whatever the steps are.
    [[nodiscard]] linear_form mean(const linear_form& newest, int i) const {
        static constexpr double weights[4][4] = {{1},
                                                 {3. / 2, -1. / 2},
                                                 {23. / 12, -16. / 12, 5. / 12},
                                                 {55. / 24, -59. / 24, 37. / 24, -9. / 24}};
        const int before = std::min(i, 3);
        linear_form sum = weights[before][0] * newest;
        for (int k = 1; k <= before; ++k)
            sum += weights[before][k] * symbol::reg(slot(i - k));
        return sum;
    }
};

}  // namespace diffgen::compat::diffusers::detail

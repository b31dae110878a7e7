// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The intervals of a variance preserving and a variance exploding process on which the moments of a
// stochastic solver are put to the test.

#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/process/process_view.hpp>
#include <diffgen/schedule/geometric.hpp>
#include <diffgen/schedule/linear_beta.hpp>

#include <doctest/doctest.h>

namespace testing {

/// Calls check(process, stop) for runs from the process's noisiest time to `stop`.
template <class Check>
void on_two_processes(Check check) {
    using namespace diffgen;
    SUBCASE("variance preserving") {
        const process vp(schedule::linear_beta{}, kernel::variance_preserving{});
        check(process_view(vp).until(0.7), 0.1);
    }
    SUBCASE("variance exploding") {
        const process ve(schedule::geometric{.sigma_min = 0.1, .sigma_max = 5},
                         kernel::variance_exploding{});
        check(process_view(ve).until(0.9), 0.2);
    }
}

}  // namespace testing

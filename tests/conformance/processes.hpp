// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The processes that the conformance tests run on: one for each kernel.

#include <diffgen/kernel/linear_interpolant.hpp>
#include <diffgen/kernel/sub_variance_preserving.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/process/process.hpp>
#include <diffgen/process/process_view.hpp>
#include <diffgen/schedule/geometric.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/schedule/rectified.hpp>
#include <diffgen/schedule/sub_vp.hpp>

#include <doctest/doctest.h>

#include <string>

namespace conformance {

/// Calls f(process, from, to) for each kernel, with times between which nothing is extreme.
template <class F>
void for_each_process(F f) {
    using namespace diffgen;
    const auto call = [&](const std::string& process_name, const auto& typed, double from,
                          double to) {
        CAPTURE(process_name);
        f(process_view(typed), from, to);
    };
    call("variance preserving", process(schedule::linear_beta{}, kernel::variance_preserving{}),
         0.7, 0.1);
    call("variance exploding",
         process(schedule::geometric{.sigma_min = 0.1, .sigma_max = 5},
                 kernel::variance_exploding{}),
         0.9, 0.2);
    call("sub-variance-preserving",
         process(schedule::sub_vp{schedule::linear_beta{}}, kernel::sub_variance_preserving{}), 0.7,
         0.15);
    call("linear interpolant", process(schedule::rectified{}, kernel::linear_interpolant{}), 0.8,
         0.2);
}

}  // namespace conformance

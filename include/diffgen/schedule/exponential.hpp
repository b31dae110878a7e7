// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A discrete schedule whose alpha^2 decays exponentially: the same beta at every step.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/schedule/betas.hpp>

#include <cmath>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::schedule {

/// abar_t = exp(-decay (t + 1) / T), and so beta = 1 - exp(-decay / T).
class exponential : public betas {
  public:
    /// What can be said by name: exponential({.decay = 10}).
    struct constants {
        int steps = 1000;
        double decay = 12;
    };
    explicit exponential(const constants& c) : exponential(c.steps, c.decay) {}
    explicit exponential(int steps = 1000, double decay = 12) : betas(values(steps, decay)) {}

  private:
    static std::vector<double> values(int steps, double decay) {
        detail::require(detail::is_positive(decay), "an exponential schedule with decay = ", decay,
                        "; must be above 0, mostly 12");
        return detail_betas::sampled(steps, [=](double) { return -std::expm1(-decay / steps); });
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::schedule

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The samples that a solver makes of a mixture in the plane: for tests that two solvers are one.

#include <diffgen/exec/policy.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/betas.hpp>

#include "mixture_as.hpp"
#include "mixtures.hpp"

#include <vector>

namespace testing {

template <class Solver>
std::vector<double> mixture_run(const Solver& solver) {
    using namespace diffgen;
    sampler s{schedule::scaled_linear{}, kernel::variance_preserving{},
              batched_predictor(epsilon{}, three_in_2d), solver};
    std::vector<double> x(40);
    s.generate(exec::cpp, batch(x, 20), {.steps = 20, .seed = 3});
    return x;
}

}  // namespace testing

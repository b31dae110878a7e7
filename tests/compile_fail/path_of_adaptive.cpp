// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: a path is recorded of solvers whose plan alone says what a stage draws
#include <diffgen/diffgen.hpp>

#include <vector>

using namespace diffgen;

void record(std::vector<double>& x, const gaussian_mixture<2, 1>& data) {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, exact(data),
              solver::adaptive_heun{}};
    recorded_path<double> path;
#ifdef TWIN
    s.generate(exec::cpp, batch(x, 64), {.steps = 10});
#else
    s.generate(exec::cpp, batch(x, 64), path, {.steps = 10});
#endif
}

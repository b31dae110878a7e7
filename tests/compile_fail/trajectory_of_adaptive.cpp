// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: fit::trajectory and fit::combined need a solver that takes the steps of
#include <diffgen/diffgen.hpp>

#include <vector>

using namespace diffgen;

void fit_it(std::vector<double>& x, const gaussian_mixture<2, 1>& data) {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, exact(data),
              solver::adaptive_heun{}};
#ifdef TWIN
    static_cast<void>(fit_grid(exec::cpp, s, batch(x, 64), 10, fit::descent<>{}));
#else
    static_cast<void>(fit_grid(exec::cpp, s, batch(x, 64), 10));
#endif
}

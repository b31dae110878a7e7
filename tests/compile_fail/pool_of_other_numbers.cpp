// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: a pool of floats takes states of floats

#include <diffgen/diffgen.hpp>

#include <vector>

using namespace diffgen;

void network(batch_view<const float>, batch_view<float>, const noise_level&) {}

void admit(std::vector<double>& x) {
    const sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
                    predicts(denoised{}, network), solver::ddim{}};
#ifdef TWIN
    auto pool = s.pool<double>(exec::cpp, x.size());
#else
    auto pool = s.pool(exec::cpp, x.size());
#endif
    pool.admit_from(batch(x, 1), {.steps = 3});
}

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: deleted

#include <diffgen/diffgen.hpp>

#include <vector>

using namespace diffgen;

void network(batch_view<const float>, batch_view<float>, const noise_level&) {}

void run(std::vector<float>& x) {
#ifdef TWIN
    const sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
                    predicts(denoised{}, network), solver::ddim{}};
    static_cast<void>(s.start(exec::cpp, batch(x, 4)));
#else
    static_cast<void>(sampler{
        schedule::linear_beta{}, kernel::variance_preserving{}, predicts(denoised{}, network),
        solver::ddim{}}.start(exec::cpp, batch(x, 4)));
#endif
}

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: this solver refuses steps by the noise that they have
#include <diffgen/diffgen.hpp>

using namespace diffgen;

void use() {
    const gaussian_mixture<1, 1> data{{1}, {{{0}}}, {{{1}}}};
#ifdef TWIN
    const noise::brownian source{};
#else
    const noise::philox source{};
#endif
    [[maybe_unused]] sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, exact(data),
                               solver::adaptive_sde{}, source};
}

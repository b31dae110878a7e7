// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: the 5th part of a sampler is a noise source: trivially copyable
#include <diffgen/diffgen.hpp>

using namespace diffgen;

const auto network = [](auto, auto, const noise_level&) {};

struct source : noise::philox {
#ifndef TWIN
    source() = default;
    source(const source& other) : noise::philox(other) {}
#endif
};
auto s = sampler{schedule::edm{}, kernel::variance_exploding{}, predicts(denoised{}, network),
                 solver::euler{}, source{}};

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: this is not a state; use batch(x, samples)
#include <diffgen/diffgen.hpp>

#include <vector>

using namespace diffgen;

const auto network = [](auto, auto, const noise_level&) {};

void run(std::vector<float>& x) {
    auto s = sampler{schedule::edm{}, kernel::variance_exploding{}, predicts(denoised{}, network),
                     solver::euler{}};
#ifdef TWIN
    s.generate(exec::cpp, batch(x, 4));
#else
    s.generate(exec::cpp, x);
#endif
}

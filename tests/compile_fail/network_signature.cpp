// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: a batched network is called as net(batch_view<const T> in, batch_view<T>
#include <diffgen/diffgen.hpp>

#include <vector>

using namespace diffgen;

#ifdef TWIN
const auto network = [](auto, auto, const noise_level&) {};
#else
const auto network = [](float x) { return x; };
#endif

void run(std::vector<float>& x) {
    auto s = sampler{schedule::edm{}, kernel::variance_exploding{}, predicts(denoised{}, network),
                     solver::euler{}};
    s.generate(exec::cpp, batch(x, 4));
}

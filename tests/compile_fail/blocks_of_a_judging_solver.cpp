// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: this solver judges its steps, each for a whole sample, and chooses its
#include <diffgen/blocks/rules.hpp>
#include <diffgen/diffgen.hpp>

#include <span>
#include <vector>

using namespace diffgen;

struct network {
    template <class In, class Out>
    void operator()(const In&, const Out&, std::span<const noise_level>) const {}
};

#ifdef TWIN
solver::heun method;
#else
solver::adaptive_bogacki_shampine method;
#endif

void go() {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
              predicts(denoised{}, network{}), method};
    std::vector<float> x(4);
    s.generate(exec::cpp, blocks::uniform{2}, batch(x, 1));
}

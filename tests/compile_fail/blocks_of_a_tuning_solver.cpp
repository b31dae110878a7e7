// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: this solver picks a number for each sample from sums over it, and by
// block
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
solver::predictor_corrector method{solver::ancestral{}, solver::langevin{}};
#else
solver::predictor_corrector method{solver::ancestral{}, solver::langevin_corrector{}};
#endif

void go() {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
              predicts(denoised{}, network{}), method};
    std::vector<float> x(4);
    s.generate(exec::cpp, blocks::uniform{2}, batch(x, 1));
}

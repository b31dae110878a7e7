// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: this predictor has a hook that sees whole samples, such as dynamic
#include <diffgen/blocks/rules.hpp>
#include <diffgen/diffgen.hpp>

#include <span>
#include <vector>

using namespace diffgen;

struct network {
    template <class In, class Out>
    void operator()(const In&, const Out&, std::span<const noise_level>) const {}
};

void go() {
#ifdef TWIN
    clipped predictor{predicts(denoised{}, network{}), -1, 1};
#else
    thresholded predictor{predicts(denoised{}, network{})};
#endif
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, predictor, solver::ddim{}};
    std::vector<float> x(4);
    s.generate(exec::cpp, blocks::uniform{2}, batch(x, 1));
}

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: a samplewise functor is told one level of its sample; levels by block
#include <diffgen/blocks/rules.hpp>
#include <diffgen/diffgen.hpp>

#include <array>
#include <vector>

using namespace diffgen;

struct nothing {
    template <class V, class S>
    std::array<V, 4> operator()(std::array<V, 4> x, const level_of<S>&) const {
        return x;
    }
    template <class V, class S>
    V operator()(V x, const level_of<S>&) const {
        return x;
    }
};

void go() {
#ifdef TWIN
    auto predictor = predicts(denoised{}, pointwise{nothing{}});
#else
    auto predictor = predicts(denoised{}, samplewise<4>(nothing{}));
#endif
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, predictor, solver::ddim{}};
    std::vector<float> x(4);
    s.generate(exec::cpp, blocks::uniform{2}, batch(x, 1));
}

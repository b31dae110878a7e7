// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: a functor is called as f(x, level)
#include <diffgen/diffgen.hpp>

#include <array>
#include <vector>

using namespace diffgen;

struct half {
    template <class V, class... Level>
    std::array<V, 2> operator()(std::array<V, 2> x, const Level&...) const
#ifndef TWIN
        requires(sizeof...(Level) == 0)
#endif
    {
        const V a_half = broadcast<V>(0.5f);
        return {a_half * x[0], a_half * x[1]};
    }
};

void f(std::vector<float>& x) {
    const sampler s{schedule::cosine{}, kernel::variance_preserving{},
                    predicts(denoised{}, samplewise<2>(half{})), solver::ddim{}};
    s.generate(exec::cpp, batch(x, 4), {.steps = 2});
}

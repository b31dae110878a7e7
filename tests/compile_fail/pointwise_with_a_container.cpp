// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: a functor in pointwise{...} runs inside the pass, also on a device, and
#include <diffgen/diffgen.hpp>

#include <vector>

using namespace diffgen;

struct scaled {
#ifdef TWIN
    float factors[2];
#else
    std::vector<float> factors;
#endif
    template <class V, class S>
    V operator()(const V& x, const level_of<S>&) const {
        return broadcast<V>(S(factors[0])) * x;
    }
};
auto p = predicts(denoised{}, pointwise(scaled{{1, 2}}));

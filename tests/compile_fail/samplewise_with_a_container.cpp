// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: a functor in samplewise<D>(...) runs inside the pass, also on a device,
#include <diffgen/diffgen.hpp>

#include <array>
#include <vector>

using namespace diffgen;

struct shifted {
#ifdef TWIN
    float by[2];
#else
    std::vector<float> by;
#endif
    template <class V, class S>
    std::array<V, 2> operator()(std::array<V, 2> x, const level_of<S>&) const {
        return {x[0] + broadcast<V>(S(by[0])), x[1]};
    }
};
auto p = predicts(denoised{}, samplewise<2>(shifted{{1, 2}}));

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: a run writes to its state, and the elements of this one are const
#include <diffgen/diffgen.hpp>

#include <vector>

struct network {
    void operator()(auto, auto, const diffgen::noise_level&) const {}
};

void fill(std::vector<float>& x) {
    using namespace diffgen;
    const sampler s{schedule::cosine{}, kernel::variance_preserving{},
                    predicts(epsilon{}, network{}), solver::ddim{}};
#ifdef TWIN
    const batch_view<float> state = batch(x, 2);
#else
    const batch_view<const float> state = batch(x, 2);
#endif
    s.generate(exec::cpp, state, {.steps = 5});
}

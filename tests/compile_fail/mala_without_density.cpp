// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: this solver compares densities
#include <diffgen/diffgen.hpp>

#include <vector>

using namespace diffgen;

struct slope {
    template <class V>
    DIFFGEN_VALUE V operator()(const V& x) const {
        return x;
    }
#ifdef TWIN
    template <class V>
    DIFFGEN_VALUE V energy(const V& x) const {
        return product(product(x, x), broadcast<V>(0.5));
    }
#endif
};

void use() {
    sampler s{schedule::stationary{}, kernel::variance_exploding{}, pointwise_energy(slope{}),
              solver::mala{}};
    std::vector<double> x(4);
    s.generate(exec::cpp, batch(x, 2));
}

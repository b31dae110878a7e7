// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: densities are of a plain predictor
#include <diffgen/density/probability_flow.hpp>
#include <diffgen/guidance/clipped.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/predictor/gaussian_mixture.hpp>
#include <diffgen/schedule/linear_beta.hpp>

#include <vector>

using namespace diffgen;

void use(std::vector<double>& x) {
    const gaussian_mixture<1, 1> data{{1}, {{{0}}}, {{{1}}}};
#ifdef TWIN
    const auto predictor = exact(data);
#else
    const auto predictor = clipped{exact(data)};
#endif
    const density::probability_flow flow{schedule::linear_beta{}, kernel::variance_preserving{},
                                         predictor};
    static_cast<void>(flow.log_density(batch(x, 2)));
}

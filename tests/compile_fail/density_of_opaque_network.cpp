// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: the divergence of this network's flow is not known
#include <diffgen/density/probability_flow.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/schedule/linear_beta.hpp>

#include <algorithm>
#include <vector>

using namespace diffgen;

void use(std::vector<double>& x) {
    auto network = [](const auto& in, const auto& out, const noise_level&) {
        std::copy(in.begin(), in.end(), out.begin());
    };
#ifdef TWIN
    const density::by_differences differentiated(network);
#else
    const auto differentiated = network;
#endif
    density::probability_flow flow{schedule::linear_beta{}, kernel::variance_preserving{},
                                   predicts(velocity{}, differentiated)};
    static_cast<void>(flow.log_density(batch(x, 2)));
}

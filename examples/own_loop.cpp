// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// A run that you drive: the library never calls the network, you do, whenever it suits you. For
// inference servers, frames of a game, networks behind an asynchronous call.

#include <diffgen/diffgen.hpp>

#include "common/ring.hpp"

#include <iostream>
#include <vector>

int main() {
    using namespace diffgen;
    // stands for your network: predicts eps for standard normal data, where eps = sigma x
    const auto network = [](auto in, auto out, const noise_level& level) {
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = static_cast<float>(level.sigma) * in.data[i];
    };
    // [loop]
    const sampler s{schedule::cosine{}, kernel::variance_preserving{}, predicts(epsilon{}, network),
                    solver::heun{}};
    std::vector<float> x(64 * 784);
    const options o{.steps = 20, .seed = 7, .grid = grid::karras{}};
    for (auto run = s.start(exec::cpp, batch(x, 64), o); run; run.advance())
        network(run.input(), run.output(), run.level());
    // [loop]
    std::cout << "first numbers " << x[0] << ' ' << x[1] << ' ' << x[2] << '\n';
}

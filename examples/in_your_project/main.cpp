// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// diffgen in a project of its own: a std::vector, OpenMP, and a network that is called once a step
// for the whole batch.

// [main]
#include <diffgen/diffgen.hpp>

#include <cstdio>
#include <vector>

int main() {
    using namespace diffgen;
    // stands for your network, which predicts eps; this one is right for standard normal data
    const auto network = [](auto in, auto out, const noise_level& level) {
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = static_cast<float>(level.sigma) * in.data[i];
    };
    sampler s{schedule::cosine{}, kernel::variance_preserving{}, predicts(epsilon{}, network),
              solver::ancestral{}};
    std::vector<float> x(64 * 784);  // 64 samples of 784 numbers
    s.generate(exec::omp, batch(x, 64), {.steps = 50, .seed = 7});
    std::printf("%zu samples, the first begins with %.3f\n", x.size() / 784, x[0]);
}
// [main]

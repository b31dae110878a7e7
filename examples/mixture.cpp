// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Ten lines: samples of a mixture of Gaussians, drawn beside its exact density in mixture.png.

#include <diffgen/diffgen.hpp>

#include "common/ring.hpp"

#include <vector>

int main() {
    // [mixture]
    using namespace diffgen;
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, exact(ring::mixture()),
              solver::ancestral{}};
    std::vector<float> x(2 * 1'000'000);  // a million samples of two numbers
    s.generate(exec::cpp, batch(x, 1'000'000), {.steps = 100, .seed = 7});
    // [mixture]
    ring::write_picture<float>("mixture.png", x);
}

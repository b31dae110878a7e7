// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// The mixture in an Eigen array: a column is a sample, nothing is copied.

#include <diffgen/adapt/eigen.hpp>
#include <diffgen/diffgen.hpp>

#include "common/ring.hpp"

#include <iostream>

int main() {
    using namespace diffgen;
    sampler s{schedule::edm{}, kernel::variance_exploding{}, exact(ring::mixture()),
              solver::heun{}};
    Eigen::Array2Xf x(2, 200'000);
    s.generate(exec::cpp, x, {.steps = 20, .seed = 7, .grid = grid::karras{}});

    std::cout << "mean radius " << x.square().colwise().sum().sqrt().mean() << '\n';
    ring::write_picture("mixture_eigen.png",
                        std::span<const float>(x.data(), static_cast<std::size_t>(x.size())));
}

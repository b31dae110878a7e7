// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// The mixture in an xtensor: the first index is the sample, nothing is copied.

#include <diffgen/adapt/xtensor.hpp>
#include <diffgen/diffgen.hpp>

#include "common/ring.hpp"

#include <xtensor/xmath.hpp>

#include <iostream>

int main() {
    using namespace diffgen;
    sampler s{schedule::rectified{.last = 0.999}, kernel::linear_interpolant{},
              exact(ring::mixture()), solver::euler{}};
    xt::xtensor<float, 2> x({200'000, 2});
    s.generate(exec::cpp, x, {.steps = 100, .seed = 7});

    const xt::xtensor<float, 1> mean = xt::mean(x, {0});
    std::cout << "mean " << mean(0) << ' ' << mean(1) << '\n';
    ring::write_picture("mixture_xtensor.png", std::span<const float>(x.data(), x.size()));
}

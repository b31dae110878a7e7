// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// A whole run on the exact score of eight Gaussians in the plane, in one pass. Included by units
// that are compiled with lanes and without, each with names of its own.

#include <diffgen/diffgen.hpp>

#include "../../examples/common/ring.hpp"

#include <vector>

namespace {

constexpr std::size_t mixture_particles = 4096;

/// Draws the particles into x, two numbers each.
void run_mixture(std::vector<float>& x) {
    using namespace diffgen;
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, exact(ring::mixture()),
              solver::euler_maruyama{}};
    s.generate(exec::cpp, batch(x, mixture_particles), {.steps = 20, .seed = 7});
}

}  // namespace

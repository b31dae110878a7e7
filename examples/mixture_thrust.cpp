// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// The mixture in a thrust::device_vector: on a CUDA device when nvcc compiles this file
// (nvcc -x cu), on the host otherwise. The samples are the same.

#include <diffgen/adapt/thrust.hpp>
#include <diffgen/diffgen.hpp>

#include "common/ring.hpp"

#include <thrust/copy.h>
#include <thrust/host_vector.h>

#include <iostream>

int main() {
    using namespace diffgen;
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, exact(ring::mixture()),
              solver::euler_maruyama{}};
#if DIFFGEN_HAS_CUDA
    const auto device = exec::cuda();
#else
    const auto device = exec::cpp;
#endif
    thrust::device_vector<float> x(2 * 200'000);
    s.generate(device, batch(x, 200'000), {.steps = 100, .seed = 7});

    const thrust::host_vector<float> samples = x;
    std::cout << "on " << decltype(device)::name << ", first sample " << samples[0] << ' '
              << samples[1] << '\n';
    ring::write_picture("mixture_thrust.png",
                        std::span<const float>(samples.data(), samples.size()));
}

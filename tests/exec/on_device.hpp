// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// For the CUDA tests: is there a device, and does it give the bits of the host?

#include <diffgen/adapt/thrust.hpp>
#include <diffgen/diffgen.hpp>

#include "bits_equal.hpp"

#include <cuda_runtime.h>
#include <doctest/doctest.h>
#include <thrust/copy.h>

#include <cstddef>
#include <cstdio>
#include <vector>

/// Whether a CUDA device is there. CTest knows the line and calls the test skipped, not passed.
inline bool has_device() {
    int count = 0;
    if (cudaGetDeviceCount(&count) == cudaSuccess && count > 0) return true;
    std::puts("no CUDA device: nothing run");
    return false;
}

template <class T>
std::vector<T> on_host(const thrust::device_vector<T>& x) {
    std::vector<T> out(x.size());
    thrust::copy(x.begin(), x.end(), out.begin());
    return out;
}

/// Runs the sampler on the host and on the device, in one pass and step by step: four times the
/// same bits. An observer is what makes a functor's run go step by step.
template <class T, class Sampler>
void check_same_bits(Sampler s, std::size_t samples, std::size_t elements, diffgen::options o) {
    using namespace diffgen;
    std::vector<T> host(samples * elements);
    s.generate(exec::cpp, batch(host, samples), o);
    for (const bool stepwise : {false, true}) {
        if (stepwise) o.observe.on_step = [](const observation&) { return true; };
        std::vector<T> again(samples * elements);
        s.generate(exec::cpp, batch(again, samples), o);
        thrust::device_vector<T> device(samples * elements);
        s.generate(exec::cuda(), batch(device, samples), o);
        CHECK(differences(host, again) == 0);
        CHECK_MESSAGE(differences(host, on_host(device)) == 0, "stepwise: ", stepwise);
    }
}

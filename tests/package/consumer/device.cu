// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Compiled and linked, never run: the component cuda gives nvcc all it needs.
#include "other.hpp"

#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/system/cuda/execution_policy.h>

#include <array>

static_assert(__cplusplus >= 202002L, "the component asks nvcc for C++20");
static_assert(DIFFGEN_HAS_CUDA == 1);

struct store_sum {
    float* out;
    std::array<float, 2> terms;
    // std::array on the device needs --expt-relaxed-constexpr.
    DIFFGEN_HD void operator()(int i) const { out[i] = terms[0] + terms[1]; }
};

void fill_on_device(float* out, cudaStream_t stream) {
    thrust::for_each_n(thrust::cuda::par.on(stream), thrust::counting_iterator<int>(0), 100,
                       store_sum{out, {1.0f, 2.0f}});
}

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Thrust vectors as states: batch(v, samples). A device_vector lives where Thrust's device system
// is: on a CUDA device when nvcc compiles, else on the host.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/config.hpp>

#include <thrust/device_vector.h>
#include <thrust/host_vector.h>

#include <cstddef>

namespace diffgen::inline DIFFGEN_ABI {

#if DIFFGEN_HAS_CUDA && THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_CUDA
using thrust_device_space = space::cuda;
#else
using thrust_device_space = space::host;
#endif

/// Throws bad_shape where the size is not a multiple of the number of samples.
template <class T, class Allocator>
[[nodiscard]] auto batch(thrust::device_vector<T, Allocator>& v, std::size_t samples) {
    return batch<thrust_device_space>(thrust::raw_pointer_cast(v.data()), v.size(), samples);
}
template <class T, class Allocator>
[[nodiscard]] auto batch(thrust::host_vector<T, Allocator>& v, std::size_t samples) {
    return batch(thrust::raw_pointer_cast(v.data()), v.size(), samples);
}

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/adapt/thrust.hpp>

#include "container_runs.hpp"

#include <doctest/doctest.h>
#include <thrust/device_vector.h>
#include <thrust/host_vector.h>

using namespace diffgen;
using testing::container_samples;
using testing::container_size;
using testing::holds_samples;
using testing::sample_into;

TEST_CASE_TEMPLATE("Thrust vectors are used in place, the same numbers", T, float, double) {
    thrust::host_vector<T> host(container_size);
    CHECK(sample_into(batch(host, container_samples)) == host.data());
    CHECK(holds_samples(host.data()));

    // without a CUDA compiler Thrust's device is the host
    thrust::device_vector<T> device(container_size);
    T* const data = thrust::raw_pointer_cast(device.data());
    CHECK(sample_into(batch(device, container_samples)) == data);
    CHECK(holds_samples(data));
    CHECK_THROWS_AS(static_cast<void>(batch(device, container_size + 1)), bad_shape);
}

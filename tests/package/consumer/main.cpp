// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Thrust before diffgen: the target must have chosen Thrust's device already.
#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/system/cpp/execution_policy.h>

#include <array>
#include <iostream>

static_assert(THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_CPP, "a .cpp file has no CUDA device");

#include "other.hpp"

#if defined(EXPECT_OMP)
#include <thrust/system/omp/execution_policy.h>
static_assert(DIFFGEN_HAS_OMP == 1, "the component omp switches OpenMP on");
#endif
#if defined(EXPECT_TBB)
#include <thrust/system/tbb/execution_policy.h>
static_assert(DIFFGEN_HAS_TBB == 1, "the component tbb switches TBB on");
#endif

namespace {

struct add_index {
    int* values;
    void operator()(int i) const { values[i] += i; }
};

}  // namespace

// Prints the components it was built with. Exit code 0 if each back end visited each element once
// and the error of the other unit is known here.
int main() {
    std::array<int, 100> values{};
    int backends = 0;
    const auto visit = [&](const auto& policy) {
        thrust::for_each_n(policy, thrust::counting_iterator<int>(0), 100,
                           add_index{values.data()});
        ++backends;
    };
    visit(thrust::cpp::par);
    std::cout << "cpp";
#if defined(EXPECT_OMP)
    visit(thrust::omp::par);
    std::cout << " omp";
#endif
#if defined(EXPECT_TBB)
    visit(thrust::tbb::par);
    std::cout << " tbb";
#endif
#if defined(EXPECT_CUDA)
    std::cout << " cuda";
#endif
    for (int i = 0; i < 100; ++i) {
        if (values[static_cast<std::size_t>(i)] != backends * i) return 1;
    }
    try {
        throw_bad_argument();
    } catch (const diffgen::bad_argument&) {
        return 0;
    }
    return 2;
}

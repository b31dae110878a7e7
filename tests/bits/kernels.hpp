// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Every kernel of the library, with its name.

#include <diffgen/kernel/linear_interpolant.hpp>
#include <diffgen/kernel/sub_variance_preserving.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>

namespace testing {

template <class F>
void for_each_kernel(F f) {
    using namespace diffgen::kernel;
    f("variance_preserving", variance_preserving{});
    f("variance_exploding", variance_exploding{});
    f("sub_variance_preserving", sub_variance_preserving{});
    f("linear_interpolant", linear_interpolant{});
}

}  // namespace testing

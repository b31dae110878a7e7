// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Distances between numbers, for the tests: each states the bound that it checks.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace testing {

/// |found - expected| / |expected|; 0 where both are equal (infinities included).
inline double relative_error(double found, double expected) {
    if (found == expected) return 0;
    return std::fabs(found - expected) / std::fabs(expected);
}

/// The largest |a - b| of two containers of one size; infinite for two sizes or a NaN.
template <class A, class B>
double largest_difference(const A& a, const B& b) {
    if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double d = std::fabs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
        if (!(d <= most)) most = std::isnan(d) ? std::numeric_limits<double>::infinity() : d;
    }
    return most;
}

}  // namespace testing

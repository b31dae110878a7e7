// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The gradient of a formula of a few numbers, from the formula alone: it is a template on its
// value, and is evaluated on duals, some directions at a time.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/dual.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI {

/// A number and its derivatives.
struct value_and_gradient {
    double value = 0;
    std::vector<double> gradient{};
};

/// f: template <class V> V operator()(std::span<const V> p) const, on doubles and duals of them.
/// Costs one evaluation of f on dual<double, 8> for each 8 numbers of p.
template <class F>
[[nodiscard]] value_and_gradient forward_gradient(const F& f, std::span<const double> p) {
    constexpr int at_once = 8;
    using number = dual<double, at_once>;
    value_and_gradient result{0, std::vector<double>(p.size())};
    std::vector<number> x(p.size());
    std::size_t first = 0;
    do {
        const std::size_t count = std::min(p.size() - first, std::size_t{at_once});
        for (std::size_t i = 0; i < p.size(); ++i)
            x[i] = number{p[i], {}};
        for (std::size_t n = 0; n < count; ++n)
            x[first + n].tangents[n] = 1;
        const number y = f(std::span<const number>(x));
        result.value = y.primal;
        std::copy_n(y.tangents.begin(), count,
                    result.gradient.begin() + static_cast<std::ptrdiff_t>(first));
        first += count;
    } while (first < p.size());
    return result;
}

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a pushforward begins with: noise that can be drawn, and its log-density.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/family/mapped.hpp>
#include <diffgen/noise/source.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::family {

/// Independent standard normal numbers.
struct standard_normal {
    std::size_t elements = 1;

    /// A column of packs: lane i is sample first + i.
    template <value V, class Source>
    nn::values<V> draw(const Source& source, std::uint64_t first, int count) const {
        using T = scalar_of<V>;
        constexpr int width = value_traits<V>::width;
        const int size = static_cast<int>(elements);
        std::vector<T> numbers(elements * static_cast<std::size_t>(width));
        source.template fill<V>(noise::stream::prior, 0, first * elements, count * size,
                                numbers.data());
        nn::values<V> z(static_cast<extent>(elements), 1);
        for (std::size_t d = 0; d < elements; ++d)
            z.data()[d] = load_strided<V>(numbers.data() + d, size);
        return z;
    }
    /// 1 x N.
    template <class X>
    X log_density(const X& z) const {
        using T = number_of<X>;
        return sum_over_rows(square(z) * T(-0.5) - T(0.918938533204672741780329736405617640));
    }
};

/// Independent numbers, uniform on (low, high); outside the log-density is minus infinity.
struct uniform_noise {
    std::size_t elements = 1;
    double low = 0, high = 1;

    void check() const { require(low < high, "uniform noise on (", low, ", ", high, ")"); }
    template <value V, class Source>
    nn::values<V> draw(const Source& source, std::uint64_t first, int count) const {
        using T = scalar_of<V>;
        std::vector<T> numbers(static_cast<std::size_t>(value_traits<V>::width));
        nn::values<V> z(static_cast<extent>(elements), 1);
        for (std::size_t d = 0; d < elements; ++d) {
            for (int i = 0; i < count; ++i)
                numbers[static_cast<std::size_t>(i)] = static_cast<T>(
                    low +
                    (high - low) * source.template uniform<double>(
                                       noise::stream::prior, 0,
                                       (first + static_cast<std::uint64_t>(i)) * elements + d));
            z.data()[d] = load<V>(numbers.data());
        }
        return z;
    }
    template <class X>
    X log_density(const X& z) const {
        using T = number_of<X>;
        const X inside = filled_like(z, T(-std::log(high - low)));
        const T outside = -std::numeric_limits<T>::infinity();
        return sum_over_rows(select(z < T(low), outside, select(z > T(high), outside, inside)));
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::family

#include <diffgen/core/with_macros.hpp>

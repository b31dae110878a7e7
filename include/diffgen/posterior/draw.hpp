// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Samples of a mixture, by numbers that the seed and the sample's number decide.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/noise/source.hpp>
#include <diffgen/posterior/mixture.hpp>

#include <cstdint>

namespace diffgen::inline DIFFGEN_ABI::posterior {

/// `count` exact samples, a column each. Sample i is that of number `first` + i of the seed's whole
/// sequence. Throws bad_argument unless count is above 0.
[[nodiscard]] inline matrix draw(const mixture& m, Index count, std::uint64_t seed,
                                 std::uint64_t first = 0) {
    require(count > 0, "draw of ", count, " samples of a mixture; must be above 0");
    const noise::philox random{seed};
    const auto d = static_cast<std::uint64_t>(m.dimension());
    matrix x(m.dimension(), count);
    for (Index i = 0; i < count; ++i) {
        const std::uint64_t number = first + static_cast<std::uint64_t>(i);
        double left = random.uniform<double>(noise::stream::data, 0, number);
        Index k = 0;
        while (k + 1 < m.components() && left >= m.weights()[k])
            left -= m.weights()[k++];
        vector z(m.dimension());
        for (std::uint64_t e = 0; e < d; ++e)
            z[static_cast<Index>(e)] =
                random.normal<double>(noise::stream::data, 1, number * d + e);
        x.col(i) =
            m.means().col(k) + m.from_axes(k, m.variances().col(k).cwiseSqrt().cwiseProduct(z));
    }
    return x;
}

}  // namespace diffgen::inline DIFFGEN_ABI::posterior

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Guidance that is weaker where the condition changes much (MAMBO-G, magnitude-aware mitigation,
// 2025): the weight falls exponentially with the relative size of the difference.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/math.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/guidance/merging.hpp>
#include <diffgen/guidance/of_rows.hpp>

#include <cmath>
#include <cstddef>

namespace diffgen::inline DIFFGEN_ABI {

namespace detail {

/// exp(-alpha |c - u| / |u|); 0 where u = 0 and c is not.
template <class View>
[[nodiscard]] double magnitude_damping(const View& x, std::size_t n, double alpha) {
    const auto d = [&](std::size_t i) { return x(0, i) - x(1, i); };
    const auto u = [&](std::size_t i) { return x(1, i); };
    const double d2 = sum_of_products(n, d, d);
    return d2 == 0 ? 1 : diffgen::exp(-alpha * std::sqrt(d2 / sum_of_products(n, u, u)));
}

}  // namespace detail

/// u + (1 + (w - 1) E) (c - u) with E = exp(-alpha |c - u| / |u|) over the sample, in what the
/// network predicts: alpha = 0 is classifier_free, and a large alpha the conditional network.
/// Throws bad_argument unless w and alpha are finite and alpha is not negative.
struct magnitude_aware {
    static constexpr int inputs = 2;

    of_rows w = 10;
    double alpha = 8;

    void check() const {
        w.check("magnitude_aware with w");
        detail::require(detail::is_not_negative(alpha), "magnitude_aware with alpha = ", alpha,
                        "; must be 0 or above");
    }
    template <class Space>
    void check_batch(std::size_t samples, std::size_t /*elements*/) const {
        w.check_batch("w of magnitude_aware", samples);
    }

    template <class T>
    void merge(const guidance_row<T>& row) const {
        const auto x = row.in(merged_in::prediction);
        const double weight =
            1 + product(w.at(row.sample) - 1, detail::magnitude_damping(x, row.size, alpha));
        for (std::size_t i = 0; i < row.size; ++i)
            x.write(i, x(1, i) + product(weight, x(0, i) - x(1, i)));
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>

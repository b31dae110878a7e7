// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// CFG-Zero* (Fan et al. 2025, CFG-Zero*: improved classifier-free guidance for flow matching
// models): the unconditional velocity is scaled to fit the conditional one, and the first steps may
// stand still.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/guidance/merging.hpp>
#include <diffgen/guidance/of_rows.hpp>

#include <cmath>
#include <cstddef>
#include <limits>

namespace diffgen::inline DIFFGEN_ABI {

namespace detail {

/// The factor s with which s u is nearest to c, c.u / u.u; `extra` is added to the denominator.
[[nodiscard]] inline double zero_star_factor(const branch_products& p, double extra = 0) {
    const double norm2 = p.uu + extra;
    return norm2 == 0 ? 0 : p.cu / norm2;
}

}  // namespace detail

/// s u + w (c - s u) with s = c.u / |u|^2 over the sample (Fan et al. 2025, eqs. 7 to 9), in what
/// the network predicts, which in the paper is a velocity. At times of the schedule from zero_from
/// on the prediction is 0 ("zero-init", for which the paper takes the first step); by default
/// nowhere. Throws bad_argument unless w is finite and zero_from is not NaN.
struct zero_star {
    static constexpr int inputs = 2;

    of_rows w = 5;
    double zero_from = std::numeric_limits<double>::infinity();

    void check() const {
        w.check("zero_star with w");
        detail::require(!std::isnan(zero_from), "zero_star with zero_from = ", zero_from,
                        "; must be a time");
    }
    template <class Space>
    void check_batch(std::size_t samples, std::size_t /*elements*/) const {
        w.check_batch("w of zero_star", samples);
    }

    template <class T>
    void merge(const guidance_row<T>& row) const {
        const auto x = row.in(merged_in::prediction);
        const bool is_zero = row.level->t >= zero_from;
        const double s = detail::zero_star_factor(branch_products::of(x, row.size));
        const double of_c = w.at(row.sample), of_u = (1 - of_c) * s;
        for (std::size_t i = 0; i < row.size; ++i)
            x.write(i, is_zero ? 0 : product(of_u, x(1, i)) + product(of_c, x(0, i)));
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>

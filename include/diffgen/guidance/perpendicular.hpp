// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Negative prompts that take nothing from the positive one (Perp-Neg, Armandpour et al. 2023,
// Re-imagine the negative prompt algorithm).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/guidance/merging.hpp>
#include <diffgen/guidance/of_rows.hpp>

#include <array>
#include <cmath>
#include <cstddef>

namespace diffgen::inline DIFFGEN_ABI {

/// u + w (d - sum_i v_i p_i) with d = c - u and p_i the part of n_i - u that is perpendicular to d
/// over the sample (Armandpour et al. 2023, eq. 8), in what the network predicts. Branch 0 is c,
/// the positive condition; branches 1 to Negatives are the n_i; the last one is u, without any.
/// Throws bad_argument unless w and the v_i are finite.
template <int Negatives = 1>
struct perpendicular {
    static_assert(Negatives >= 1, "diffgen: perpendicular{...} has a negative condition");
    static constexpr int inputs = Negatives + 2;

    of_rows w = 7.5;
    std::array<double, std::size_t{Negatives}> negative = ones();  ///< the weights v_i

    void check() const {
        w.check("perpendicular with w");
        for (const double v : negative)
            detail::require(std::isfinite(v), "perpendicular with the negative weight ", v,
                            "; must be finite, and above 0 leads away from the condition");
    }
    template <class Space>
    void check_batch(std::size_t samples, std::size_t /*elements*/) const {
        w.check_batch("w of perpendicular", samples);
    }

    template <class T>
    void merge(const guidance_row<T>& row) const {
        const auto x = row.in(merged_in::prediction);
        constexpr int none = Negatives + 1;
        const auto d = [&](std::size_t i) { return x(0, i) - x(none, i); };
        const double norm2 = sum_of_products(row.size, d, d);
        double of_d = 1;  // the parts of the negative directions along d are given back
        for (int n = 0; n < Negatives; ++n) {
            const auto away = [&](std::size_t i) { return x(n + 1, i) - x(none, i); };
            if (norm2 > 0)
                of_d += negative[std::size_t(n)] * (sum_of_products(row.size, away, d) / norm2);
        }
        for (std::size_t i = 0; i < row.size; ++i) {
            double direction = product(of_d, d(i));
            for (int n = 0; n < Negatives; ++n)
                direction -= product(negative[std::size_t(n)], x(n + 1, i) - x(none, i));
            x.write(i, x(none, i) + product(w.at(row.sample), direction));
        }
    }

  private:
    [[nodiscard]] static constexpr std::array<double, std::size_t{Negatives}> ones() {
        std::array<double, std::size_t{Negatives}> v{};
        for (double& each : v)
            each = 1;
        return v;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The mixtures that several tests share.

#include <diffgen/predictor/gaussian_mixture.hpp>

namespace testing {

inline constexpr diffgen::gaussian_mixture<2, 3> three_in_2d{
    {0.2, 0.5, 0.3},
    {{{-1, 0.5}, {0.8, 0.9}, {0.1, -1.2}}},
    {{{0.2, 0.3}, {0.3, 0.15}, {0.25, 0.25}}}};

/// Five elements: no multiple of a block of noise, of a lane or of a tile.
inline constexpr diffgen::gaussian_mixture<5, 2> two_in_5d{
    {0.35, 0.65},
    {{{-1, 0.5, 0.2, 0, 1.1}, {0.8, 0.9, -0.7, 0.4, -0.3}}},
    {{{0.2, 0.3, 0.1, 0.5, 0.25}, {0.3, 0.15, 0.4, 0.2, 0.6}}}};

/// Of mean zero, so that a prior N(0, sigma^2) differs from the marginal in second order only.
inline constexpr diffgen::gaussian_mixture<2, 3> centred_in_2d{
    {0.2, 0.5, 0.3},
    {{{-1.5, 1}, {0.9, 0.2}, {-0.5, -1}}},
    {{{0.2, 0.3}, {0.3, 0.15}, {0.25, 0.25}}}};

/// The same in ten dimensions: the means' weighted sum is zero, element by element.
inline constexpr diffgen::gaussian_mixture<10, 3> centred_in_10d = [] {
    diffgen::gaussian_mixture<10, 3> m{{0.2, 0.5, 0.3}, {}, {}};
    for (std::size_t d = 0; d < 10; ++d) {
        const double turn = d % 2 == 0 ? 1 : -1, e = static_cast<double>(d);
        m.means[0][d] = 0.6 * turn;
        m.means[1][d] = 0.3 - 0.06 * e;
        m.means[2][d] = -(0.2 * m.means[0][d] + 0.5 * m.means[1][d]) / 0.3;
        for (std::size_t k = 0; k < 3; ++k)
            m.variances[k][d] = 0.2 + 0.02 * e + 0.05 * static_cast<double>(k);
    }
    return m;
}();

}  // namespace testing

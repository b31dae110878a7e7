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

}  // namespace testing

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the distribution tests of Langevin dynamics aim at: a mixture in two dimensions at one noise
// level, where the barriers between its components are low.
//
// False alarms: below 1e-9 a check (mixture_statistics.hpp). Power: with 60,000 samples a variance
// 8 % off moves the energy statistic by 0.08 sqrt(60,000) = 20, of which the overlap of the
// components at this noise hides a quarter: 7 deviations beyond the threshold.

#include <diffgen/core/config.hpp>
#include <diffgen/core/noise_level.hpp>

#include "mixture_statistics.hpp"
#include "mixtures.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

namespace testing::one_level {

inline constexpr std::size_t samples = 60000;
inline constexpr double sigma = 0.8;

inline const diffgen::noise_level level{sigma, -2 * std::log(sigma), 1, sigma, sigma};
inline const auto target = marginal_mixture(centred_in_2d, level);

inline void check(const std::vector<float>& x) {
    CHECK(largest_z(x, target) < largest_fair_z);
    CHECK(largest_z(x, bent(target, 1.08, 0)) > largest_fair_z);
    CHECK(largest_z(x, bent(target, 1 / 1.08, 0)) > largest_fair_z);
    CHECK(largest_z(x, bent(target, 1, 0.06)) > largest_fair_z);
}

/// Gradient of -log of the density of data + sigma eps: (x - E[data | x]) / sigma^2.
struct energy_gradient {
    decltype(centred_in_2d)::bound<float> exact;

    template <class V>
    DIFFGEN_VALUE std::array<V, 2> operator()(const std::array<V, 2>& x) const {
        std::array<V, 2> g = exact(x);
        for (std::size_t d = 0; d < 2; ++d)
            g[d] = (x[d] - g[d]) * static_cast<float>(1 / (sigma * sigma));
        return g;
    }
};

/// By its energy.
inline energy_gradient gradient() {
    return {centred_in_2d.bind(diffgen::cast_level<float>(level))};
}

}  // namespace testing::one_level

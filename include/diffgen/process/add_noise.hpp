// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The forward process in one step: q(x_t | x_0) = N(alpha x_0, sigma^2 I) (Ho et al. 2020, eq. 4).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/core/noise_level.hpp>

namespace diffgen::inline DIFFGEN_ABI {

/// alpha x_0 + sigma eps, on a scalar or a pack.
template <class V, class S>
[[nodiscard]] DIFFGEN_VALUE V add_noise(const level_of<S>& l, const V& x0, const V& eps) {
    return fma(broadcast<V>(l.alpha), x0, broadcast<V>(l.sigma) * eps);
}

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>

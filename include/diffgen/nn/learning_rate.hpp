// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Learning rates as functions of the step number, which counts from 0.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace diffgen::inline DIFFGEN_ABI::nn {

namespace detail {

/// Rises in equal parts to 1 at step `warm_up` - 1.
inline double warmed_up(std::int64_t step, std::int64_t warm_up) {
    return step + 1 < warm_up ? static_cast<double>(step + 1) / static_cast<double>(warm_up) : 1.0;
}

}  // namespace detail

/// The same rate at every step after the warm-up.
struct constant_rate {
    double rate = 1e-3;
    std::int64_t warm_up = 0;

    double operator()(std::int64_t step) const { return rate * detail::warmed_up(step, warm_up); }
};

/// Half a cosine from `rate` at step 0 to `last` at step `steps` (Loshchilov and Hutter 2017, eq.
/// 5).
struct cosine_rate {
    double rate = 1e-3;
    std::int64_t steps = 1000;
    std::int64_t warm_up = 0;
    double last = 0;

    double operator()(std::int64_t step) const {
        const double part = std::min(1.0, static_cast<double>(step) / static_cast<double>(steps));
        return (last + 0.5 * (rate - last) * (1 + std::cos(std::numbers::pi * part))) *
               detail::warmed_up(step, warm_up);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>

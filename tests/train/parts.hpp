// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A process whose every number has a closed form, for the tests of the objectives.

#include <diffgen/core/noise_level.hpp>

#include <cmath>
#include <numbers>

namespace parts {

/// alpha = cos(pi t / 2), sigma = sin(pi t / 2): dx = f x dt + g dw with g^2 = pi tan(pi t / 2).
struct cosine {
    diffgen::noise_level level(double t) const {
        const double angle = 0.5 * std::numbers::pi * t;
        return {t, -2 * std::log(std::tan(angle)), std::cos(angle), std::sin(angle), t};
    }
    diffgen::noise_level level_of_log_snr(double log_snr) const {
        return level(2 / std::numbers::pi * std::atan(std::exp(-0.5 * log_snr)));
    }
    double diffusion_squared(double t) const {
        return std::numbers::pi * std::tan(0.5 * std::numbers::pi * t);
    }
    double t_min() const { return 0.01; }
    double t_max() const { return 0.99; }
};

}  // namespace parts

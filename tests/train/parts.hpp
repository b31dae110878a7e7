// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A process and predictions as the objectives see them, written out for the tests.

#include <cmath>
#include <numbers>

namespace parts {

struct level_type {
    double t, log_snr, alpha, sigma;
};

/// alpha = cos(pi t / 2), sigma = sin(pi t / 2): dx = f x dt + g dw with g^2 = pi tan(pi t / 2).
struct cosine {
    level_type level(double t) const {
        const double angle = 0.5 * std::numbers::pi * t;
        return {t, -2 * std::log(std::tan(angle)), std::cos(angle), std::sin(angle)};
    }
    level_type level_at(double log_snr) const {
        return level(2 / std::numbers::pi * std::atan(std::exp(-0.5 * log_snr)));
    }
    double diffusion_squared(double t) const {
        return std::numbers::pi * std::tan(0.5 * std::numbers::pi * t);
    }
    double t_min() const { return 0.01; }
    double t_max() const { return 0.99; }
};

struct conversion_type {
    double input, state, output;
};

struct epsilon {
    conversion_type to_denoised(const level_type& l) const {
        return {1, 1 / l.alpha, -l.sigma / l.alpha};
    }
};

struct denoised {
    conversion_type to_denoised(const level_type&) const { return {1, 0, 1}; }
};

struct velocity {
    conversion_type to_denoised(const level_type& l) const { return {1, l.alpha, -l.sigma}; }
};

struct score {
    conversion_type to_denoised(const level_type& l) const {
        return {1, 1 / l.alpha, l.sigma * l.sigma / l.alpha};
    }
};

struct flow {
    conversion_type to_denoised(const level_type& l) const {
        return {1, 1 / (l.alpha + l.sigma), -l.sigma / (l.alpha + l.sigma)};
    }
};

struct edm {
    double sigma_data = 0.5;
    conversion_type to_denoised(const level_type& l) const {
        const double s = l.sigma / l.alpha, norm2 = s * s + sigma_data * sigma_data;
        return {1 / (l.alpha * std::sqrt(norm2)), sigma_data * sigma_data / (norm2 * l.alpha),
                s * sigma_data / std::sqrt(norm2)};
    }
};

struct log_snr {
    double operator()(const level_type& l) const { return l.log_snr; }
};

}  // namespace parts

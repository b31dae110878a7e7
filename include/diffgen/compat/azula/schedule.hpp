// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The schedules of azula (azula/noise.py): alpha and sigma as functions of t from 0 to 1, the noise
// of t = 0 not 0. A step of theirs between two times.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/unsupported.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/posterior/matrices.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::azula {

using posterior::Index;
using posterior::matrix;
using posterior::vector;

struct schedule {
    enum class kind { vp, cosine, ve, rectified, decay };
    kind form = kind::vp;
    double alpha_min = 1e-3, sigma_min = 1e-3;  ///< alpha at t = 1; noise at t = 0
    double sigma_max = 1e3;                     ///< of ve
    double gamma = 0.1;                         ///< of decay

    [[nodiscard]] noise_level level(double t) const {
        const auto [alpha, sigma] = scales(t);
        return {.t = t,
                .log_snr = 2 * std::log(alpha / sigma),
                .alpha = alpha,
                .sigma = sigma,
                .network_time = t};
    }
    /// linspace(start, stop, steps + 1).
    [[nodiscard]] std::vector<noise_level> levels(double start, double stop, int steps) const {
        require(steps >= 1, "a run of ", steps, " steps; must be 1 or more");
        std::vector<noise_level> all;
        for (int i = 0; i <= steps; ++i)
            all.push_back(level(start + i * (stop - start) / steps));
        return all;
    }

  private:
    struct pair {
        double alpha, sigma;
    };
    [[nodiscard]] pair scales(double t) const {
        const auto preserved = [&](double a) {
            return pair{a, std::sqrt(1 - a * a + sigma_min * sigma_min)};
        };
        const auto straight = [&](double u) {
            return pair{u * alpha_min + 1 - u, u + (1 - u) * sigma_min};
        };
        switch (form) {
            case kind::vp:
                return preserved(std::exp(std::log(alpha_min) * t * t));
            case kind::cosine:
                return preserved(std::cos(t * std::acos(alpha_min)));
            case kind::ve:
                return {1, std::pow(sigma_min, 1 - t) * std::pow(sigma_max, t)};
            case kind::rectified:
                return straight(t);
            case kind::decay:
                break;
        }
        return straight((1 - std::pow(gamma, t)) / (1 - gamma));
    }
};

/// The share of the noise that a step with noise replaces: eta (1 - (alpha_t sigma_s / (alpha_s
/// sigma_t))^2), clipped to [0, 1]. So eta is the square of that of DDIM's paper.
[[nodiscard]] inline double replaced(double eta, const noise_level& from, const noise_level& to) {
    const double ratio = from.alpha / to.alpha * to.sigma / from.sigma;
    return std::clamp(eta * (1 - ratio * ratio), 0., 1.);
}

/// DDIM's step of every column, from x and D at `from`; z as many normals as x.
[[nodiscard]] inline matrix ddim_step(double eta, const noise_level& from, const noise_level& to,
                                      const matrix& x, const matrix& denoised, const matrix& z) {
    const double tau = replaced(eta, from, to);
    return to.alpha * denoised +
           to.sigma * std::sqrt(1 - tau) * (x - from.alpha * denoised) / from.sigma +
           to.sigma * std::sqrt(tau) * z;
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::azula

#include <diffgen/core/with_macros.hpp>

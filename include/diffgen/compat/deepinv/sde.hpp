// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The diffusions of deepinv (deepinv/sampling/diffusion_sde.py): x_t = c(t) (x_0 + s(t) eps), with
// the drift factor f and the squared diffusion g2 of the forward SDE.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::compat::deepinv {

struct sde {
    enum class kind { vp, ve, flow };
    kind form = kind::vp;
    double beta_min = 0.1, beta_max = 20;
    bool scaled_linear = false;
    double sigma_min = 0.005, sigma_max = 5;

    [[nodiscard]] double scale(double t) const {
        switch (form) {
            case kind::vp:
                return std::exp(-integral(t) / 2);
            case kind::flow:
                return 1 - t;
            case kind::ve:
                break;
        }
        return 1;
    }
    [[nodiscard]] double noise(double t) const {
        switch (form) {
            case kind::vp: {
                const double c = scale(t);
                return std::sqrt(1 / (c * c) - 1);
            }
            case kind::flow:
                return t / (1 - t);
            case kind::ve:
                break;
        }
        return sigma_min * std::pow(sigma_max / sigma_min, t);
    }
    [[nodiscard]] double drift(double t) const {
        switch (form) {
            case kind::vp:
                return -beta(t) / 2;
            case kind::flow:
                return -1 / (1 - t);
            case kind::ve:
                break;
        }
        return 0;
    }
    [[nodiscard]] double diffusion_squared(double t) const {
        switch (form) {
            case kind::vp:
                return beta(t);
            case kind::flow:
                return 2 * t / (1 - t);
            case kind::ve:
                break;
        }
        const double s = noise(t);
        return 2 * s * s * std::log(sigma_max / sigma_min);
    }

  private:
    [[nodiscard]] double beta(double t) const {
        if (!scaled_linear) return beta_min + t * (beta_max - beta_min);
        const double root = std::sqrt(beta_min) + t * (std::sqrt(beta_max) - std::sqrt(beta_min));
        return root * root;
    }
    /// Of beta from 0 to t.
    [[nodiscard]] double integral(double t) const {
        if (!scaled_linear) return beta_min * t + t * t * (beta_max - beta_min) / 2;
        const double r = std::sqrt(beta_min), q = std::sqrt(beta_max) - r;
        return r * r * t + r * q * t * t + q * q * t * t * t / 3;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::deepinv

#include <diffgen/core/with_macros.hpp>

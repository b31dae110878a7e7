// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Langevin dynamics at a fixed noise level of the prior: the unadjusted algorithm with a denoiser
// (Laumont et al. 2022, PnP-ULA) and its stabilised relative SK-ROCK (Pereyra, Vargas Mieles and
// Zygalakis 2020), for which stiff measurements take longer steps.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/posterior/estimator.hpp>
#include <diffgen/posterior/measured.hpp>

#include <cmath>
#include <utility>

namespace diffgen::inline DIFFGEN_ABI::posterior {

/// The level of x + sigma eps: what a denoiser of plain noise is asked.
[[nodiscard]] inline noise_level exploding_level(double sigma) {
    return {.t = sigma, .log_snr = -2 * std::log(sigma), .alpha = 1, .sigma = sigma};
}

/// -log p(x | y) up to a constant, where the prior is that of the data with noise of deviation
/// `sigma` on them, to the power `strength`.
template <class Predictor, class Operator>
class smoothed_posterior {
  public:
    /// Throws bad_argument unless sigma and the noise of the measurement are above 0.
    smoothed_posterior(Predictor p, measured<Operator> m, double sigma, double strength = 1)
        : estimator_(std::move(p)), measured_(std::move(m)), sigma_(sigma), strength_(strength) {
        require(detail::is_positive(sigma) && measured_.sigma() > 0,
                "Langevin dynamics with noise of ", sigma, " on the prior and ", measured_.sigma(),
                " on the measurement; must both be above 0");
    }

    /// Of every column: A'(A x - y) / sigma_y^2 + strength (x - D(x)) / sigma^2. One evaluation.
    [[nodiscard]] matrix gradient(const matrix& x) {
        const matrix d = estimator_.denoised(x, exploding_level(sigma_));
        return -measured_.adjoint(measured_.residual(x)) / measured_.variance() +
               strength_ / (sigma_ * sigma_) * (x - d);
    }

  private:
    estimator<Predictor> estimator_;
    measured<Operator> measured_;
    double sigma_, strength_;
};

/// x - h grad + sqrt(2 h) z. One gradient a step; stable for h below 2 / L, L the largest
/// curvature. Its stationary law is off by order h.
struct ula {
    double step = 1e-3;

    void check() const {
        require(detail::is_positive(step), "ula with step = ", step, "; must be above 0");
    }
    template <class Target>
    [[nodiscard]] matrix operator()(Target& target, const matrix& x, const matrix& z) const {
        return x - step * target.gradient(x) + std::sqrt(2 * step) * z;
    }
};

/// A Chebyshev recursion of `stages` gradients whose step may be about stages^2 times as long.
struct sk_rock {
    double step = 1e-2;
    int stages = 10;
    double eta = 0.05;  ///< damping

    void check() const {
        require(detail::is_positive(step) && stages >= 2 && detail::is_positive(eta),
                "sk_rock with step = ", step, ", stages = ", stages, ", eta = ", eta,
                "; stages must be 2 or more, the others above 0");
    }
    template <class Target>
    [[nodiscard]] matrix operator()(Target& target, const matrix& x, const matrix& z) const {
        const double n = stages, w0 = 1 + eta / (n * n), angle = std::acosh(w0);
        const auto T = [&](int k) { return std::cosh(k * angle); };
        const double w1 = T(stages) * std::sqrt(w0 * w0 - 1) / (n * std::sinh(n * angle));
        const matrix noise = std::sqrt(2 * step) * z;
        matrix before = x;
        matrix now =
            x - w1 / w0 * step * target.gradient(x + n * w1 / 2 * noise) + n * w1 / w0 * noise;
        for (int j = 2; j <= stages; ++j) {
            const double nu = 2 * w0 * T(j - 1) / T(j);
            const matrix next = -2 * w1 * T(j - 1) / T(j) * step * target.gradient(now) + nu * now +
                                (1 - nu) * before;
            before = now;
            now = next;
        }
        return now;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::posterior

#include <diffgen/core/with_macros.hpp>

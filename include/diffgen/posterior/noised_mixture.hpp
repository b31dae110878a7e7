// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A Gaussian mixture at one noise level, x_t = alpha x_0 + sigma eps: density and score of x_t,
// mean and covariance of x_0 given x_t, and the derivatives of score and mean, all in closed form.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/posterior/gaussian_components.hpp>

#include <cmath>
#include <utility>

namespace diffgen::inline DIFFGEN_ABI::posterior {

/// Component k of x_t is N(alpha m_k, alpha^2 C_k + sigma^2 I). Refers to the components. One value
/// serves any number of points; every result depends on its point alone.
class noised_mixture {
  public:
    /// Throws bad_argument unless alpha and sigma are finite and not negative, and where there is
    /// neither noise nor variance on an axis.
    noised_mixture(const gaussian_components& parts, double alpha, double sigma)
        : parts_(&parts), alpha_(alpha), sigma_(sigma) {
        require(detail::is_not_negative(alpha) && detail::is_not_negative(sigma),
                "a mixture at alpha = ", alpha, ", sigma = ", sigma,
                "; must be finite and not negative");
        const matrix total = (alpha * alpha * parts.variances().array() + sigma * sigma).matrix();
        require(total.minCoeff() > 0, "a mixture at alpha = ", alpha, ", sigma = ", sigma,
                " has an axis without variance, and so no density");
        precisions_ = total.cwiseInverse();
        gains_ = alpha * parts.variances().cwiseProduct(precisions_);
        constexpr double half_log_two_pi = 0.918938533204672741780;
        constants_ = parts.weights().array().log().matrix();
        constants_ -= 0.5 * total.array().log().matrix().colwise().sum().transpose();
        constants_.array() -= half_log_two_pi * static_cast<double>(parts.dimension());
    }

    /// log p(x_t), normalised.
    [[nodiscard]] double log_density(const vector_ref& x) const { return at(x).log_density; }

    /// The probability of each component given x_t.
    [[nodiscard]] vector shares(const vector_ref& x) const { return at(x).shares; }

    struct density_and_shares {
        double log_density;
        vector shares;
    };
    [[nodiscard]] density_and_shares log_density_and_shares(const vector_ref& x) const {
        point p = at(x);
        return {p.log_density, std::move(p.shares)};
    }

    /// The gradient of log p(x_t) in x_t.
    [[nodiscard]] vector score(const vector_ref& x) const {
        const point p = at(x);
        vector sum = vector::Zero(x.size());
        for_each(p, [&](Index k, double share) { sum += share * score_of(p, k); });
        return sum;
    }

    /// The Hessian of log p(x_t).
    [[nodiscard]] matrix hessian(const vector_ref& x) const {
        const point p = at(x);
        vector mean = vector::Zero(x.size());
        for_each(p, [&](Index k, double share) { mean += share * score_of(p, k); });
        matrix sum = matrix::Zero(x.size(), x.size());
        for_each(p, [&](Index k, double share) {
            const vector off = score_of(p, k) - mean;
            sum += share * (off * off.transpose() - parts_->spread(k, precisions_.col(k)));
        });
        return sum;
    }

    /// E[x_0 | x_t].
    [[nodiscard]] vector denoised(const vector_ref& x) const {
        const point p = at(x);
        vector sum = vector::Zero(x.size());
        for_each(p, [&](Index k, double share) { sum += share * mean_of(p, k); });
        return sum;
    }

    /// Cov[x_0 | x_t].
    [[nodiscard]] matrix covariance(const vector_ref& x) const {
        const point p = at(x);
        const vector mean = denoised(x);
        matrix sum = matrix::Zero(x.size(), x.size());
        for_each(p, [&](Index k, double share) {
            // C - C S^-1 C alpha^2 on an axis is v sigma^2 / (alpha^2 v + sigma^2).
            const vector rest =
                sigma_ * sigma_ * parts_->variances().col(k).cwiseProduct(precisions_.col(k));
            const vector off = mean_of(p, k) - mean;
            sum += share * (parts_->spread(k, rest) + off * off.transpose());
        });
        return sum;
    }

    /// J v with J the derivative of E[x_0 | x_t] in x_t, which is alpha Cov[x_0 | x_t] / sigma^2.
    [[nodiscard]] vector jvp(const vector_ref& x, const vector_ref& v) const {
        detail::check_size("the vector of a Jacobian's product", v.size(), parts_->dimension());
        const point p = at(x);
        // The shares change by shares (score_k - score)' v; at sigma = 0 this still has a value.
        double mean_slope = 0;
        for_each(p, [&](Index k, double share) { mean_slope += share * score_of(p, k).dot(v); });
        vector sum = vector::Zero(x.size());
        for_each(p, [&](Index k, double share) {
            const vector along = parts_->along_axes(k, v);
            sum += share * (parts_->from_axes(k, gains_.col(k).cwiseProduct(along)) +
                            (score_of(p, k).dot(v) - mean_slope) * mean_of(p, k));
        });
        return sum;
    }
    /// J' v. The Jacobian of a denoiser that is exact is symmetric.
    [[nodiscard]] vector vjp(const vector_ref& x, const vector_ref& v) const { return jvp(x, v); }

    /// The trace of J.
    [[nodiscard]] double divergence(const vector_ref& x) const {
        const point p = at(x);
        vector mean_score = vector::Zero(x.size());
        for_each(p, [&](Index k, double share) { mean_score += share * score_of(p, k); });
        double sum = 0;
        for_each(p, [&](Index k, double share) {
            sum += share * (gains_.col(k).sum() + (score_of(p, k) - mean_score).dot(mean_of(p, k)));
        });
        return sum;
    }

    [[nodiscard]] double alpha() const { return alpha_; }
    [[nodiscard]] double sigma() const { return sigma_; }

  private:
    /// A point, in the axes of every component, and what of it belongs to which.
    struct point {
        matrix offsets;  ///< Q' (x - alpha m), a column each component
        vector shares;
        double log_density;
    };

    [[nodiscard]] point at(const vector_ref& x) const {
        detail::check_size("a point of a mixture", x.size(), parts_->dimension());
        point p{matrix(x.size(), parts_->components()), constants_, 0};
        for (Index k = 0; k < parts_->components(); ++k) {
            p.offsets.col(k) = parts_->along_axes(k, x - alpha_ * parts_->means().col(k));
            p.shares[k] -= 0.5 * p.offsets.col(k).cwiseAbs2().dot(precisions_.col(k));
        }
        const double top = p.shares.maxCoeff();
        p.shares = (p.shares.array() - top).exp().matrix();
        const double total = p.shares.sum();
        p.shares /= total;
        p.log_density = top + std::log(total);
        return p;
    }

    [[nodiscard]] vector mean_of(const point& p, Index k) const {
        return parts_->means().col(k) +
               parts_->from_axes(k, gains_.col(k).cwiseProduct(p.offsets.col(k)));
    }
    [[nodiscard]] vector score_of(const point& p, Index k) const {
        return parts_->from_axes(k, -precisions_.col(k).cwiseProduct(p.offsets.col(k)));
    }

    /// Calls f(k, share) for every component that could change a result in double precision.
    template <class F>
    void for_each(const point& p, F f) const {
        constexpr double nothing = 1e-25;
        for (Index k = 0; k < p.shares.size(); ++k)
            if (p.shares[k] > nothing) f(k, p.shares[k]);
    }

    const gaussian_components* parts_;
    double alpha_, sigma_;
    matrix precisions_;  ///< on every axis, a column each component
    matrix gains_;       ///< alpha v / (alpha^2 v + sigma^2)
    vector constants_;   ///< of the components' log densities, with their weights
};

}  // namespace diffgen::inline DIFFGEN_ABI::posterior

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A Gaussian autoregression, and the exact Gaussian of whatever values of a series are missing: of
// the future, or of a gap. It is the bar for forecasts and imputation, and a prior for them.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/posterior/matrices.hpp>
#include <diffgen/posterior/mixture.hpp>

#include <Eigen/Cholesky>
#include <Eigen/QR>

#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::task {

/// The missing values of a window, given the others.
struct missing_values {
    std::vector<posterior::Index> places;  ///< in the window
    posterior::vector mean;
    posterior::matrix covariance;

    /// As a mixture of one component, which is a prior or a network.
    [[nodiscard]] posterior::mixture density() const {
        return posterior::mixture::full(posterior::vector::Ones(1), mean, {covariance});
    }
};

/// x_t = constant + sum_k coefficients[k] x_(t - 1 - k) + e_t, with independent e_t ~ N(0,
/// variance).
class autoregression {
  public:
    /// Throws bad_argument unless there is an order and the variance is above 0, and where a number
    /// is not finite.
    autoregression(posterior::vector coefficients, double constant, double variance)
        : coefficients_(std::move(coefficients)), constant_(constant), variance_(variance) {
        require(coefficients_.size() > 0 && coefficients_.allFinite() && std::isfinite(constant),
                "an autoregression of order ", coefficients_.size(), " with the constant ",
                constant, "; its numbers must be finite, and there is at least one coefficient");
        require(diffgen::detail::is_positive(variance), "an autoregression with the variance ",
                variance, "; must be above 0");
    }

    /// By least squares; the variance is that of the residuals, over values less coefficients.
    /// Throws bad_argument unless order is above 0, bad_shape unless there are more than 2 order +
    /// 1 values, non_finite on a value that is none.
    [[nodiscard]] static autoregression fit(std::span<const double> series,
                                            posterior::Index order) {
        using namespace posterior;
        require(order > 0, "an autoregression of order ", order, "; must be above 0");
        const auto n = static_cast<Index>(series.size());
        if (n <= 2 * order + 1)
            throw bad_shape(diffgen::detail::text("diffgen: an autoregression of order ", order,
                                                  " from ", n, " values; more than ",
                                                  2 * order + 1));
        const Eigen::Map<const vector> x(series.data(), n);
        if (!x.allFinite()) throw non_finite("diffgen: a series with a value that is not finite");
        matrix past(n - order, order + 1);
        past.col(0).setOnes();
        for (Index k = 0; k < order; ++k)
            past.col(k + 1) = x.segment(order - 1 - k, n - order);
        const vector next = x.tail(n - order);
        const vector c = past.colPivHouseholderQr().solve(next);
        const double squares = (next - past * c).squaredNorm();
        return {c.tail(order), c[0], squares / static_cast<double>(n - 2 * order - 1)};
    }

    /// The autoregression of a series whose differences follow this one. Its order is one more.
    [[nodiscard]] autoregression integrated() const {
        const posterior::Index p = order();
        posterior::vector c(p + 1);
        for (posterior::Index k = 0; k <= p; ++k)
            c[k] = (k < p ? coefficients_[k] : 0) - (k > 0 ? coefficients_[k - 1] : -1);
        return {std::move(c), constant_, variance_};
    }

    [[nodiscard]] posterior::Index order() const { return coefficients_.size(); }
    [[nodiscard]] const posterior::vector& coefficients() const { return coefficients_; }
    [[nodiscard]] double constant() const { return constant_; }
    [[nodiscard]] double variance() const { return variance_; }

    /// The exact Gaussian of the values of a window that are NaN, given the others: of the future
    /// where they are at its end. Throws bad_shape unless the first values, as many as the order,
    /// are there, and some others are missing; bad_argument where one is infinite.
    [[nodiscard]] missing_values missing(std::span<const double> window) const {
        using namespace posterior;
        const auto n = static_cast<Index>(window.size());
        const Index p = order();
        missing_values m;
        std::vector<Index> column(window.size(), -1);
        for (Index t = 0; t < n; ++t) {
            const double v = window[static_cast<std::size_t>(t)];
            require(!std::isinf(v), "value ", t, " of a window is ", v);
            if (!std::isnan(v)) continue;
            if (t < p)
                throw bad_shape(diffgen::detail::text("diffgen: value ", t, " of a window is ",
                                                      "missing; an autoregression of order ", p,
                                                      " needs the first ", p));
            column[static_cast<std::size_t>(t)] = static_cast<Index>(m.places.size());
            m.places.push_back(t);
        }
        if (m.places.empty())
            throw bad_shape("diffgen: a window without missing values, which are NaN");
        // e_t = rest_t + sum of factors times missing values; all e_t are N(0, variance)
        matrix factors = matrix::Zero(n - p, static_cast<Index>(m.places.size()));
        vector rest = vector::Constant(n - p, -constant_);
        for (Index t = p; t < n; ++t)
            for (Index k = 0; k <= p; ++k) {
                const auto at = static_cast<std::size_t>(t - k);
                const double factor = k == 0 ? 1 : -coefficients_[k - 1];
                if (column[at] >= 0)
                    factors(t - p, column[at]) += factor;
                else
                    rest[t - p] += factor * window[at];
            }
        const Eigen::LLT<matrix> precision(factors.transpose() * factors);
        require(precision.info() == Eigen::Success, "missing values of a window of ", n,
                " that its other values do not determine to a finite variance");
        const auto size = static_cast<Index>(m.places.size());
        m.mean = precision.solve(-factors.transpose() * rest);
        const matrix inverse = precision.solve(matrix::Identity(size, size));
        m.covariance = 0.5 * variance_ * (inverse + inverse.transpose());
        return m;
    }

  private:
    posterior::vector coefficients_;
    double constant_, variance_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::task

#include <diffgen/core/with_macros.hpp>

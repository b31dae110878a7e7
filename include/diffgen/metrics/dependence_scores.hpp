// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Scores of a forecast of several values by samples that see how the values depend on each other:
// the variogram score (Scheuerer and Hamill 2015, eq. 4) and that of Dawid and Sebastiani (1999).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/metrics/energy_score.hpp>
#include <diffgen/metrics/gaussian_statistics.hpp>
#include <diffgen/metrics/samples.hpp>

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::metrics {

/// sum over all ordered pairs (i, j) of elements of w_ij (|y_i - y_j|^order - mean |x_i -
/// x_j|^order)^2, with samples as columns. Blind to a shift of all values; the energy score is not.
/// Weights are 1 where there are none. Throws bad_shape where values, samples and weights have
/// other sizes, bad_argument without a sample, on an order that is not positive or a negative
/// weight, non_finite on NaN or infinity.
inline double variogram_score(const Eigen::VectorXd& values, const sample_matrix& samples,
                              double order = 0.5, const matrix& weights = {}) {
    detail::check_vector_forecast(values, samples, 1);
    require(diffgen::detail::is_positive(order), "a variogram of order ", order, ", not above 0");
    if (weights.size() != 0) {
        detail::check_mergeable("rows of weights", values.size(), weights.rows());
        detail::check_mergeable("columns of weights", values.size(), weights.cols());
        detail::check_samples("weight", weights, 1);
        require(weights.minCoeff() >= 0, "a weight of ", weights.minCoeff(), " is negative");
    }
    double sum = 0;
    for (Eigen::Index i = 0; i < values.size(); ++i) {
        for (Eigen::Index j = 0; j < values.size(); ++j) {
            const double forecast =
                (samples.row(i) - samples.row(j)).array().abs().pow(order).mean();
            const double gap = std::pow(std::abs(values(i) - values(j)), order) - forecast;
            sum += (weights.size() == 0 ? 1 : weights(i, j)) * gap * gap;
        }
    }
    return sum;
}

/// log det S + (y - m)' S^-1 (y - m), with m and S the mean and the covariance (over one less than
/// their number) of the samples, a column each: minus twice the log-density of their Gaussian fit,
/// up to a constant. Throws bad_shape where values and samples have other sizes, bad_argument where
/// the covariance is singular, as it is of no more samples than values; non_finite on NaN or
/// infinity.
inline double dawid_sebastiani_score(const Eigen::VectorXd& values, const sample_matrix& samples) {
    detail::check_vector_forecast(values, samples, 2);
    const gaussian_statistics fit(samples);
    const Eigen::LLT<matrix> factor(fit.covariance());
    if (factor.info() != Eigen::Success || samples.cols() <= samples.rows()) {
        throw bad_argument(detail::text("diffgen: the covariance of ", samples.cols(),
                                        " samples of ", samples.rows(), " values is singular"));
    }
    const Eigen::VectorXd whitened = factor.matrixL().solve(values - fit.mean());
    const matrix lower = factor.matrixL();
    return 2 * lower.diagonal().array().log().sum() + whitened.squaredNorm();
}

}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The posterior of a Gaussian mixture under a linear measurement y = A x + offset + noise: again a
// mixture of as many Gaussians, known exactly (for one Gaussian: Kalman 1960).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/posterior/linear_operator.hpp>
#include <diffgen/posterior/mixture.hpp>

#include <Eigen/Cholesky>

#include <cmath>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::posterior {

/// A mixture given a measurement, its components in the order of the prior's.
struct conditioned_mixture {
    mixture posterior;
    double log_evidence;  ///< log p(y)
};

/// x ~ prior, y = A x + offset + N(0, noise_covariance). A component that y rules out keeps the
/// least weight that a double has. Throws bad_shape where sizes do not fit together, bad_argument
/// where noise and prior leave a measured direction without variance.
template <linear_operator A>
[[nodiscard]] conditioned_mixture exact_posterior(const mixture& prior, const A& a,
                                                  const vector_ref& y,
                                                  const matrix_ref& noise_covariance,
                                                  const vector_ref& offset) {
    const Index m = a.rows(), K = prior.components();
    detail::check_size("a sample of the prior", prior.dimension(), a.cols());
    detail::check_size("the measurement", y.size(), m);
    detail::check_size("the offset of a measurement", offset.size(), m);
    detail::check_size("the noise's covariance", noise_covariance.size(), m * m);
    const matrix am = matrix_of(a);
    const vector rest = y - offset;
    vector log_weights(K);
    matrix means(prior.dimension(), K);
    std::vector<matrix> covariances;
    for (Index k = 0; k < K; ++k) {
        const matrix c = prior.gaussian_components::covariance(k);
        const matrix ac = am * c;
        const matrix s = ac * am.transpose() + noise_covariance;
        const Eigen::LLT<matrix> factor(0.5 * (s + s.transpose()));
        require(factor.info() == Eigen::Success, "component ", k,
                " of a mixture and the noise of a measurement leave a measured direction without "
                "variance");
        const matrix gain = factor.solve(ac).transpose();
        const vector innovation = rest - am * prior.means().col(k);
        means.col(k) = prior.means().col(k) + gain * innovation;
        // Joseph's form: a sum of what cannot become negative.
        const matrix kept = matrix::Identity(c.rows(), c.rows()) - gain * am;
        const matrix post =
            kept * c * kept.transpose() + gain * noise_covariance * gain.transpose();
        covariances.push_back(0.5 * (post + post.transpose()));
        const double log_det =
            2 * factor.matrixLLT().diagonal().array().log().sum() + 1.8378770664093453 * double(m);
        log_weights[k] = std::log(prior.weights()[k]) -
                         0.5 * (innovation.dot(factor.solve(innovation)) + log_det);
    }
    const double top = log_weights.maxCoeff();
    const double total = top + std::log((log_weights.array() - top).exp().sum());
    // No weight becomes 0, so that components keep their places.
    vector weights = (log_weights.array() - total).max(-700).exp().matrix();
    return {mixture::full(std::move(weights), std::move(means), covariances), total};
}

/// The same with noise of standard deviation `sigma` on every number of y.
template <linear_operator A>
[[nodiscard]] conditioned_mixture exact_posterior(const mixture& prior, const A& a,
                                                  const vector_ref& y, double sigma) {
    require(detail::is_not_negative(sigma), "the noise of a measurement is ", sigma,
            "; must be finite and not negative");
    const matrix noise = vector::Constant(a.rows(), sigma * sigma).asDiagonal();
    return exact_posterior(prior, a, y, noise, vector::Zero(a.rows()));
}

}  // namespace diffgen::inline DIFFGEN_ABI::posterior

#include <diffgen/core/with_macros.hpp>

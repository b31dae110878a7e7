// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A Gaussian mixture fitted to data by expectation maximisation (Dempster, Laird and Rubin 1977),
// from clusters: the baseline of every generative model.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/metrics/k_means.hpp>
#include <diffgen/posterior/mixture.hpp>

#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::posterior {

enum class covariance_kind { isotropic, diagonal, full };

struct fit_options {
    Index components = 8;
    covariance_kind covariances = covariance_kind::full;
    double ridge = 1e-6;  ///< added to every variance, so that no component shrinks to a point
    int iterations = 100;
    double tolerance = 1e-6;  ///< stops where the mean log-likelihood grows by less
    std::uint64_t seed = 0;

    void check() const {
        require(components > 0, "fit_mixture with components = ", components, "; must be above 0");
        require(detail::is_not_negative(ridge), "fit_mixture with ridge = ", ridge,
                "; must be finite and not negative");
        require(iterations > 0, "fit_mixture with iterations = ", iterations, "; must be above 0");
        require(tolerance >= 0, "fit_mixture with tolerance = ", tolerance,
                "; must not be negative");
    }
};

struct fitted_mixture {
    posterior::mixture mixture;
    std::vector<double> log_likelihood;  ///< mean of a sample, before each iteration
    bool converged;
};

namespace detail {

/// The mixture that fits best where share(k, i) of sample i belongs to component k. A component
/// that has less than a sample is given the whole set, with a small weight.
inline mixture maximise(const matrix_ref& samples, const matrix& shares, const fit_options& o) {
    const Index d = samples.rows(), K = shares.rows();
    const auto n = static_cast<double>(samples.cols());
    vector weights(K);
    matrix means(d, K), variances(d, K);
    std::vector<matrix> covariances;
    for (Index k = 0; k < K; ++k) {
        vector share = shares.row(k).transpose();
        const bool empty = share.sum() < 1;
        if (empty) share.setConstant(1 / n);
        const double total = share.sum();
        weights[k] = empty ? 1 / (n * static_cast<double>(K)) : total / n;
        means.col(k) = samples * share / total;
        const matrix off = samples.colwise() - means.col(k);
        if (o.covariances == covariance_kind::full) {
            matrix c = off * (share / total).asDiagonal() * off.transpose();
            c.diagonal().array() += o.ridge;
            covariances.push_back(0.5 * (c + c.transpose()));
        } else {
            vector v = off.cwiseAbs2() * share / total;
            if (o.covariances == covariance_kind::isotropic) v.setConstant(v.mean());
            variances.col(k) = (v.array() + o.ridge).matrix();
        }
    }
    if (o.covariances == covariance_kind::full)
        return mixture::full(std::move(weights), std::move(means), covariances);
    return mixture::diagonal(std::move(weights), std::move(means), std::move(variances));
}

}  // namespace detail

/// samples: a column each. Every iteration raises the likelihood (with a ridge: nearly). Throws
/// bad_argument where options make no sense or there are fewer samples than components, non_finite
/// on NaN or infinity.
[[nodiscard]] inline fitted_mixture fit_mixture(const matrix_ref& samples,
                                                const fit_options& o = {}) {
    o.check();
    metrics::detail::check_samples("fitted", samples, o.components);
    const vector centre = samples.rowwise().mean();
    const Eigen::VectorXi cluster = metrics::detail::k_means(
        samples.colwise() - centre, o.components, 50, noise::philox{o.seed}, 0);
    matrix shares = matrix::Zero(o.components, samples.cols());
    for (Index i = 0; i < samples.cols(); ++i)
        shares(cluster[i], i) = 1;
    fitted_mixture fit{detail::maximise(samples, shares, o), {}, false};
    for (int turn = 0; turn < o.iterations; ++turn) {
        const noised_mixture m = fit.mixture.at(1, 0);
        double sum = 0;
        for (Index i = 0; i < samples.cols(); ++i) {
            const auto [log_density, share] = m.log_density_and_shares(samples.col(i));
            sum += log_density;
            shares.col(i) = share;
        }
        fit.log_likelihood.push_back(sum / static_cast<double>(samples.cols()));
        const auto done = fit.log_likelihood.size();
        fit.converged =
            done > 1 && fit.log_likelihood[done - 1] - fit.log_likelihood[done - 2] < o.tolerance;
        if (fit.converged) break;
        fit.mixture = detail::maximise(samples, shares, o);
    }
    return fit;
}

}  // namespace diffgen::inline DIFFGEN_ABI::posterior

#include <diffgen/core/with_macros.hpp>

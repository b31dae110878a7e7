// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Probabilistic principal components (Tipping and Bishop 1999): x = W z + mean + noise. The exact
// model that a linear variational autoencoder is.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/family/objective/variational.hpp>

#include <Eigen/Dense>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::family {

struct probabilistic_pca {
    nn::matrix<double> loadings, mean;  ///< W, D x L, and D x 1
    double noise_variance = 1;
    nn::matrix<double>
        eigenvalues{};  ///< of the data's covariance, descending, where it was fitted

    /// Maximum likelihood from samples in columns (equations 7 and 8), the covariance over n.
    /// Throws bad_argument unless 1 <= latent < D and there are samples.
    static probabilistic_pca fit(const nn::matrix<double>& x, nn::extent latent) {
        const extent d = x.rows();
        require(latent >= 1 && latent < d && x.cols() >= 1, "probabilistic_pca of ", latent,
                " components on ", x.cols(), " samples of ", d, " features");
        probabilistic_pca p;
        p.mean = x.rowwise().mean();
        const nn::matrix<double> centred = x.colwise() - p.mean.col(0);
        const Eigen::SelfAdjointEigenSolver<nn::matrix<double>> solved(
            centred * centred.transpose() / static_cast<double>(x.cols()));
        p.eigenvalues = solved.eigenvalues().reverse();
        const nn::matrix<double> vectors = solved.eigenvectors().rowwise().reverse();
        p.noise_variance = p.eigenvalues.bottomRows(d - latent).mean();
        p.loadings =
            vectors.leftCols(latent) * (p.eigenvalues.topRows(latent).array() - p.noise_variance)
                                           .max(0.0)
                                           .sqrt()
                                           .matrix()
                                           .col(0)
                                           .asDiagonal();
        return p;
    }

    [[nodiscard]] nn::matrix<double> covariance() const {
        const extent d = loadings.rows();
        return loadings * loadings.transpose() +
               noise_variance * nn::matrix<double>::Identity(d, d);
    }
    /// log p(x) of every column: 1 x N.
    [[nodiscard]] nn::matrix<double> log_density(const nn::matrix<double>& x) const {
        const Eigen::LLT<nn::matrix<double>> c(covariance());
        const nn::matrix<double> l = c.matrixL();
        const nn::matrix<double> white =
            l.triangularView<Eigen::Lower>().solve(x.colwise() - mean.col(0));
        const double constant =
            l.diagonal().array().log().sum() + 0.5 * log_two_pi * static_cast<double>(x.rows());
        return (-0.5 * white.colwise().squaredNorm().array() - constant).matrix();
    }
    /// The posterior of z: one mean a column of x, one covariance for all.
    [[nodiscard]] nn::matrix<double> posterior_mean(const nn::matrix<double>& x) const {
        return precision().llt().solve(loadings.transpose() * (x.colwise() - mean.col(0)));
    }
    [[nodiscard]] nn::matrix<double> posterior_covariance() const {
        const extent l = loadings.cols();
        return noise_variance * precision().llt().solve(nn::matrix<double>::Identity(l, l));
    }
    /// The diagonal log-variances of q that make the bound highest.
    [[nodiscard]] nn::matrix<double> best_log_variance() const {
        return -(precision().diagonal().array() / noise_variance).log().matrix();
    }

  private:
    [[nodiscard]] nn::matrix<double> precision() const {  // M, times the noise variance
        const extent l = loadings.cols();
        return loadings.transpose() * loadings +
               noise_variance * nn::matrix<double>::Identity(l, l);
    }
};

/// E_q log p(x | z) of the linear model with q(z | x) = N(mean, exp(log_variance)), with no draws:
/// the square of what is not explained, and the variance that the loadings spread. W: D x L, the
/// model's mean D x 1, log_variance L x 1 or L x N; 1 x N.
template <class X>
X linear_expected_log_likelihood(const X& x, const X& loadings, const X& model_mean,
                                 const X& log_noise_variance, const gaussian_posterior<X>& q) {
    using T = number_of<X>;
    const X rest = x - model_mean - matmul(loadings, q.mean);
    const X spread = matmul(sum_over_rows(square(loadings)), exp(q.log_variance));
    return ((sum_over_rows(square(rest)) + spread) * exp(-log_noise_variance) +
            (log_noise_variance + T(log_two_pi)) * static_cast<T>(x.rows())) *
           T(-0.5);
}

}  // namespace diffgen::inline DIFFGEN_ABI::family

#include <diffgen/core/with_macros.hpp>

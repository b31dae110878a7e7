// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The Frechet distance between Gaussian fits of two sets of features (Dowson and Landau 1982; as a
// measure of generated pictures: Heusel et al. 2017):
//     |mu - mu_g|^2 + tr(S + S_g - 2 (S S_g)^{1/2}).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/metrics/gaussian_statistics.hpp>
#include <diffgen/metrics/samples.hpp>

#include <Eigen/Core>
#include <Eigen/Eigenvalues>

#include <limits>

namespace diffgen::inline DIFFGEN_ABI::metrics {

namespace detail {

/// Eigenvalues of a positive semi-definite matrix, those that are only rounding set to zero: the
/// square root would turn 1e-16 of the largest into 1e-8.
inline Eigen::VectorXd without_rounding(const Eigen::VectorXd& eigenvalues) {
    const double noise = static_cast<double>(eigenvalues.size()) *
                         std::numeric_limits<double>::epsilon() * eigenvalues.maxCoeff();
    return (eigenvalues.array() > noise).select(eigenvalues, 0.0);
}

/// tr (S S_g)^{1/2}. The product is not symmetric, but similar to R S_g R with R = S^{1/2}, which
/// is.
inline double trace_of_root(const matrix& s, const matrix& s_g) {
    const Eigen::SelfAdjointEigenSolver<matrix> solver(s);
    const matrix& axes = solver.eigenvectors();
    const matrix root =
        axes * without_rounding(solver.eigenvalues()).cwiseSqrt().asDiagonal() * axes.transpose();
    const Eigen::SelfAdjointEigenSolver<matrix> product(root * s_g * root, Eigen::EigenvaluesOnly);
    return without_rounding(product.eigenvalues()).cwiseSqrt().sum();
}

}  // namespace detail

/// Throws bad_shape when the dimensions differ. Zero for equal statistics, up to rounding. Of
/// samples in chunks: add them to a gaussian_accumulator each, and compare their statistics().
inline double frechet_distance(const gaussian_statistics& real,
                               const gaussian_statistics& generated) {
    detail::check_same_dimension(real.mean().size(), generated.mean().size());
    return (real.mean() - generated.mean()).squaredNorm() + real.covariance().trace() +
           generated.covariance().trace() -
           2 * detail::trace_of_root(real.covariance(), generated.covariance());
}

/// The same between two sets of samples, a column each.
inline double frechet_distance(const sample_matrix& real, const sample_matrix& generated) {
    detail::check_same_dimension(real.rows(), generated.rows());
    return frechet_distance(gaussian_statistics(real), gaussian_statistics(generated));
}

}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>

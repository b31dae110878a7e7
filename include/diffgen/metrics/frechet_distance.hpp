// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The Frechet distance between Gaussian fits of two sets of features (Dowson and Landau 1982; as a
// measure of generated pictures: Heusel et al. 2017):
//     |mu - mu_g|^2 + tr(S + S_g - 2 (S S_g)^{1/2}).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/metrics/gaussian_statistics.hpp>
#include <diffgen/metrics/samples.hpp>

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <Eigen/Eigenvalues>
#include <Eigen/Householder>

#include <cmath>
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

/// A root of a positive semi-definite matrix, R R' = S: Cholesky's where the matrix is far from
/// singular, or else by its eigenvalues, which takes ten times as long.
inline matrix root_of(const matrix& s) {
    const Eigen::LLT<matrix> factor(s);
    if (factor.info() == Eigen::Success) {
        matrix lower = factor.matrixL();
        constexpr double singular = 1e-10;
        if (lower.diagonal().array().square().minCoeff() > singular * s.diagonal().maxCoeff())
            return lower;
    }
    const Eigen::SelfAdjointEigenSolver<matrix> solver(s);
    return solver.eigenvectors() * without_rounding(solver.eigenvalues()).cwiseSqrt().asDiagonal();
}

/// The sum of the singular values of M. Householder reflections from both sides bring M to a
/// bidiagonal form with the rows d1 e1, d2 e2 ... dn. The tridiagonal matrix with zero diagonal and
/// d1, e1, d2, e2 ... dn beside it has plus and minus each singular value as eigenvalues (Golub and
/// Kahan 1965). Eigen's decompositions find vectors too, for twice the time of every compilation.
inline double sum_of_singular_values(matrix m) {
    if (m.rows() < m.cols()) m.transposeInPlace();
    const Eigen::Index rows = m.rows(), n = m.cols();
    Eigen::VectorXd beside = Eigen::VectorXd::Zero(2 * n), workspace(rows);
    for (Eigen::Index k = 0; k < n; ++k) {
        const Eigen::Index right = n - k - 1;
        double tau = 0;
        auto column = m.col(k).tail(rows - k);
        column.makeHouseholderInPlace(tau, beside[2 * k]);
        m.bottomRightCorner(rows - k, right)
            .applyHouseholderOnTheLeft(column.tail(rows - k - 1), tau, workspace.data());
        if (right == 0) break;
        auto row = m.row(k).tail(right);
        row.makeHouseholderInPlace(tau, beside[2 * k + 1]);
        m.bottomRightCorner(rows - k - 1, right)
            .applyHouseholderOnTheRight(row.tail(right - 1).transpose(), tau, workspace.data());
    }
    Eigen::SelfAdjointEigenSolver<matrix> solver;
    solver.computeFromTridiagonal(Eigen::VectorXd::Zero(2 * n), beside.head(2 * n - 1),
                                  Eigen::EigenvaluesOnly);
    return solver.eigenvalues().tail(n).sum();
}

/// tr (S S_g)^{1/2} of S = A A' and S_g = B B' is the sum of the singular values of A'B, since
/// S S_g = A (A'B) B' has the eigenvalues of (A'B)(A'B)'. Singular values are right to the
/// rounding of the largest; their squares, by way of eigenvalues, would only be so to its root.
inline double trace_of_root(const matrix& a, const matrix& b) {
    return sum_of_singular_values(a.transpose() * b);
}

/// Samples less their mean, over sqrt(n - 1): a root of their covariance, without forming it.
inline matrix scaled_deviations(const sample_matrix& samples, const Eigen::VectorXd& mean) {
    return (samples.colwise() - mean) / std::sqrt(static_cast<double>(samples.cols() - 1));
}

}  // namespace detail

/// What the distance is made of: |mu - mu_g|^2, the traces of both covariances, and that of the
/// root of their product.
struct frechet_terms {
    double means, trace_real, trace_generated, trace_of_root;

    [[nodiscard]] double distance() const {
        return means + trace_real + trace_generated - 2 * trace_of_root;
    }
};

/// Throws bad_shape when the dimensions differ. Covariances may be singular.
inline frechet_terms frechet_terms_of(const gaussian_statistics& real,
                                      const gaussian_statistics& generated) {
    detail::check_same_dimension(real.mean().size(), generated.mean().size());
    return {(real.mean() - generated.mean()).squaredNorm(), real.covariance().trace(),
            generated.covariance().trace(),
            detail::trace_of_root(detail::root_of(real.covariance()),
                                  detail::root_of(generated.covariance()))};
}

/// Of two sets of samples, a column each. Where there are fewer than elements, from the samples
/// themselves, so that no digits are lost to a covariance that is singular. Throws as above,
/// bad_argument on fewer than two samples, non_finite on NaN or infinity.
inline frechet_terms frechet_terms_of(const sample_matrix& real, const sample_matrix& generated) {
    detail::check_same_dimension(real.rows(), generated.rows());
    detail::check_samples("real", real, 2);
    detail::check_samples("generated", generated, 2);
    if (real.cols() > real.rows() && generated.cols() > generated.rows())
        return frechet_terms_of(gaussian_statistics(real), gaussian_statistics(generated));
    const auto root = [](const sample_matrix& samples, const Eigen::VectorXd& mean) {
        return samples.cols() > samples.rows()
                   ? detail::root_of(gaussian_statistics(samples).covariance())
                   : detail::scaled_deviations(samples, mean);
    };
    const Eigen::VectorXd mean = real.rowwise().mean(), mean_generated = generated.rowwise().mean();
    const matrix a = root(real, mean), b = root(generated, mean_generated);
    return {(mean - mean_generated).squaredNorm(), a.squaredNorm(), b.squaredNorm(),
            detail::trace_of_root(a, b)};
}

/// Throws bad_shape when the dimensions differ. Zero for equal statistics, up to rounding. Of
/// samples in chunks: add them to a gaussian_accumulator each, and compare their statistics().
inline double frechet_distance(const gaussian_statistics& real,
                               const gaussian_statistics& generated) {
    return frechet_terms_of(real, generated).distance();
}

/// The same between two sets of samples, a column each.
inline double frechet_distance(const sample_matrix& real, const sample_matrix& generated) {
    return frechet_terms_of(real, generated).distance();
}

}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>

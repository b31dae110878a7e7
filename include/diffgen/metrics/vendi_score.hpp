// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// How many different samples a set has, in effect: the Vendi score (Friedman and Dieng 2023) and
// its orders (Pasarkar and Dieng 2024), the exponential of the Renyi entropy of the eigenvalues of
// K / n for a similarity K with ones on its diagonal. It is 1 where all samples are alike and n
// where none is like another, and sees no reference: noise is diverse.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/metrics/kernels.hpp>
#include <diffgen/metrics/maximum_mean_discrepancy.hpp>
#include <diffgen/metrics/samples.hpp>
#include <diffgen/metrics/weights.hpp>

#include <Eigen/Core>
#include <Eigen/Eigenvalues>

#include <cmath>
#include <limits>
#include <span>
#include <type_traits>

namespace diffgen::inline DIFFGEN_ABI::metrics {

struct vendi_options {
    /// Of the entropy: 1 is Shannon's; below, rare samples count for more, above, for less. 0 is
    /// the rank, infinity sees the largest eigenvalue alone.
    double order = 1;
    /// One for each sample, divided by their sum; equal ones where there are none.
    std::span<const double> weights = {};

    void check() const { require(order >= 0, "vendi_options with order = ", order, ", not >= 0"); }
};

namespace detail {

/// The exponential of the Renyi entropy of probabilities; those that are only rounding are none.
inline double effective_number(const Eigen::VectorXd& eigenvalues, double order) {
    const double rounding = static_cast<double>(eigenvalues.size()) *
                            std::numeric_limits<double>::epsilon() * eigenvalues.maxCoeff();
    if (std::isinf(order)) return 1 / eigenvalues.maxCoeff();
    double sum = 0;
    for (const double p : eigenvalues) {
        if (!(p > rounding)) continue;
        sum += order == 1 ? -p * std::log(p) : std::pow(p, order);
    }
    return order == 1 ? std::exp(sum) : std::pow(sum, 1 / (1 - order));
}

/// Samples of length 1, times the roots of their weights. Throws bad_argument on a sample that is
/// zero.
inline matrix weighted_directions(const sample_matrix& samples, const Eigen::VectorXd& weights) {
    matrix directions = samples;
    for (Eigen::Index i = 0; i < directions.cols(); ++i) {
        const double length = directions.col(i).norm();
        require(length > 0, "sample ", i, " is zero, and has no direction");
        directions.col(i) *= std::sqrt(weights(i)) / length;
    }
    return directions;
}

}  // namespace detail

/// Of similarities, symmetric, positive semi-definite: K_ij is divided by sqrt(K_ii K_jj). Throws
/// bad_shape unless the matrix is square and there is a weight for each of its rows, bad_argument
/// where it is not symmetric, its diagonal is not positive, or an option makes no sense, non_finite
/// on NaN or infinity.
inline double vendi_score_of_similarities(const sample_matrix& similarities,
                                          const vendi_options& options = {}) {
    options.check();
    detail::check_samples("similarity", similarities, 1);
    detail::check_mergeable("columns", similarities.rows(), similarities.cols());
    const double skew = (similarities - similarities.transpose()).cwiseAbs().maxCoeff();
    require(skew <= 1e-9 * similarities.cwiseAbs().maxCoeff(), "the similarities differ by ", skew,
            " from their transpose");
    const Eigen::VectorXd diagonal = similarities.diagonal();
    require(diagonal.minCoeff() > 0, "a sample's similarity to itself is ", diagonal.minCoeff(),
            ", not above 0");
    const Eigen::VectorXd weights =
        detail::normalised_weights("samples", options.weights, similarities.cols());
    const Eigen::VectorXd roots = (weights.array() / diagonal.array()).sqrt();
    const matrix density = roots.asDiagonal() * similarities * roots.asDiagonal();
    const Eigen::SelfAdjointEigenSolver<matrix> solver(density, Eigen::EigenvaluesOnly);
    return detail::effective_number(solver.eigenvalues(), options.order);
}

/// Of samples, a column each, that are alike as far as they point the same way (the cosine). It
/// takes the eigenvalues of whichever matrix is smaller, of samples or of elements. Throws as
/// above, bad_argument on a sample that is zero.
inline double vendi_score(const sample_matrix& samples, const vendi_options& options = {}) {
    options.check();
    detail::check_samples("diverse", samples, 1);
    const Eigen::VectorXd weights =
        detail::normalised_weights("samples", options.weights, samples.cols());
    const matrix directions = detail::weighted_directions(samples, weights);
    const matrix density = directions.cols() <= directions.rows()
                               ? matrix(directions.transpose() * directions)
                               : matrix(directions * directions.transpose());
    const Eigen::SelfAdjointEigenSolver<matrix> solver(density, Eigen::EigenvaluesOnly);
    return detail::effective_number(solver.eigenvalues(), options.order);
}

/// The kernel of all pairs of samples, a column each.
template <class Kernel>
matrix similarities_of(const sample_matrix& samples, const Kernel& kernel) {
    diffgen::detail::check(kernel);
    detail::check_samples("compared", samples, 1);
    return detail::kernel_block(kernel, samples, samples).matrix();
}

/// Of samples under a kernel of kernels.hpp, such as gaussian_kernel. Throws as above, bad_argument
/// on a kernel that makes no sense.
template <class Kernel>
requires(!std::is_same_v<Kernel, vendi_options>) double vendi_score(
    const sample_matrix& samples, const Kernel& kernel, const vendi_options& options = {}) {
    return vendi_score_of_similarities(similarities_of(samples, kernel), options);
}

}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>

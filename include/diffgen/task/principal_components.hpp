// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Principal components of a set of samples, and what of others they do not explain: the baseline of
// anomaly detection that trains nothing.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/posterior/matrices.hpp>

#include <Eigen/Eigenvalues>

namespace diffgen::inline DIFFGEN_ABI::task {

/// The mean of the samples and the directions of their largest variances.
class principal_components {
  public:
    /// samples: a column each. Throws bad_argument unless 0 < count <= elements, bad_shape where
    /// there are less than two samples.
    principal_components(const posterior::matrix_ref& samples, posterior::Index count) {
        if (samples.cols() < 2)
            throw bad_shape(diffgen::detail::text("diffgen: principal components of ",
                                                  samples.cols(), " samples"));
        require(count > 0 && count <= samples.rows(), "the first ", count,
                " principal components of ", samples.rows(), " elements");
        mean_ = samples.rowwise().mean();
        const posterior::matrix off = samples.colwise() - mean_;
        const Eigen::SelfAdjointEigenSolver<posterior::matrix> solver(
            off * off.transpose() / static_cast<double>(samples.cols() - 1));
        axes_ = solver.eigenvectors().rightCols(count);
        variances_ = solver.eigenvalues().tail(count);
    }

    /// The nearest point of the plane through the mean, of each column.
    [[nodiscard]] posterior::matrix project(const posterior::matrix_ref& samples) const {
        posterior::detail::check_size("a sample", samples.rows(), mean_.size());
        const posterior::matrix off = samples.colwise() - mean_;
        return (axes_ * (axes_.transpose() * off)).colwise() + mean_;
    }
    /// The squared rest of every element: a map for task::scores.
    [[nodiscard]] posterior::matrix residuals(const posterior::matrix_ref& samples) const {
        return (samples - project(samples)).cwiseAbs2();
    }
    /// Of the components, the smallest first.
    [[nodiscard]] const posterior::vector& variances() const { return variances_; }

  private:
    posterior::vector mean_, variances_;
    posterior::matrix axes_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::task

#include <diffgen/core/with_macros.hpp>

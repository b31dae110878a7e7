// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The parts of a Gaussian mixture whose size is known at run time: weights, means, and covariances
// by their principal axes, in which noise of any level is a number on each axis.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/posterior/matrices.hpp>

#include <Eigen/Eigenvalues>

#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::posterior {

/// Component k is N(mean k, Q diag(variances k) Q'), Q its axes, or the axes of the coordinates
/// where it has none.
class gaussian_components {
  public:
    /// means, variances: a column each component; axes: empty, or a matrix each. Weights need not
    /// sum to 1. Throws bad_shape where sizes do not fit together, bad_argument on a weight that is
    /// not above 0 or a negative variance, non_finite on a mean that is none.
    gaussian_components(vector weights, matrix means, matrix variances, std::vector<matrix> axes)
        : weights_(std::move(weights)),
          means_(std::move(means)),
          variances_(std::move(variances)),
          axes_(std::move(axes)) {
        check();
        weights_ /= weights_.sum();
    }

    [[nodiscard]] Index dimension() const { return means_.rows(); }
    [[nodiscard]] Index components() const { return means_.cols(); }
    /// They sum to 1.
    [[nodiscard]] const vector& weights() const { return weights_; }
    /// A column each component.
    [[nodiscard]] const matrix& means() const { return means_; }
    /// Along the axes, a column each component.
    [[nodiscard]] const matrix& variances() const { return variances_; }
    [[nodiscard]] bool has_axes() const { return !axes_.empty(); }
    /// Of component k, where it has any: an axis a column.
    [[nodiscard]] const matrix& axes(Index k) const { return axes_[static_cast<std::size_t>(k)]; }

    /// v in the axes of component k, and back.
    [[nodiscard]] vector along_axes(Index k, const vector_ref& v) const {
        return has_axes() ? vector(axes(k).transpose() * v) : vector(v);
    }
    [[nodiscard]] vector from_axes(Index k, const vector_ref& v) const {
        return has_axes() ? vector(axes(k) * v) : vector(v);
    }

    /// Q diag(values) Q' of component k.
    [[nodiscard]] matrix spread(Index k, const vector_ref& values) const {
        if (!has_axes()) return values.asDiagonal();
        return axes(k) * values.asDiagonal() * axes(k).transpose();
    }
    [[nodiscard]] matrix covariance(Index k) const { return spread(k, variances_.col(k)); }

  private:
    void check() const {
        const Index n = components(), d = dimension();
        if (n == 0 || d == 0 || weights_.size() != n || variances_.rows() != d ||
            variances_.cols() != n || (has_axes() && static_cast<Index>(axes_.size()) != n))
            throw bad_shape(detail::text("diffgen: a mixture of ", weights_.size(), " weights, ", n,
                                         " means of ", d, " elements, ", variances_.cols(),
                                         " columns of ", variances_.rows(), " variances and ",
                                         axes_.size(), " sets of axes"));
        for (Index k = 0; k < n; ++k) {
            require(detail::is_positive(weights_[k]), "weight ", k, " of a mixture is ",
                    weights_[k], "; must be finite and above 0");
            for (Index i = 0; i < d; ++i) {
                if (!std::isfinite(means_(i, k)))
                    throw non_finite(detail::text("diffgen: component ", k,
                                                  " of a mixture has the mean ", means_(i, k),
                                                  " in dimension ", i));
                require(detail::is_not_negative(variances_(i, k)), "component ", k,
                        " of a mixture has the variance ", variances_(i, k), " on axis ", i,
                        "; must be finite and not negative");
            }
        }
    }

    vector weights_;
    matrix means_, variances_;
    std::vector<matrix> axes_;
};

namespace detail {

/// The principal axes of a covariance, and the variances along them.
struct principal_axes {
    vector variances;
    matrix axes;
};

/// Throws bad_shape unless the covariance is d x d, bad_argument where it is not symmetric or has a
/// negative variance; variances of the size of rounding are 0. `k` says in the text whose it is.
inline principal_axes principal_axes_of(const matrix_ref& covariance, Index d, Index k) {
    if (covariance.rows() != d || covariance.cols() != d)
        throw bad_shape(text("diffgen: covariance ", k, " of a mixture is ", covariance.rows(),
                             " x ", covariance.cols(), ", the means have ", d, " elements"));
    const double scale = covariance.cwiseAbs().maxCoeff();
    if (!std::isfinite(scale))
        throw non_finite(text("diffgen: covariance ", k, " of a mixture is not finite"));
    const double skew = (covariance - covariance.transpose()).cwiseAbs().maxCoeff();
    require(skew <= 1e-9 * scale, "covariance ", k, " of a mixture differs by ", skew,
            " from its transpose");
    const Eigen::SelfAdjointEigenSolver<matrix> solver(covariance);
    const double least = solver.eigenvalues().minCoeff();
    require(least >= -1e-9 * scale, "covariance ", k, " of a mixture has the variance ", least,
            " along one of its axes; must not be negative");
    return {solver.eigenvalues().cwiseMax(0), solver.eigenvectors()};
}

}  // namespace detail
}  // namespace diffgen::inline DIFFGEN_ABI::posterior

#include <diffgen/core/with_macros.hpp>

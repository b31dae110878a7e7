// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Mean and covariance of samples that arrive in chunks: the pairwise update of Chan, Golub and
// LeVeque (1983), eqs. 2.1 and 2.2 for vectors.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/metrics/samples.hpp>
#include <diffgen/metrics/threads.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <utility>

namespace diffgen::inline DIFFGEN_ABI::metrics {

/// Mean and covariance of a set of samples; computed once for a set that many others are compared
/// with.
class gaussian_statistics {
  public:
    /// Of samples, a column each; the covariance divides by one less than their number. Throws
    /// bad_argument on fewer than two, bad_shape on empty ones, non_finite on NaN or infinity.
    explicit gaussian_statistics(const sample_matrix& samples);

    /// Known ones. Throws bad_shape unless they fit together, bad_argument when the covariance is
    /// not symmetric, non_finite on NaN or infinity.
    gaussian_statistics(Eigen::VectorXd mean, matrix covariance)
        : mean_(std::move(mean)), covariance_(std::move(covariance)) {
        const Eigen::Index size = mean_.size();
        if (size == 0 || covariance_.rows() != size || covariance_.cols() != size) {
            throw bad_shape(detail::text("diffgen: a mean of ", size,
                                         " elements has no covariance of ", covariance_.rows(),
                                         " x ", covariance_.cols()));
        }
        detail::check_samples("mean", mean_, 1);
        detail::check_samples("covariance", covariance_, 1);
        const double skew = (covariance_ - covariance_.transpose()).cwiseAbs().maxCoeff();
        if (skew > 1e-9 * covariance_.cwiseAbs().maxCoeff()) {
            throw bad_argument(
                detail::text("diffgen: the covariance differs by ", skew, " from its transpose"));
        }
    }

    const Eigen::VectorXd& mean() const { return mean_; }
    const matrix& covariance() const { return covariance_; }

  private:
    Eigen::VectorXd mean_;
    matrix covariance_;
};

namespace detail {

/// The lower half of x x', by panels of columns that are shared out among threads; the bits do not
/// depend on their number.
inline matrix lower_scatter(const matrix& x) {
    const Eigen::Index size = x.rows();
    matrix scatter = matrix::Zero(size, size);
    share_out(blocks_of(size), [&](Eigen::Index panel) {
        const Eigen::Index first = panel * block_columns;
        const Eigen::Index width = std::min(block_columns, size - first);
        const Eigen::Index below = size - first - width;
        const auto rows = x.middleRows(first, width);
        scatter.block(first, first, width, width).selfadjointView<Eigen::Lower>().rankUpdate(rows);
        if (below > 0)
            scatter.block(first + width, first, below, width).noalias() =
                x.bottomRows(below) * rows.transpose();
    });
    return scatter;
}

}  // namespace detail

/// Accumulates mean and covariance over chunks, in memory that does not grow with the samples.
/// Merging is exact to rounding, whatever the chunks: about 1e-16 of the largest covariance.
class gaussian_accumulator {
  public:
    /// Adds samples, a column each. Throws bad_shape where they have another number of elements
    /// than those before, non_finite on NaN or infinity.
    void add(const sample_matrix& samples) {
        detail::check_samples("added", samples, 0);
        if (samples.cols() == 0) return;
        gaussian_accumulator chunk;
        chunk.count_ = static_cast<double>(samples.cols());
        chunk.mean_ = samples.rowwise().mean();
        const matrix centred = samples.colwise() - chunk.mean_;
        chunk.scatter_ = detail::lower_scatter(centred);
        merge(chunk);
    }

    void merge(const gaussian_accumulator& other) {
        if (other.count_ == 0) return;
        if (count_ == 0) {
            *this = other;
            return;
        }
        detail::check_mergeable("elements", mean_.size(), other.mean_.size());
        const double all = count_ + other.count_;
        const Eigen::VectorXd shift = other.mean_ - mean_;
        scatter_.triangularView<Eigen::Lower>() += other.scatter_;
        scatter_.selfadjointView<Eigen::Lower>().rankUpdate(shift, count_ * (other.count_ / all));
        mean_ += shift * (other.count_ / all);
        count_ = all;
    }

    /// Samples so far.
    [[nodiscard]] double count() const { return count_; }

    /// Their mean. Throws bad_argument without one.
    [[nodiscard]] const Eigen::VectorXd& mean() const {
        check_count(1);
        return mean_;
    }

    /// Their covariance over their number. Throws bad_argument without one.
    [[nodiscard]] matrix population_covariance() const {
        check_count(1);
        return matrix(scatter_.selfadjointView<Eigen::Lower>()) / count_;
    }

    /// Their mean, and their covariance over one less than their number. Throws bad_argument on
    /// fewer than two.
    [[nodiscard]] gaussian_statistics statistics() const {
        check_count(2);
        matrix covariance = scatter_.selfadjointView<Eigen::Lower>();
        covariance /= count_ - 1;
        return {mean_, std::move(covariance)};
    }

  private:
    void check_count(double least) const {
        if (count_ < least) {
            throw bad_argument(detail::text("diffgen: there are ", count_,
                                            " Gaussian samples, not at least ", least));
        }
    }

    double count_ = 0;
    Eigen::VectorXd mean_;
    matrix scatter_;  ///< sum of (x - mean)(x - mean)', its lower half
};

inline gaussian_statistics::gaussian_statistics(const sample_matrix& samples) {
    detail::check_samples("Gaussian", samples, 2);
    gaussian_accumulator all;
    all.add(samples);
    *this = all.statistics();
}

}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>

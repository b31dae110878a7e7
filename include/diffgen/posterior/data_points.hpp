// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A set of samples as a density of points, whose denoised estimate is exact: what a network that
// learns its training set by heart would say. Under small noise it is the nearest sample.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/posterior/matrices.hpp>
#include <diffgen/posterior/rows.hpp>

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include <cmath>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

namespace diffgen::inline DIFFGEN_ABI::posterior {

/// The mean of the samples given a noisy state: weights exp(-|x - alpha x_i|^2 / (2 sigma^2)), over
/// their sum. Where the noise of a process is correlated, as noise::simplex is, its covariance
/// gives the norm. As a network it predicts the denoised estimate. T: float or double, in which
/// distances are taken.
template <class T = double>
class data_points {
  public:
    using numbers = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor>;

    /// samples: a column each. Throws bad_shape where there are none, non_finite on NaN.
    explicit data_points(const matrix_ref& samples) : samples_(samples.template cast<T>()) {
        check(samples);
        seen_ = samples_;
        finish(0);
    }
    /// The same for noise with a covariance, which is symmetric and has no axis without noise.
    /// Throws bad_shape where its size is not that of a sample, bad_argument where it has one.
    data_points(const matrix_ref& samples, const matrix_ref& noise_covariance)
        : samples_(samples.template cast<T>()) {
        check(samples);
        detail::check_size("the covariance of noise", noise_covariance.rows(), samples.rows());
        detail::check_size("the covariance of noise", noise_covariance.cols(), samples.rows());
        const Eigen::LLT<matrix> root(noise_covariance);
        require(root.info() == Eigen::Success,
                "a covariance of noise that is not positive definite");
        whitening_ = root.matrixL()
                         .solve(matrix::Identity(samples.rows(), samples.rows()))
                         .template cast<T>();
        seen_ = whitening_ * samples_;
        finish(root.matrixLLT().diagonal().array().log().sum());
    }

    [[nodiscard]] Index dimension() const { return samples_.rows(); }
    [[nodiscard]] Index size() const { return samples_.cols(); }

    /// E[x_0 | x_t] of each column. Throws bad_argument where there is no noise.
    [[nodiscard]] numbers denoised(const numbers& x, const noise_level& l) const {
        numbers out(x.rows(), x.cols());
        in_blocks(x, l, [&](Index first, const numbers& shares, const auto&) {
            out.middleCols(first, shares.cols()).noalias() = samples_ * shares;
        });
        return out;
    }
    /// log p(x_t) of each column, normalised.
    [[nodiscard]] vector log_density(const numbers& x, const noise_level& l) const {
        vector out(x.cols());
        constexpr double half_log_two_pi = 0.918938533204672741780;
        const double constant =
            -std::log(static_cast<double>(size())) - log_root_ -
            (half_log_two_pi + std::log(l.sigma)) * static_cast<double>(dimension());
        in_blocks(x, l, [&](Index first, const numbers&, const vector& logs) {
            out.segment(first, logs.size()) = logs.array() + constant;
        });
        return out;
    }

    /// As a network, with one level for the batch.
    void operator()(batch_view<const T> in, batch_view<T> out, const noise_level& l) const {
        const auto elements = static_cast<Index>(in.elements),
                   count = static_cast<Index>(in.samples);
        const numbers x = Eigen::Map<const numbers>(in.data, elements, count);
        Eigen::Map<numbers>(out.data, elements, count) = denoised(x, l);
    }

  private:
    static void check(const matrix_ref& samples) {
        if (samples.size() == 0) throw bad_shape("diffgen: data_points without samples");
        if (!samples.allFinite()) throw non_finite("diffgen: data_points: a sample is not finite");
    }
    void finish(double log_root) {
        squares_ = seen_.colwise().squaredNorm().transpose();
        log_root_ = log_root;
    }

    /// f(first column, shares of every sample, log of the sum of what they are shares of).
    template <class F>
    void in_blocks(const numbers& x, const noise_level& l, F f) const {
        detail::check_size("a state", x.rows(), dimension());
        require(l.sigma > 0 && std::isfinite(l.sigma), "data_points at sigma = ", l.sigma,
                "; must be above 0");
        constexpr Index block = 128;
        const T alpha = static_cast<T>(l.alpha), scale = static_cast<T>(0.5 / (l.sigma * l.sigma));
        for (Index first = 0; first < x.cols(); first += block) {
            const Index count = std::min(block, x.cols() - first);
            numbers y = x.middleCols(first, count);
            if (whitening_.size() > 0) y = (whitening_ * y).eval();
            numbers shares = (2 * alpha * scale) * (seen_.transpose() * y);
            shares.colwise() -= (alpha * alpha * scale) * squares_;
            vector logs(count);
            for (Index i = 0; i < count; ++i) {
                auto column = shares.col(i);
                const T top = column.maxCoeff();
                column = (column.array() - top).exp();
                const T total = column.sum();
                column /= total;
                logs[i] = static_cast<double>(top) + std::log(static_cast<double>(total)) -
                          static_cast<double>(scale * y.col(i).squaredNorm());
            }
            f(first, shares, logs);
        }
    }

    numbers samples_, seen_, whitening_;
    Eigen::Matrix<T, Eigen::Dynamic, 1> squares_;
    double log_root_ = 0;
};

}  // namespace diffgen::inline DIFFGEN_ABI::posterior

#include <diffgen/core/with_macros.hpp>

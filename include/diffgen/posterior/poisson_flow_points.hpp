// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A set of samples as a density of points under the noise of PFGM++ (Xu et al. 2023), whose
// denoised estimate is exact: data_points with noise::poisson_flow for the Gaussian.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/posterior/matrices.hpp>
#include <diffgen/posterior/rows.hpp>

#include <Eigen/Core>

#include <cmath>
#include <cstddef>
#include <utility>

namespace diffgen::inline DIFFGEN_ABI::posterior {

/// The mean of the samples x_i given x_t = alpha x_0 + sigma z: weights (|x_t - alpha x_i|^2 +
/// sigma^2 D)^(-(N + D) / 2), over their sum (equation 5 of the paper). N numbers a sample, D
/// further dimensions; where D is infinite it is the estimate under Gaussian noise. As a network it
/// predicts the denoised estimate.
class poisson_flow_points {
  public:
    /// samples: a column each. Throws bad_shape where there are none, non_finite on NaN,
    /// bad_argument unless `extra` is 1 or more.
    poisson_flow_points(matrix samples, double extra)
        : samples_(std::move(samples)), extra_(extra) {
        if (samples_.size() == 0) throw bad_shape("diffgen: poisson_flow_points without samples");
        if (!samples_.allFinite())
            throw non_finite("diffgen: poisson_flow_points: a sample is not finite");
        require(extra >= 1, "poisson_flow_points of ", extra,
                " further dimensions; must be 1 or more");
    }

    [[nodiscard]] Index dimension() const { return samples_.rows(); }
    [[nodiscard]] Index size() const { return samples_.cols(); }
    [[nodiscard]] double extra() const { return extra_; }

    /// E[x_0 | x_t] of each column. Throws bad_argument where there is no noise.
    [[nodiscard]] matrix denoised(const matrix_ref& x, const noise_level& l) const {
        matrix out(x.rows(), x.cols());
        for (Index i = 0; i < x.cols(); ++i) {
            vector w = log_densities(x.col(i), l);
            w = (w.array() - w.maxCoeff()).exp();
            out.col(i) = samples_ * w / w.sum();
        }
        return out;
    }
    /// log p(x_t) of each column, normalised.
    [[nodiscard]] vector log_density(const matrix_ref& x, const noise_level& l) const {
        vector out(x.cols());
        const auto n = static_cast<double>(dimension());
        constexpr double pi = 3.14159265358979323846;
        double constant = -0.5 * n * std::log(2 * pi);
        if (std::isfinite(extra_))
            constant = std::lgamma(0.5 * (n + extra_)) - std::lgamma(0.5 * extra_) -
                       0.5 * n * std::log(pi * extra_);
        constant -= n * std::log(l.sigma) + std::log(static_cast<double>(size()));
        for (Index i = 0; i < x.cols(); ++i) {
            const vector w = log_densities(x.col(i), l);
            const double top = w.maxCoeff();
            out[i] = constant + top + std::log((w.array() - top).exp().sum());
        }
        return out;
    }

    /// As a network, with one level for the batch.
    template <class T>
    void operator()(batch_view<const T> in, batch_view<T> out, const noise_level& l) const {
        for (std::size_t i = 0; i < in.samples; ++i)
            detail::write_row(out, i, denoised(detail::read_row(in, i), l));
    }

  private:
    /// Of the state around each sample, but for a constant.
    [[nodiscard]] vector log_densities(const vector& x, const noise_level& l) const {
        detail::check_size("a state", x.rows(), dimension());
        require(l.sigma > 0 && std::isfinite(l.sigma), "poisson_flow_points at sigma = ", l.sigma,
                "; must be above 0");
        const vector squares =
            ((l.alpha * samples_).colwise() - x).colwise().squaredNorm().transpose() /
            (l.sigma * l.sigma);
        if (!std::isfinite(extra_)) return -0.5 * squares;
        const double power = 0.5 * (static_cast<double>(dimension()) + extra_);
        return squares.unaryExpr([&](double s) { return -power * std::log1p(s / extra_); });
    }

    matrix samples_;
    double extra_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::posterior

#include <diffgen/core/with_macros.hpp>

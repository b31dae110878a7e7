// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The exact denoised estimate of clouds whose points are independent given one of the training
// digits: no network can do better on that law.

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/noise_level.hpp>

#include "clouds.hpp"

#include <cmath>
#include <cstddef>
#include <utility>

namespace point_clouds {

/// p(cloud) = mean over digits of the product over points of sum over pixels of share N(middle,
/// spread^2). A point of a noised cloud has N(alpha middle, alpha^2 spread^2 + sigma^2) for each
/// pixel, the same for all digits.
class of_digits {
  public:
    explicit of_digits(matrix shares) : shares_(std::move(shares)), middles_(2, pixels) {
        for (Index k = 0; k < pixels; ++k)
            middles_.col(k) = middle(k);
    }

    void operator()(diffgen::batch_view<const double> in, diffgen::batch_view<double> out,
                    const diffgen::noise_level& l) const {
        const double variance = l.alpha * l.alpha * spread * spread + l.sigma * l.sigma;
        const double gain = l.alpha * spread * spread / variance;
        for (std::size_t i = 0; i < in.samples; ++i) {
            const Eigen::Map<const matrix> x(in.sample(i), 2, points);
            matrix in_pixel(pixels, points);  // densities, but for a factor of the point
            for (Index p = 0; p < points; ++p) {
                vector log = -((l.alpha * middles_).colwise() - x.col(p))
                                  .colwise()
                                  .squaredNorm()
                                  .transpose() /
                             (2 * variance);
                in_pixel.col(p) = (log.array() - log.maxCoeff()).exp();
            }
            const matrix of_digit = shares_.transpose() * in_pixel;  // digits x points
            const vector logs = of_digit.array().log().rowwise().sum();
            vector share = (logs.array() - logs.maxCoeff()).exp();
            share /= share.sum();
            // The probability of each pixel given the cloud, point by point.
            const matrix of_pixel =
                (shares_ * (of_digit.cwiseInverse().array().colwise() * share.array()).matrix())
                    .cwiseProduct(in_pixel);
            Eigen::Map<matrix>(out.sample(i), 2, points) =
                (1 - gain * l.alpha) * middles_ * of_pixel + gain * x;
        }
    }

  private:
    matrix shares_, middles_;
};

}  // namespace point_clouds

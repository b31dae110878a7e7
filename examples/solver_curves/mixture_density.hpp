// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A mixture of Gaussians with diagonal covariances as matrices: its denoiser for a whole batch, and
// how far samples are from it.

#include <Eigen/Core>

namespace curves {

/// A column a component.
struct mixture_density {
    Eigen::VectorXd weights;  ///< need not sum to 1
    Eigen::MatrixXd means, variances;

    mixture_density(Eigen::Index dimensions, Eigen::Index components)
        : weights(components), means(dimensions, components), variances(dimensions, components) {}

    /// E[x_0 | x] of states x of unit variance at sigma / alpha = ratio.
    void denoise(const Eigen::MatrixXd& x, double ratio, Eigen::MatrixXd& estimates) const;

    /// The mean over 32 directions of the Wasserstein-1 distance between the projected samples and
    /// the projected mixture, whose distribution function is known.
    [[nodiscard]] double sliced_distance(const Eigen::MatrixXd& samples) const;
};

}  // namespace curves

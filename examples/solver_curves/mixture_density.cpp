// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// The posterior mean of a mixture by matrix products, and one-dimensional Wasserstein distances.

#include "mixture_density.hpp"

#include <diffgen/noise/source.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

namespace curves {

void mixture_density::denoise(const Eigen::MatrixXd& x, double ratio,
                              Eigen::MatrixXd& estimates) const {
    const double alpha = std::isinf(ratio) ? 0 : 1 / std::hypot(1., ratio);
    const double sigma = std::isinf(ratio) ? 1 : ratio * alpha;
    // component k of x is N(alpha m, alpha^2 v + sigma^2)
    const Eigen::ArrayXXd total = alpha * alpha * variances.array() + sigma * sigma;
    const Eigen::MatrixXd precisions = total.inverse();
    const Eigen::MatrixXd gains = alpha * variances.array() / total;
    const Eigen::MatrixXd linear = alpha * means.array() / total;
    const Eigen::VectorXd constants =
        weights.array().log() - 0.5 * total.log().colwise().sum().transpose() -
        0.5 * (alpha * means.array() * linear.array()).colwise().sum().transpose();
    Eigen::MatrixXd shares = -0.5 * precisions.transpose() * x.cwiseAbs2();
    shares.noalias() += linear.transpose() * x;
    shares.colwise() += constants;
    const Eigen::RowVectorXd top = shares.colwise().maxCoeff();
    shares.rowwise() -= top;
    shares = shares.array().exp();
    const Eigen::RowVectorXd sums = shares.colwise().sum();
    shares.array().rowwise() /= sums.array();
    // the mean over components of m + gain (x - alpha m)
    const Eigen::MatrixXd kept = means.array() - alpha * gains.array() * means.array();
    estimates.noalias() = kept * shares;
    estimates.array() += (gains * shares).array() * x.array();
}

namespace {

/// The integral of |F - G| of the distribution functions of sorted samples and of a mixture in one
/// dimension.
double wasserstein(const std::vector<double>& sorted, const Eigen::ArrayXd& weights,
                   const Eigen::ArrayXd& means, const Eigen::ArrayXd& deviations) {
    const double low = std::min(sorted.front(), (means - 6 * deviations).minCoeff());
    const double high = std::max(sorted.back(), (means + 6 * deviations).maxCoeff());
    constexpr int cells = 2000;
    const double width = (high - low) / cells;
    double sum = 0;
    std::size_t below = 0;
    for (int i = 0; i < cells; ++i) {
        const double at = low + (i + 0.5) * width;
        while (below < sorted.size() && sorted[below] <= at)
            ++below;
        double exact = 0;
        for (Eigen::Index k = 0; k < means.size(); ++k)
            exact += weights[k] * 0.5 *
                     std::erfc((means[k] - at) / (deviations[k] * std::numbers::sqrt2));
        sum += std::abs(static_cast<double>(below) / static_cast<double>(sorted.size()) - exact);
    }
    return sum * width;
}

}  // namespace

double mixture_density::sliced_distance(const Eigen::MatrixXd& samples) const {
    constexpr int directions = 32;
    const diffgen::noise::philox source{5};
    std::uint64_t drawn = 0;
    const Eigen::ArrayXd shares = weights.array() / weights.sum();
    double sum = 0;
    for (int i = 0; i < directions; ++i) {
        Eigen::VectorXd u = Eigen::VectorXd::NullaryExpr(means.rows(), [&] {
            return source.normal<double>(diffgen::noise::stream::prior, 0, drawn++);
        });
        u.normalize();
        const Eigen::VectorXd projected = samples.transpose() * u;
        std::vector<double> sorted(projected.begin(), projected.end());
        std::sort(sorted.begin(), sorted.end());
        sum += wasserstein(sorted, shares, (means.transpose() * u).array(),
                           (variances.transpose() * u.cwiseAbs2()).array().sqrt());
    }
    return sum / directions;
}

}  // namespace curves

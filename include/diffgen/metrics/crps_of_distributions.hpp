// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The continuous ranked probability score of forecasts that are distributions: closed forms, in the
// unit of the value (Gneiting et al. 2005; Grimit et al. 2006; Jordan, Krueger and Lerch 2019,
// appendix A).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/metrics/samples.hpp>
#include <diffgen/metrics/weights.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>
#include <span>
#include <utility>

namespace diffgen::inline DIFFGEN_ABI::metrics {

namespace detail {

inline double gaussian_density(double z) {
    return std::sqrt(0.5 * std::numbers::inv_pi) * std::exp(-z * z / 2);
}
inline double gaussian_cdf(double z) {
    return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

/// The mean of |v| for Gaussian v; |mean| without deviation.
inline double gaussian_mean_distance(double mean, double deviation) {
    if (deviation == 0) return std::abs(mean);
    const double z = mean / deviation;
    return 2 * deviation * gaussian_density(z) + mean * std::erf(z / std::numbers::sqrt2);
}

inline void check_forecast(double value, double location, double scale, bool may_be_zero) {
    const double all[] = {value, location, scale};
    check_numbers("forecast", all, 3);
    if (may_be_zero ? scale < 0 : scale <= 0)
        throw bad_argument(text("diffgen: the deviation is ", scale,
                                may_be_zero ? ", not >= 0" : ", not above 0"));
}

}  // namespace detail

/// Of a Gaussian (Gneiting et al. 2005, eq. 5). Throws bad_argument on a negative deviation,
/// non_finite on NaN or infinity.
inline double crps_of_gaussian(double value, double mean, double deviation) {
    detail::check_forecast(value, mean, deviation, true);
    return detail::gaussian_mean_distance(value - mean, deviation) -
           deviation * std::numbers::inv_sqrtpi;
}

/// Of a logistic distribution, 1 / (1 + exp(-(x - location) / scale)). Throws bad_argument unless
/// the scale is positive, non_finite on NaN or infinity.
inline double crps_of_logistic(double value, double location, double scale) {
    detail::check_forecast(value, location, scale, false);
    const double z = std::abs(value - location) / scale;
    return scale * (z + 2 * std::log1p(std::exp(-z)) - 1);
}

/// Of a Laplace distribution, whose density is exp(-|x - location| / scale) / (2 scale). Throws as
/// above.
inline double crps_of_laplace(double value, double location, double scale) {
    detail::check_forecast(value, location, scale, false);
    const double z = std::abs(value - location) / scale;
    return scale * (z + std::exp(-z) - 0.75);
}

/// Of a mixture of Gaussians (Grimit et al. 2006, eq. 5); weights are divided by their sum, and
/// equal where there are none. Throws bad_shape unless there are as many of each, bad_argument
/// without a component, on a negative deviation or weight, non_finite on NaN or infinity.
inline double crps_of_gaussian_mixture(double value, std::span<const double> means,
                                       std::span<const double> deviations,
                                       std::span<const double> weights = {}) {
    detail::check_same_length("means", means.size(), "deviations", deviations.size());
    detail::check_numbers("mean", means, 1);
    for (std::size_t i = 0; i < means.size(); ++i)
        detail::check_forecast(value, means[i], deviations[i], true);
    const Eigen::VectorXd w =
        detail::normalised_weights("means", weights, static_cast<Eigen::Index>(means.size()));
    const auto share = [&](std::size_t i) { return w(static_cast<Eigen::Index>(i)); };
    double to_value = 0, among = 0;
    for (std::size_t i = 0; i < means.size(); ++i) {
        to_value += share(i) * detail::gaussian_mean_distance(value - means[i], deviations[i]);
        for (std::size_t j = 0; j < means.size(); ++j)
            among += share(i) * share(j) *
                     detail::gaussian_mean_distance(means[i] - means[j],
                                                    std::hypot(deviations[i], deviations[j]));
    }
    return to_value - among / 2;
}

/// Of a Gaussian of this location and scale that is known to lie between two limits, either of
/// which may be infinite (Jordan, Krueger and Lerch 2019, eq. for the truncated normal); the value
/// may lie outside. Throws bad_argument unless the scale is positive, lower < upper, and the
/// Gaussian has mass between them; non_finite on NaN or infinity elsewhere.
inline double crps_of_truncated_gaussian(double value, double location, double scale,
                                         double lower = -std::numeric_limits<double>::infinity(),
                                         double upper = std::numeric_limits<double>::infinity()) {
    detail::check_forecast(value, location, scale, false);
    require(lower < upper, "a Gaussian between ", lower, " and ", upper);
    double l = (lower - location) / scale, u = (upper - location) / scale,
           y = (value - location) / scale;
    if (l > 0) {  // seen from the other side, where the distribution function keeps its digits
        std::swap(l, u);
        l = -l;
        u = -u;
        y = -y;
    }
    const double below = detail::gaussian_cdf(l), above = detail::gaussian_cdf(u);
    const double mass = above - below;
    require(mass > 0, "a Gaussian of location ", location, " and scale ", scale,
            " has no mass between ", lower, " and ", upper);
    const double z = std::clamp(y, l, u);
    const double to_inside =
        (z * (2 * detail::gaussian_cdf(z) - below - above) + 2 * detail::gaussian_density(z)) /
        mass;
    const double root2 = std::numbers::sqrt2;
    const double spread = std::numbers::inv_sqrtpi *
                          (detail::gaussian_cdf(u * root2) - detail::gaussian_cdf(l * root2)) /
                          (mass * mass);
    return scale * (std::abs(y - z) + to_inside - spread);
}

}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// How good a forecast by samples or by quantiles was, once the value is known: the continuous
// ranked probability score (Matheson and Winkler 1976; Gneiting and Raftery 2007, eqs. 20 and 21),
// in the unit of the value, 0 for a sure and right forecast, and |forecast - value| for one number.
// Forecasts that are distributions: crps_of_distributions.hpp.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/metrics/crps_of_distributions.hpp>
#include <diffgen/metrics/samples.hpp>
#include <diffgen/metrics/weights.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::metrics {

namespace detail {

/// The parts of a score of samples.
struct sample_gaps {
    double to_value;     ///< mean |x - y|
    double among_pairs;  ///< sum of |x - x'| over all ordered pairs
};

inline sample_gaps gaps_of(double value, std::span<const double> samples) {
    check_numbers("observed", {&value, 1}, 1);
    // Seen from the value, so that nothing cancels where both are far from zero.
    std::vector<double> gaps(samples.begin(), samples.end());
    sample_gaps result{0, 0};
    for (double& gap : gaps) {
        gap -= value;
        result.to_value += std::abs(gap);
    }
    const auto m = static_cast<double>(gaps.size());
    result.to_value /= m;
    std::sort(gaps.begin(), gaps.end());
    double place = 1 - m;
    for (const double gap : gaps) {
        result.among_pairs += 2 * place * gap;
        place += 2;
    }
    return result;
}

}  // namespace detail

/// Of the distribution that has the samples as its only values: mean |x - y| - sum |x - x'| / (2
/// m^2). Throws bad_argument without a sample, non_finite on NaN or infinity.
inline double crps_of_samples(double value, std::span<const double> samples) {
    detail::check_numbers("sample", samples, 1);
    const auto m = static_cast<double>(samples.size());
    const auto gaps = detail::gaps_of(value, samples);
    return gaps.to_value - gaps.among_pairs / (2 * m * m);
}

/// Of the distribution that has the samples as its only values, with the probabilities that the
/// weights have after division by their sum: sum w |x - y| - sum w w' |x - x'| / 2. Throws
/// bad_shape unless there is a weight for every sample, bad_argument without a sample, where a
/// weight is negative or all are zero, non_finite on NaN or infinity.
inline double crps_of_samples(double value, std::span<const double> samples,
                              std::span<const double> weights) {
    detail::check_numbers("observed", {&value, 1}, 1);
    detail::check_numbers("sample", samples, 1);
    const Eigen::VectorXd w =
        detail::normalised_weights("samples", weights, static_cast<Eigen::Index>(samples.size()));
    std::vector<std::pair<double, double>> gaps;  // seen from the value, with the weight
    for (std::size_t i = 0; i < samples.size(); ++i)
        gaps.emplace_back(samples[i] - value, w(static_cast<Eigen::Index>(i)));
    std::sort(gaps.begin(), gaps.end());
    double to_value = 0, among_pairs = 0, below = 0;
    for (const auto& [gap, weight] : gaps) {
        to_value += weight * std::abs(gap);
        among_pairs += weight * (2 * below + weight - 1) * gap;  // weight below less weight above
        below += weight;
    }
    return to_value - among_pairs;
}

/// Of the distribution that the samples were drawn from, without bias (the fair score of Ferro
/// 2014): divides by m (m - 1) in place of m^2, so that forecasts of few and of many samples can be
/// compared. Throws bad_argument on fewer than two samples, non_finite on NaN or infinity.
inline double fair_crps_of_samples(double value, std::span<const double> samples) {
    detail::check_numbers("sample", samples, 2);
    const auto m = static_cast<double>(samples.size());
    const auto gaps = detail::gaps_of(value, samples);
    return gaps.to_value - gaps.among_pairs / (2 * m * (m - 1));
}

/// Of quantiles: twice their mean pinball loss. It is the score in the limit of many levels spread
/// evenly, such as (i - 1/2) / K, i = 1 .. K. Throws bad_shape unless there is a quantile for every
/// level, bad_argument unless levels lie in (0, 1), non_finite on NaN or infinity.
inline double crps_of_quantiles(double value, std::span<const double> levels,
                                std::span<const double> quantiles) {
    detail::check_same_length("levels", levels.size(), "quantiles", quantiles.size());
    detail::check_numbers("observed", {&value, 1}, 1);
    detail::check_numbers("quantile", quantiles, 1);
    double sum = 0;
    for (std::size_t i = 0; i < levels.size(); ++i) {
        if (!(levels[i] > 0 && levels[i] < 1)) {
            throw bad_argument(
                detail::text("diffgen: level ", i, " is ", levels[i], ", not between 0 and 1"));
        }
        const double gap = value - quantiles[i];
        sum += 2 * (gap >= 0 ? levels[i] * gap : (levels[i] - 1) * gap);
    }
    return sum / static_cast<double>(levels.size());
}

}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The energy score of a forecast of several values by samples (Gneiting and Raftery 2007, eq. 22):
// the continuous ranked probability score in more than one dimension.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/metrics/samples.hpp>

#include <Eigen/Core>

namespace diffgen::inline DIFFGEN_ABI::metrics {

namespace detail {

/// mean |x - y| - sum |x - x'| / (2 pairs), over all ordered pairs of samples.
inline double energy_score(const Eigen::VectorXd& values, const sample_matrix& samples,
                           double pairs) {
    double to_values = 0, among_pairs = 0;
    for (Eigen::Index i = 0; i < samples.cols(); ++i) {
        to_values += (samples.col(i) - values).norm();
        for (Eigen::Index j = 0; j < i; ++j)
            among_pairs += 2 * (samples.col(i) - samples.col(j)).norm();
    }
    return to_values / static_cast<double>(samples.cols()) - among_pairs / (2 * pairs);
}

/// Throws bad_shape where values and samples have other sizes, bad_argument on fewer than `least`
/// samples, non_finite on NaN or infinity.
inline void check_vector_forecast(const Eigen::VectorXd& values, const sample_matrix& samples,
                                  Eigen::Index least) {
    check_samples("observed", values, 1);
    check_samples("forecast", samples, least);
    check_mergeable("elements", values.size(), samples.rows());
}

}  // namespace detail

/// mean |x - y| - sum |x - x'| / (2 m^2) for m samples, a column each, in the unit of the values.
/// Throws bad_shape where values and samples have other sizes, bad_argument without a sample,
/// non_finite on NaN or infinity.
inline double energy_score(const Eigen::VectorXd& values, const sample_matrix& samples) {
    detail::check_vector_forecast(values, samples, 1);
    const auto m = static_cast<double>(samples.cols());
    return detail::energy_score(values, samples, m * m);
}

/// Of the distribution that the samples were drawn from, without bias: m (m - 1) in place of m^2.
/// Throws as above, bad_argument on fewer than two samples.
inline double fair_energy_score(const Eigen::VectorXd& values, const sample_matrix& samples) {
    detail::check_vector_forecast(values, samples, 2);
    const auto m = static_cast<double>(samples.cols());
    return detail::energy_score(values, samples, m * (m - 1));
}

}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>

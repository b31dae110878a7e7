// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The energy distance (Szekely and Rizzo 2013) with an exponent and with weights:
//     squared = 2 E|x - y|^b - E|x - x'|^b - E|y - y'|^b,  0 < b < 2,
// which is zero for equal distributions only.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/metrics/kernels.hpp>
#include <diffgen/metrics/maximum_mean_discrepancy.hpp>
#include <diffgen/metrics/samples.hpp>
#include <diffgen/metrics/weights.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <span>

namespace diffgen::inline DIFFGEN_ABI::metrics {

struct energy_options {
    double exponent = 1;  ///< b
    /// One for each sample, divided by their sum; equal ones where a list is empty.
    std::span<const double> real_weights = {}, generated_weights = {};

    void check() const {
        require(exponent > 0 && exponent < 2, "energy_options with exponent = ", exponent,
                ", not between 0 and 2");
    }
};

/// The three means that the distance is made of, over all pairs, a sample and itself included.
struct energy_terms {
    double across, within_real, within_generated;

    /// Never negative, up to rounding; biased upwards for samples.
    [[nodiscard]] double squared() const { return 2 * across - within_real - within_generated; }
    [[nodiscard]] double distance() const { return std::sqrt(std::max(0.0, squared())); }
};

namespace detail {

/// The mean of |x - y|^exponent under weights a and b.
inline double mean_power(const sample_matrix& x, const sample_matrix& y, const Eigen::VectorXd& a,
                         const Eigen::VectorXd& b, double exponent) {
    double sum = 0;
    for (Eigen::Index i = 0; i < blocks_of(x.cols()); ++i) {
        const auto left = block_of(x, i);
        const auto left_weights = a.segment(i * block_columns, left.cols());
        for (Eigen::Index j = 0; j < blocks_of(y.cols()); ++j) {
            const auto right = block_of(y, j);
            const matrix values = -kernel_block(distance_kernel{exponent}, left, right).matrix();
            sum += left_weights.dot(values * b.segment(j * block_columns, right.cols()));
        }
    }
    return sum;
}

}  // namespace detail

/// Between two sets of samples, a column each. Throws bad_shape when the dimensions differ or a
/// list of weights has another length, bad_argument where a set is empty, the exponent makes no
/// sense or a weight is negative, non_finite on NaN or infinity.
inline energy_terms energy_terms_of(const sample_matrix& real, const sample_matrix& generated,
                                    const energy_options& options = {}) {
    options.check();
    detail::check_samples("real", real, 1);
    detail::check_samples("generated", generated, 1);
    detail::check_same_dimension(real.rows(), generated.rows());
    const Eigen::VectorXd a =
        detail::normalised_weights("real samples", options.real_weights, real.cols());
    const Eigen::VectorXd b = detail::normalised_weights(
        "generated samples", options.generated_weights, generated.cols());
    return {detail::mean_power(real, generated, a, b, options.exponent),
            detail::mean_power(real, real, a, a, options.exponent),
            detail::mean_power(generated, generated, b, b, options.exponent)};
}

/// An estimate of the square without bias, which can be negative: pairs of a sample with itself are
/// left out. Throws as above, bad_argument on fewer than two samples of either.
inline double unbiased_squared_energy_distance(const sample_matrix& real,
                                               const sample_matrix& generated,
                                               double exponent = 1) {
    energy_options{exponent}.check();
    return maximum_mean_discrepancy(real, generated, distance_kernel{exponent});
}

}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The kernel distance (Binkowski et al. 2018): the unbiased estimate of the squared maximum mean
// discrepancy (Gretton et al. 2012) for the kernel k(x, y) = (x'y / d + 1)^3 on d features:
//     mean of k(x_i, x_j), i != j, + mean of k(y_i, y_j), i != j, - 2 mean of k(x_i, y_j).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/metrics/samples.hpp>

#include <Eigen/Core>

#include <algorithm>

namespace diffgen::inline DIFFGEN_ABI::metrics {

namespace detail {

/// The sum of the kernel over all pairs of columns, in blocks so that memory stays small.
inline double kernel_sum(const sample_matrix& x, const sample_matrix& y) {
    constexpr Eigen::Index block = 256;
    const double scale = 1.0 / static_cast<double>(x.rows());
    matrix products;
    double sum = 0;
    for (Eigen::Index first = 0; first < y.cols(); first += block) {
        products.noalias() = x.transpose() * y.middleCols(first, std::min(block, y.cols() - first));
        sum += (products.array() * scale + 1).cube().sum();
    }
    return sum;
}

/// The mean of the kernel over all pairs of different columns.
inline double kernel_mean_of_others(const sample_matrix& x) {
    const double count = static_cast<double>(x.cols());
    const Eigen::ArrayXd norms = x.colwise().squaredNorm().transpose();
    const double with_itself = (norms / static_cast<double>(x.rows()) + 1).cube().sum();
    return (kernel_sum(x, x) - with_itself) / (count * (count - 1));
}

}  // namespace detail

/// Between two sets of samples, a column each. Unbiased, so it can be negative for sets that are
/// alike. Throws bad_shape when the dimensions differ, bad_argument on fewer than two samples,
/// non_finite on NaN or infinity.
inline double kernel_distance(const sample_matrix& real, const sample_matrix& generated) {
    detail::check_samples("real", real, 2);
    detail::check_samples("generated", generated, 2);
    detail::check_same_dimension(real.rows(), generated.rows());
    const double pairs = static_cast<double>(real.cols()) * static_cast<double>(generated.cols());
    return detail::kernel_mean_of_others(real) + detail::kernel_mean_of_others(generated) -
           2 * detail::kernel_sum(real, generated) / pairs;
}

}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>

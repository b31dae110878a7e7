// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The kernel distance (Binkowski et al. 2018): the unbiased estimate of the squared maximum mean
// discrepancy for the kernel (x'y / d + 1)^3 on d features.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/metrics/kernels.hpp>
#include <diffgen/metrics/maximum_mean_discrepancy.hpp>
#include <diffgen/metrics/progress.hpp>
#include <diffgen/metrics/samples.hpp>
#include <diffgen/metrics/subsets.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cstdint>

namespace diffgen::inline DIFFGEN_ABI::metrics {

/// Between two sets of samples, a column each. Unbiased, so it can be negative for sets that are
/// alike. Samples in float have their products in float, which takes half the time, and all sums in
/// double. Throws bad_shape when the dimensions differ, bad_argument on fewer than two samples,
/// non_finite on NaN or infinity.
template <class Real, class Generated>
double kernel_distance(const Eigen::MatrixBase<Real>& real,
                       const Eigen::MatrixBase<Generated>& generated) {
    return maximum_mean_discrepancy(real, generated, polynomial_kernel{});
}

/// Of random subsets of both, each drawn without replacement: with replacement, a sample would be
/// compared with itself and the estimate would be biased. The deviation is that of single subsets.
/// A function of samples, options and seed. Throws bad_argument where a set is smaller than a
/// subset and as above, cancelled.
template <class Real, class Generated>
mean_and_deviation kernel_distance_of_subsets(const Eigen::MatrixBase<Real>& real_samples,
                                              const Eigen::MatrixBase<Generated>& generated_samples,
                                              const subset_options& options = {},
                                              const progress_observer& observe = {}) {
    const detail::matrix_view<Real>& real = real_samples.derived();
    const detail::matrix_view<Generated>& generated = generated_samples.derived();
    options.check();
    detail::check_samples("real", real, options.size);
    detail::check_samples("generated", generated, options.size);
    detail::check_same_dimension(real.rows(), generated.rows());
    const noise::philox random{options.seed};
    detail::work done(observe, options.subsets);
    Eigen::ArrayXd values(options.subsets);
    for (int i = 0; i < options.subsets; ++i) {
        const auto draw = static_cast<std::uint32_t>(2 * i);
        values(i) = kernel_distance(detail::subset_of(real, options.size, random, draw),
                                    detail::subset_of(generated, options.size, random, draw + 1));
        done.block_done();
    }
    return detail::of_values(values);
}

/// Of subsets that are given: row i of each table holds the columns of the samples of subset i. The
/// value of every subset, whose mean is the distance. Throws bad_shape where the tables have other
/// numbers of rows, bad_argument on a subset of fewer than two or a column that is not there, and
/// as kernel_distance.
template <class Real, class Generated>
Eigen::ArrayXd kernel_distances_of(const Eigen::MatrixBase<Real>& real_samples,
                                   const Eigen::MatrixBase<Generated>& generated_samples,
                                   const index_table& real_subsets,
                                   const index_table& generated_subsets,
                                   const polynomial_kernel& kernel = {}) {
    const detail::matrix_view<Real>& real = real_samples.derived();
    const detail::matrix_view<Generated>& generated = generated_samples.derived();
    detail::check_mergeable("subsets", real_subsets.rows(), generated_subsets.rows());
    Eigen::ArrayXd values(real_subsets.rows());
    for (Eigen::Index i = 0; i < real_subsets.rows(); ++i) {
        values(i) = maximum_mean_discrepancy(
            detail::columns_of(real, real_subsets.row(i)),
            detail::columns_of(generated, generated_subsets.row(i)), kernel);
    }
    return values;
}

}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>

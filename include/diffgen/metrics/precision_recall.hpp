// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Precision and recall of generated samples by manifolds of k nearest neighbours (Kynkaanniemi et
// al. 2019), with density and coverage (Naeem et al. 2020).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/metrics/samples.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <limits>

namespace diffgen::inline DIFFGEN_ABI::metrics {

/// All between 0 and 1 except density, which can exceed 1.
struct manifold_scores {
    double precision;  ///< part of the generated samples inside the real manifold
    double recall;     ///< part of the real samples inside the generated manifold
    double density;    ///< mean number of real balls around a generated sample, over k
    double coverage;   ///< part of the real balls with a generated sample inside
};

namespace detail {

/// Columns of distances held at a time: 256 columns of 4,000 doubles are 8 MB.
inline constexpr Eigen::Index block_columns = 256;

/// Calls use(first, distances) for blocks of columns of `to`: squared Euclidean distances between
/// every column of `from` and columns first, first + 1, ... of `to`, through one matrix product.
template <class Use>
void for_distance_blocks(const matrix& from, const matrix& to, Use use) {
    const Eigen::VectorXd from_norms = from.colwise().squaredNorm();
    matrix distances;
    for (Eigen::Index first = 0; first < to.cols(); first += block_columns) {
        const auto part = to.middleCols(first, std::min(block_columns, to.cols() - first));
        distances.noalias() = -2 * from.transpose() * part;
        distances.colwise() += from_norms;
        distances.rowwise() += part.colwise().squaredNorm();
        use(first, distances);
    }
}

/// The squared distance of every sample to the k-th nearest of the others.
inline Eigen::VectorXd squared_radii(const matrix& samples, Eigen::Index k) {
    Eigen::VectorXd radii(samples.cols());
    for_distance_blocks(samples, samples, [&](Eigen::Index first, matrix& distances) {
        for (Eigen::Index i = 0; i < distances.cols(); ++i) {
            auto others = distances.col(i);
            others(first + i) = std::numeric_limits<double>::infinity();
            std::nth_element(others.begin(), others.begin() + (k - 1), others.end());
            radii(first + i) = others(k - 1);
        }
    });
    return radii;
}

}  // namespace detail

/// Scores of generated against real samples, a column each. A sample's ball has the distance to its
/// k-th nearest neighbour in its own set as radius and is open, as in the code of Naeem et al.: a
/// point at exactly that distance is outside. (Kynkaanniemi et al. close it; the two differ only on
/// ties, such as copied samples.) Throws bad_shape when the dimensions differ, bad_argument unless
/// k >= 1 and both sets have at least k + 1 samples, non_finite on NaN or infinity.
inline manifold_scores precision_recall(const sample_matrix& real, const sample_matrix& generated,
                                        Eigen::Index k = 5) {
    if (k < 1) throw bad_argument(detail::text("diffgen: k is ", k, ", not >= 1"));
    detail::check_samples("real", real, k + 1);
    detail::check_samples("generated", generated, k + 1);
    detail::check_same_dimension(real.rows(), generated.rows());

    // Distances do not change when all is seen from one of the samples, but cancellation then does
    // not grow with the distance from the origin, and integers stay integers.
    const Eigen::VectorXd origin = real.col(0);
    const matrix x = real.colwise() - origin;
    const matrix y = generated.colwise() - origin;
    const Eigen::VectorXd real_radii = detail::squared_radii(x, k);
    const Eigen::VectorXd generated_radii = detail::squared_radii(y, k);

    using flags = Eigen::Array<bool, Eigen::Dynamic, 1>;
    flags recalled = flags::Constant(x.cols(), false);
    flags covered = flags::Constant(x.cols(), false);
    Eigen::Index precise = 0;
    Eigen::Index balls = 0;
    detail::for_distance_blocks(x, y, [&](Eigen::Index first, const matrix& distances) {
        for (Eigen::Index j = 0; j < distances.cols(); ++j) {
            const auto distance = distances.col(j).array();
            const flags inside = distance < real_radii.array();
            const Eigen::Index around = inside.count();
            balls += around;
            precise += around > 0;
            covered = covered || inside;
            recalled = recalled || distance < generated_radii(first + j);
        }
    });

    const auto part = [](Eigen::Index count, Eigen::Index all) {
        return static_cast<double>(count) / static_cast<double>(all);
    };
    return {part(precise, y.cols()), part(recalled.count(), x.cols()), part(balls, k * y.cols()),
            part(covered.count(), x.cols())};
}

}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>

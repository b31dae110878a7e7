// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Clusters of samples: Lloyd's iteration (1982) from centres that are drawn far apart (k-means++,
// Arthur and Vassilvitskii 2007).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/metrics/samples.hpp>
#include <diffgen/noise/source.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cstdint>
#include <limits>

namespace diffgen::inline DIFFGEN_ABI::metrics::detail {

/// Squared distances between all columns of two sets, those of `to` a column each.
inline matrix squares_between(const matrix& from, const sample_matrix& to) {
    matrix squares = -2 * (from.transpose() * to);
    squares.colwise() += from.colwise().squaredNorm().transpose();
    squares.rowwise() += to.colwise().squaredNorm();
    return squares.cwiseMax(0);
}

/// The column of a table of weights that the part u of their sum falls into.
inline Eigen::Index drawn(const Eigen::VectorXd& weights, double u) {
    double left = u * weights.sum();
    Eigen::Index i = 0;
    for (; i + 1 < weights.size(); ++i) {
        left -= weights(i);
        if (left < 0) break;
    }
    return i;
}

/// The cluster of every sample, 0 .. clusters - 1. A function of samples, random and draw; at least
/// as many samples as clusters. Samples should not lie far from the origin.
inline Eigen::VectorXi k_means(const sample_matrix& samples, Eigen::Index clusters, int iterations,
                               const noise::philox& random, std::uint32_t draw) {
    const auto uniform = [&](Eigen::Index i) {
        return random.uniform<double>(noise::stream::metric, draw, static_cast<std::uint64_t>(i));
    };
    matrix centres(samples.rows(), clusters);
    Eigen::VectorXd nearest = Eigen::VectorXd::Ones(samples.cols());
    for (Eigen::Index c = 0; c < clusters; ++c) {
        centres.col(c) = samples.col(drawn(nearest, uniform(c)));
        const Eigen::VectorXd squares = squares_between(centres.col(c), samples).row(0);
        nearest = c == 0 ? squares : nearest.cwiseMin(squares);
    }

    Eigen::VectorXi cluster = Eigen::VectorXi::Constant(samples.cols(), -1);
    for (int turn = 0; turn < iterations; ++turn) {
        const Eigen::VectorXi before = cluster;
        for (Eigen::Index b = 0; b < blocks_of(samples.cols()); ++b) {
            const matrix squares = squares_between(centres, block_of(samples, b));
            for (Eigen::Index i = 0; i < squares.cols(); ++i) {
                Eigen::Index best = 0;
                squares.col(i).minCoeff(&best);
                cluster(b * block_columns + i) = static_cast<int>(best);
            }
        }
        if (cluster == before) break;
        // A centre that lost all its samples stays where it is.
        matrix sums = matrix::Zero(samples.rows(), clusters);
        Eigen::VectorXd counts = Eigen::VectorXd::Zero(clusters);
        for (Eigen::Index i = 0; i < samples.cols(); ++i) {
            sums.col(cluster(i)) += samples.col(i);
            counts(cluster(i)) += 1;
        }
        for (Eigen::Index c = 0; c < clusters; ++c)
            if (counts(c) > 0) centres.col(c) = sums.col(c) / counts(c);
    }
    return cluster;
}

}  // namespace diffgen::inline DIFFGEN_ABI::metrics::detail

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Precision and recall of a generator as a curve (Sajjadi et al. 2018): at the slope lambda, the
// precision is sum min(lambda p, q) and the recall sum min(p, q / lambda), p and q the shares that
// real and generated samples have in common clusters.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/metrics/k_means.hpp>
#include <diffgen/metrics/progress.hpp>
#include <diffgen/metrics/samples.hpp>
#include <diffgen/noise/source.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::metrics {

namespace detail {

/// Throws bad_shape unless there are as many of both, bad_argument where shares are negative or do
/// not sum to 1 within 1e-6, non_finite on NaN or infinity.
inline void check_shares(std::span<const double> real, std::span<const double> generated) {
    check_same_length("real shares", real.size(), "generated shares", generated.size());
    for (const auto& shares : {real, generated}) {
        check_numbers("share", shares, 1);
        double sum = 0;
        for (const double share : shares) {
            require(share >= 0, "a share of ", share, " is negative");
            sum += share;
        }
        require(std::abs(sum - 1) <= 1e-6, "the shares sum to ", sum, ", not to 1");
    }
}

}  // namespace detail

/// The point of the curve at a slope, from shares that are known, such as those of classes. Throws
/// bad_shape unless there are as many of both, bad_argument where shares are negative or do not sum
/// to 1 within 1e-6, or the slope is not positive; non_finite on NaN or infinity.
inline precision_and_recall precision_recall_at(std::span<const double> real,
                                                std::span<const double> generated, double slope) {
    detail::check_shares(real, generated);
    require(diffgen::detail::is_positive(slope), "a slope of ", slope, ", not above 0");
    double precision = 0;
    for (std::size_t c = 0; c < real.size(); ++c)
        precision += std::min(slope * real[c], generated[c]);
    return {std::min(precision, 1.0), std::min(precision / slope, 1.0)};
}

/// The curve from shares that are known, at slopes tan(pi / 2 (i + 1/2) / angles): from high recall
/// to high precision. Throws as above, bad_argument without an angle.
inline std::vector<precision_and_recall> precision_recall_curve(std::span<const double> real,
                                                                std::span<const double> generated,
                                                                int angles = 1000) {
    require(angles >= 1, "a curve of ", angles, " angles");
    std::vector<precision_and_recall> curve;
    for (int i = 0; i < angles; ++i) {
        const double slope = std::tan(std::numbers::pi / 2 * (i + 0.5) / angles);
        curve.push_back(precision_recall_at(real, generated, slope));
    }
    return curve;
}

/// The largest F score on a curve, (1 + beta^2) precision recall / (beta^2 precision + recall):
/// beta = 8 weighs recall, beta = 1/8 precision. Throws bad_argument unless beta is positive.
inline double largest_f_score(std::span<const precision_and_recall> curve, double beta) {
    require(diffgen::detail::is_positive(beta), "beta is ", beta, ", not above 0");
    double largest = 0;
    for (const auto& [precision, recall] : curve) {
        const double below = beta * beta * precision + recall;
        if (below > 0) largest = std::max(largest, (1 + beta * beta) * precision * recall / below);
    }
    return largest;
}

struct curve_options {
    int clusters = 20;
    int runs = 10;         ///< clusterings that the curve is the mean of
    int iterations = 100;  ///< of k-means, at most
    int angles = 1000;
    std::uint64_t seed = 0;

    void check() const {
        require(clusters >= 1, "curve_options with clusters = ", clusters, ", not >= 1");
        require(runs >= 1, "curve_options with runs = ", runs, ", not >= 1");
        require(iterations >= 1, "curve_options with iterations = ", iterations, ", not >= 1");
        require(angles >= 1, "curve_options with angles = ", angles, ", not >= 1");
    }
};

/// The curve of samples, a column each, by clusters of both together; take as many of both, or the
/// clusters follow the larger set. A function of samples, options and seed. Throws bad_shape when
/// the dimensions differ, bad_argument where there are fewer samples than clusters, non_finite on
/// NaN or infinity, cancelled.
inline std::vector<precision_and_recall> precision_recall_curve(
    const sample_matrix& real, const sample_matrix& generated, const curve_options& options = {},
    const progress_observer& observe = {}) {
    options.check();
    detail::check_samples("real", real, options.clusters);
    detail::check_samples("generated", generated, options.clusters);
    detail::check_same_dimension(real.rows(), generated.rows());
    matrix both(real.rows(), real.cols() + generated.cols());
    both << real, generated;
    const Eigen::VectorXd middle = both.rowwise().mean();
    both.colwise() -= middle;

    const auto shares = [&](const auto& clusters) {
        std::vector<double> result(static_cast<std::size_t>(options.clusters));
        for (const int cluster : clusters)
            result[static_cast<std::size_t>(cluster)] += 1.0 / static_cast<double>(clusters.size());
        return result;
    };
    std::vector<precision_and_recall> mean(static_cast<std::size_t>(options.angles));
    detail::work done(observe, options.runs);
    for (int run = 0; run < options.runs; ++run) {
        const Eigen::VectorXi cluster =
            detail::k_means(both, options.clusters, options.iterations, noise::philox{options.seed},
                            static_cast<std::uint32_t>(run));
        const auto curve =
            precision_recall_curve(shares(cluster.head(real.cols())),
                                   shares(cluster.tail(generated.cols())), options.angles);
        for (std::size_t i = 0; i < mean.size(); ++i) {
            mean[i].precision += curve[i].precision / options.runs;
            mean[i].recall += curve[i].recall / options.runs;
        }
        done.block_done();
    }
    return mean;
}

}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Two sets of samples, seen along given directions: the cost of transport on each line, from which
// the sliced Wasserstein distance (Bonneel et al. 2015) is the mean and the max-sliced one
// (Deshpande et al. 2019) the largest. Samples may have weights. (Directions drawn at random, and
// samples in chunks: sliced_wasserstein.hpp.)

#include <diffgen/core/without_macros.hpp>

#include <diffgen/metrics/empirical_distribution.hpp>
#include <diffgen/metrics/samples.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::metrics {

/// W^order of the projections on every direction.
struct sliced_costs {
    std::vector<double> costs;
    double order;

    /// (mean cost)^(1 / order), in the unit of the samples for directions of length 1.
    [[nodiscard]] double distance() const {
        const double sum = std::accumulate(costs.begin(), costs.end(), 0.0);
        return std::pow(sum / static_cast<double>(costs.size()), 1 / order);
    }
    /// (largest cost)^(1 / order).
    [[nodiscard]] double largest_distance() const {
        return std::pow(*std::max_element(costs.begin(), costs.end()), 1 / order);
    }
};

/// Of two sets of samples and the directions, a column each. Directions count as they are, whatever
/// their length. Throws bad_shape when the dimensions differ or weights have another length,
/// bad_argument where there is no direction or no sample, the order is below 1 or a weight
/// negative, non_finite on NaN or infinity.
inline sliced_costs sliced_costs_of(const sample_matrix& real, const sample_matrix& generated,
                                    const sample_matrix& directions, double order = 2,
                                    std::span<const double> real_weights = {},
                                    std::span<const double> generated_weights = {}) {
    detail::check_samples("real", real, 1);
    detail::check_samples("generated", generated, 1);
    detail::check_samples("direction", directions, 1);
    detail::check_same_dimension(real.rows(), generated.rows());
    detail::check_mergeable("elements", real.rows(), directions.rows());
    sliced_costs result{{}, order};
    const auto line = [](const Eigen::VectorXd& values) {
        return std::span<const double>(values.data(), static_cast<std::size_t>(values.size()));
    };
    for (Eigen::Index d = 0; d < directions.cols(); ++d) {
        const Eigen::VectorXd a = real.transpose() * directions.col(d);
        const Eigen::VectorXd b = generated.transpose() * directions.col(d);
        result.costs.push_back(
            transport_cost(line(a), line(b), order, real_weights, generated_weights));
    }
    return result;
}

}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Weights of samples.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/metrics/samples.hpp>

#include <Eigen/Core>

#include <cstddef>
#include <span>

namespace diffgen::inline DIFFGEN_ABI::metrics::detail {

/// Weights divided by their sum; equal ones where the list is empty. Throws bad_shape unless there
/// is a weight for each of `count` samples, bad_argument where one is negative or all are zero,
/// non_finite on NaN or infinity.
inline Eigen::VectorXd normalised_weights(const char* name, std::span<const double> weights,
                                          Eigen::Index count) {
    if (weights.empty()) return Eigen::VectorXd::Constant(count, 1 / static_cast<double>(count));
    check_same_length("weights", weights.size(), name, static_cast<std::size_t>(count));
    check_numbers("weight", weights, 1);
    double sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        if (weights[i] < 0)
            throw bad_argument(text("diffgen: weight ", i, " is ", weights[i], ", not >= 0"));
        sum += weights[i];
    }
    if (!(sum > 0)) throw bad_argument("diffgen: all weights are zero");
    return Eigen::Map<const Eigen::VectorXd>(weights.data(), count) / sum;
}

}  // namespace diffgen::inline DIFFGEN_ABI::metrics::detail

#include <diffgen/core/with_macros.hpp>

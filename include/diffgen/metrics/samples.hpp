// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What every measure asks of its samples. A matrix of samples has a column a sample.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/error.hpp>

#include <Eigen/Core>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::metrics {

/// Column-major whatever Eigen's default is, so that sums have one order.
using matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor>;
using sample_matrix = Eigen::Ref<const matrix>;

namespace detail {

using diffgen::detail::text;

/// Throws bad_shape on samples without elements, bad_argument when there are fewer than `least`,
/// non_finite on NaN or infinity. `name` says in the text which samples are meant.
inline void check_samples(const char* name, const sample_matrix& samples, Eigen::Index least) {
    if (samples.rows() == 0)
        throw bad_shape(text("diffgen: the ", name, " samples have no elements"));
    if (samples.cols() < least) {
        throw bad_argument(text("diffgen: there are ", samples.cols(), " ", name,
                                " samples, not at least ", least));
    }
    if (samples.allFinite()) return;
    for (Eigen::Index sample = 0; sample < samples.cols(); ++sample) {
        for (Eigen::Index element = 0; element < samples.rows(); ++element) {
            const double value = samples(element, sample);
            if (!std::isfinite(value)) {
                throw non_finite(text("diffgen: the ", name, " sample ", sample, " has the value ",
                                      value, " in its element ", element));
            }
        }
    }
}

/// Throws bad_shape unless the samples of both sets have the same number of elements.
inline void check_same_dimension(Eigen::Index real, Eigen::Index generated) {
    if (real != generated) {
        throw bad_shape(
            text("diffgen: real samples have ", real, " elements, generated samples ", generated));
    }
}

}  // namespace detail
}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>

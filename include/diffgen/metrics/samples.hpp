// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What every measure asks of its samples. A matrix of samples has a column a sample.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/error.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

namespace diffgen::inline DIFFGEN_ABI::metrics {

/// Column-major whatever Eigen's default is, so that sums have one order.
using matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor>;
using sample_matrix = Eigen::Ref<const matrix>;

/// A figure that was measured several times, on parts or on subsets.
struct mean_and_deviation {
    double mean;
    double deviation;  ///< of the single values, over their number
};

/// A point of a curve. Precision is the share of what is taken that is right, recall the share of
/// what is right that is taken.
struct precision_and_recall {
    double precision, recall;
};

namespace detail {

using diffgen::detail::text;

/// Samples in float or double as a measure reads them: column-major, copied where they are not.
template <class Samples>
using matrix_view = Eigen::Ref<
    const Eigen::Matrix<typename Samples::Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor>>;

/// Throws bad_shape on samples without elements, bad_argument when there are fewer than `least`,
/// non_finite on NaN or infinity. `name` says in the text which samples are meant.
template <class Samples>
void check_samples(const char* name, const Eigen::DenseBase<Samples>& samples, Eigen::Index least) {
    if (samples.rows() == 0)
        throw bad_shape(text("diffgen: the ", name, " samples have no elements"));
    if (samples.cols() < least) {
        throw bad_argument(text("diffgen: there are ", samples.cols(), " ", name,
                                " samples, not at least ", least));
    }
    if (samples.allFinite()) return;
    for (Eigen::Index sample = 0; sample < samples.cols(); ++sample) {
        for (Eigen::Index element = 0; element < samples.rows(); ++element) {
            const auto value = static_cast<double>(samples.derived()(element, sample));
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

/// Throws bad_shape unless two numbers agree that must be equal in accumulators to be merged.
/// `name` says which number it is.
inline void check_mergeable(const char* name, Eigen::Index mine, Eigen::Index other) {
    if (mine != other) {
        throw bad_shape(
            text("diffgen: merged with another that has ", other, " ", name, ", not ", mine));
    }
}

/// Throws non_finite on NaN or infinity in a list of numbers, bad_argument when there are fewer
/// than `least`.
inline void check_numbers(const char* name, std::span<const double> numbers, std::size_t least) {
    if (numbers.size() < least) {
        throw bad_argument(text("diffgen: there are ", numbers.size(), " ", name,
                                " values, not at least ", least));
    }
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (!std::isfinite(numbers[i]))
            throw non_finite(text("diffgen: the ", name, " value ", i, " is ", numbers[i]));
    }
}

/// Throws bad_shape unless two lists belong together, element by element.
inline void check_same_length(const char* first, std::size_t a, const char* second, std::size_t b) {
    if (a != b) throw bad_shape(text("diffgen: ", a, " ", first, ", but ", b, " ", second));
}

inline mean_and_deviation of_values(const Eigen::ArrayXd& values) {
    const double mean = values.mean();
    return {mean, std::sqrt((values - mean).square().mean())};
}

/// Columns that a block of work has.
inline constexpr Eigen::Index block_columns = 256;

inline Eigen::Index blocks_of(Eigen::Index columns) {
    return (columns + block_columns - 1) / block_columns;
}

/// Block number `block` of a matrix.
template <class Samples>
auto block_of(const Samples& samples, Eigen::Index block) {
    const Eigen::Index first = block * block_columns;
    return samples.middleCols(first, std::min(block_columns, samples.cols() - first));
}

}  // namespace detail
}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Random subsets of samples.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/metrics/samples.hpp>
#include <diffgen/noise/source.hpp>

#include <Eigen/Core>

#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::metrics {

struct subset_options {
    int subsets = 100;
    Eigen::Index size = 1000;  ///< samples of a subset
    std::uint64_t seed = 0;

    void check() const {
        require(subsets >= 1, "subset_options with subsets = ", subsets, ", not >= 1");
        require(size >= 2, "subset_options with size = ", size, ", not >= 2");
    }
};

/// A row of columns of samples for every subset.
using index_table = Eigen::Array<Eigen::Index, Eigen::Dynamic, Eigen::Dynamic>;

namespace detail {

/// These columns of samples. Throws bad_argument where there is no such column.
template <class Samples, class Indices>
typename Samples::PlainObject columns_of(const Samples& samples, const Indices& indices) {
    typename Samples::PlainObject subset(samples.rows(), indices.size());
    for (Eigen::Index i = 0; i < indices.size(); ++i) {
        const Eigen::Index column = indices(i);
        require(0 <= column && column < samples.cols(), "a subset has sample ", column, " of ",
                samples.cols());
        subset.col(i) = samples.col(column);
    }
    return subset;
}

/// `size` different columns, any set of them as probable as any other: the first turns of a Fisher
/// and Yates shuffle. A function of (random, draw) alone.
template <class Samples>
typename Samples::PlainObject subset_of(const Samples& samples, Eigen::Index size,
                                        const noise::philox& random, std::uint32_t draw) {
    std::vector<Eigen::Index> order(static_cast<std::size_t>(samples.cols()));
    std::iota(order.begin(), order.end(), Eigen::Index{0});
    typename Samples::PlainObject subset(samples.rows(), size);
    for (Eigen::Index i = 0; i < size; ++i) {
        const double u =
            random.uniform<double>(noise::stream::metric, draw, static_cast<std::uint64_t>(i));
        const auto left = static_cast<double>(samples.cols() - i);
        const auto other = i + static_cast<Eigen::Index>(u * left);
        std::swap(order[static_cast<std::size_t>(i)], order[static_cast<std::size_t>(other)]);
        subset.col(i) = samples.col(order[static_cast<std::size_t>(i)]);
    }
    return subset;
}

}  // namespace detail
}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>

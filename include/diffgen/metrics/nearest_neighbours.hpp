// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The distances from some samples to their nearest neighbours in a set that arrives in chunks.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/metrics/distance_estimates.hpp>
#include <diffgen/metrics/progress.hpp>
#include <diffgen/metrics/samples.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <limits>

namespace diffgen::inline DIFFGEN_ABI::metrics {

/// An accumulator over references: for every query the k smallest squared Euclidean distances.
/// Merging two that have the same queries gives the same bits as one that was given all references.
/// The queries are referred to and must outlive it.
class nearest_neighbours {
  public:
    /// Throws bad_argument unless k >= 1 and there is a query, bad_shape on empty ones, non_finite
    /// on NaN or infinity.
    nearest_neighbours(const sample_matrix& queries, Eigen::Index k)
        : queries_(detail::view_of(checked(queries, k))),
          frame_(queries),
          rounded_(frame_, queries),
          nearest_(matrix::Constant(k, queries.cols(), std::numeric_limits<double>::infinity())) {}

    /// Throws bad_shape when the dimensions differ, non_finite on NaN or infinity.
    void add(const sample_matrix& references) {
        detail::check_samples("reference", references, 0);
        detail::check_mergeable("elements", queries_.rows(), references.rows());
        Eigen::VectorXd limits = scaled_limits();
        for (Eigen::Index b = 0; b < detail::blocks_of(references.cols()); ++b) {
            const auto block = detail::block_of(references, b);
            const auto visit = [&](Eigen::Index i, Eigen::Index j, double estimate, double bound) {
                if (estimate - bound > limits(i) || limits(i) == 0) return;
                insert(i, (queries_.col(i) - block.col(j)).squaredNorm());
                limits(i) = frame_.square(nearest_(nearest_.rows() - 1, i));
            };
            detail::for_estimates(rounded_, detail::float_samples(frame_, block), visit);
        }
    }

    /// Adds the queries themselves as references: the same bits as add(queries) in half the time,
    /// since a pair is visited once for both. Calls `block_done` after each block of them.
    template <class Observe>
    void add_queries(Observe block_done) {
        Eigen::VectorXd limits = scaled_limits();
        const auto offer = [&](Eigen::Index query, double distance) {
            insert(query, distance);
            limits(query) = frame_.square(nearest_(nearest_.rows() - 1, query));
        };
        for (Eigen::Index b = 0; b < detail::blocks_of(queries_.cols()); ++b) {
            const Eigen::Index first = b * detail::block_columns;
            const auto visit = [&](Eigen::Index i, Eigen::Index j, double estimate, double bound) {
                const Eigen::Index other = first + j;
                const double least = estimate - bound;
                if (i < other || (least > limits(i) && least > limits(other))) return;
                const double distance = (queries_.col(i) - queries_.col(other)).squaredNorm();
                offer(i, distance);
                if (i != other) offer(other, distance);
            };
            const detail::float_samples block(frame_, detail::block_of(queries_, b));
            detail::for_estimates(rounded_, block, visit, first);
            block_done();
        }
    }

    /// Throws bad_shape unless both have as many queries and the same k.
    void merge(const nearest_neighbours& other) {
        detail::check_mergeable("queries", nearest_.cols(), other.nearest_.cols());
        detail::check_mergeable("neighbours", nearest_.rows(), other.nearest_.rows());
        const matrix theirs = other.nearest_;
        for (Eigen::Index i = 0; i < theirs.cols(); ++i) {
            for (Eigen::Index n = 0; n < theirs.rows(); ++n)
                insert(i, theirs(n, i));
        }
    }

    /// A column a query, the nearest first; infinity where there were fewer than k references.
    [[nodiscard]] const matrix& squared_distances() const { return nearest_; }

  private:
    static const sample_matrix& checked(const sample_matrix& queries, Eigen::Index k) {
        if (k < 1) throw bad_argument(detail::text("diffgen: k is ", k, ", not >= 1"));
        detail::check_samples("query", queries, 1);
        return queries;
    }

    /// How far the farthest neighbour of each query is, in the unit of the frame.
    [[nodiscard]] Eigen::VectorXd scaled_limits() const {
        const Eigen::VectorXd farthest = nearest_.row(nearest_.rows() - 1).transpose();
        return farthest * (frame_.scale * frame_.scale);
    }

    void insert(Eigen::Index query, double distance) {
        double* const first = nearest_.col(query).data();
        double* const end = first + nearest_.rows();
        if (!(distance < *(end - 1))) return;
        double* const place = std::upper_bound(first, end, distance);
        std::move_backward(place, end - 1, end);
        *place = distance;
    }

    detail::sample_view queries_;
    detail::float_frame frame_;
    detail::float_samples rounded_;
    matrix nearest_;
};

namespace detail {

/// The squared distance of every sample to the k-th nearest of the others in its set: the (k +
/// 1)-th smallest with that to itself, 0.
inline Eigen::VectorXd squared_radii(const sample_matrix& samples, Eigen::Index k, work& done) {
    nearest_neighbours neighbours(samples, k + 1);
    neighbours.add_queries([&] { done.block_done(); });
    return neighbours.squared_distances().row(k).transpose();
}

}  // namespace detail
}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>

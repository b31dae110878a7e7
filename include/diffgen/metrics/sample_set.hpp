// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Samples that arrive in chunks, kept for the measures that need all of them at once.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/metrics/samples.hpp>

#include <Eigen/Core>

#include <algorithm>

namespace diffgen::inline DIFFGEN_ABI::metrics {

/// An accumulator of samples. Merging appends the other's samples: the bits are those of one set
/// that was given all chunks in this order.
class sample_set {
  public:
    /// Appends samples, a column each. Throws bad_shape where they have another number of elements
    /// than those before, non_finite on NaN or infinity.
    void add(const sample_matrix& samples) {
        detail::check_samples("added", samples, 0);
        if (count_ > 0) detail::check_mergeable("elements", storage_.rows(), samples.rows());
        const Eigen::Index wanted = count_ + samples.cols();
        if (wanted > storage_.cols())
            storage_.conservativeResize(samples.rows(), std::max(wanted, 2 * storage_.cols()));
        storage_.middleCols(count_, samples.cols()) = samples;
        count_ = wanted;
    }

    void merge(const sample_set& other) {
        if (other.count_ > 0) add(matrix(other.storage_.leftCols(other.count_)));
    }

    /// All samples so far, a column each.
    [[nodiscard]] auto samples() const { return storage_.leftCols(count_); }

  private:
    matrix storage_;
    Eigen::Index count_ = 0;
};

}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// How many modes of a known distribution a generator covers (Srivastava et al. 2017, section 4.1).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/metrics/samples.hpp>

#include <Eigen/Core>

#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::metrics {

/// An accumulator: a sample belongs to the nearest centre, if that is within the radius. Merging
/// gives the same bits.
class mode_counts {
  public:
    /// Centres, a column each; the radius is often three deviations of a mode. Throws bad_argument
    /// unless there is a centre and the radius is positive, non_finite on NaN or infinity.
    mode_counts(matrix centres, double radius) : centres_(std::move(centres)), radius_(radius) {
        detail::check_samples("centre", centres_, 1);
        if (!(radius > 0))
            throw bad_argument(detail::text("diffgen: the radius is ", radius, ", not above 0"));
        counts_.resize(static_cast<std::size_t>(centres_.cols()));
    }

    /// Throws bad_shape where samples have another dimension than centres, non_finite on NaN or
    /// infinity.
    void add(const sample_matrix& samples) {
        detail::check_samples("generated", samples, 0);
        detail::check_mergeable("elements", centres_.rows(), samples.rows());
        for (Eigen::Index i = 0; i < samples.cols(); ++i) {
            Eigen::Index nearest = 0;
            const double square =
                (centres_.colwise() - samples.col(i)).colwise().squaredNorm().minCoeff(&nearest);
            ++samples_;
            if (square <= radius_ * radius_) ++counts_[static_cast<std::size_t>(nearest)];
        }
    }

    /// Throws bad_shape unless both have as many centres.
    void merge(const mode_counts& other) {
        detail::check_same_length("centres", counts_.size(), "centres", other.counts_.size());
        samples_ += other.samples_;
        for (std::size_t i = 0; i < counts_.size(); ++i)
            counts_[i] += other.counts_[i];
    }

    /// Samples of every centre.
    [[nodiscard]] const std::vector<std::int64_t>& counts() const { return counts_; }

    /// Modes with at least so many samples.
    [[nodiscard]] int covered(std::int64_t least = 1) const {
        int result = 0;
        for (const std::int64_t count : counts_)
            result += count >= least;
        return result;
    }

    /// The part of the samples that belong to a mode. Throws bad_argument without a sample.
    [[nodiscard]] double share_within() const {
        if (samples_ == 0) throw bad_argument("diffgen: there are no samples");
        std::int64_t within = 0;
        for (const std::int64_t count : counts_)
            within += count;
        return static_cast<double>(within) / static_cast<double>(samples_);
    }

  private:
    matrix centres_;
    double radius_;
    std::int64_t samples_ = 0;
    std::vector<std::int64_t> counts_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>

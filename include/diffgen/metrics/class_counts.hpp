// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which classes a generator makes, and how often.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/metrics/samples.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::metrics {

/// An accumulator of labels, such as those of a classifier. Merging gives the same bits.
class class_counts {
  public:
    /// Throws bad_argument unless there is a class.
    explicit class_counts(int classes) {
        if (classes < 1)
            throw bad_argument(detail::text("diffgen: classes is ", classes, ", not >= 1"));
        counts_.resize(static_cast<std::size_t>(classes));
    }

    /// Throws bad_argument on a label outside 0 .. classes - 1; then nothing is added.
    void add(std::span<const int> labels) {
        for (std::size_t i = 0; i < labels.size(); ++i) {
            if (labels[i] < 0 || static_cast<std::size_t>(labels[i]) >= counts_.size()) {
                throw bad_argument(detail::text("diffgen: label ", i, " is ", labels[i],
                                                ", not one of ", counts_.size(), " classes"));
            }
        }
        for (const int label : labels)
            ++counts_[static_cast<std::size_t>(label)];
    }

    /// Throws bad_shape unless both have as many classes.
    void merge(const class_counts& other) {
        detail::check_same_length("classes", counts_.size(), "classes", other.counts_.size());
        for (std::size_t i = 0; i < counts_.size(); ++i)
            counts_[i] += other.counts_[i];
    }

    [[nodiscard]] const std::vector<std::int64_t>& counts() const { return counts_; }

    /// The part of every class; they sum to 1. Throws bad_argument without a label.
    [[nodiscard]] std::vector<double> shares() const {
        std::int64_t all = 0;
        for (const std::int64_t count : counts_)
            all += count;
        if (all == 0) throw bad_argument("diffgen: there are no labels");
        std::vector<double> result;
        for (const std::int64_t count : counts_)
            result.push_back(static_cast<double>(count) / static_cast<double>(all));
        return result;
    }

    /// Of the shares, in nats: log(classes) where all are equal, 0 where there is one class. Throws
    /// bad_argument without a label.
    [[nodiscard]] double entropy() const {
        double sum = 0;
        for (const double share : shares())
            if (share > 0) sum -= share * std::log(share);
        return sum;
    }

    /// Classes with at least so many samples.
    [[nodiscard]] int covered(std::int64_t least = 1) const {
        int result = 0;
        for (const std::int64_t count : counts_)
            result += count >= least;
        return result;
    }

  private:
    std::vector<std::int64_t> counts_;
};

/// Half the sum of |share - share'|: 0 for equal shares, 1 for classes that are all different.
/// Throws bad_shape unless there are as many of both.
inline double total_variation(std::span<const double> shares, std::span<const double> others) {
    detail::check_same_length("shares", shares.size(), "others", others.size());
    double sum = 0;
    for (std::size_t i = 0; i < shares.size(); ++i)
        sum += std::abs(shares[i] - others[i]) / 2;
    return sum;
}

}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>

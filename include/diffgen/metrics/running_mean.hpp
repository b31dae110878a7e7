// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The mean of a score that every sample has, with its deviation and its standard error.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/metrics/samples.hpp>

#include <cmath>
#include <span>

namespace diffgen::inline DIFFGEN_ABI::metrics {

/// An accumulator of numbers (Chan, Golub and LeVeque 1983, eqs. 2.1 and 2.2). Merging is exact to
/// rounding.
class running_mean {
  public:
    /// Throws non_finite on NaN or infinity.
    void add(std::span<const double> values) {
        detail::check_numbers("added", values, 0);
        for (const double value : values) {
            running_mean one;
            one.count_ = 1;
            one.mean_ = value;
            merge(one);
        }
    }

    void merge(const running_mean& other) {
        if (other.count_ == 0) return;
        const double all = count_ + other.count_;
        const double shift = other.mean_ - mean_;
        squares_ += other.squares_ + shift * shift * (count_ * (other.count_ / all));
        mean_ += shift * (other.count_ / all);
        count_ = all;
    }

    [[nodiscard]] double count() const { return count_; }
    /// Throws bad_argument where there is no value.
    [[nodiscard]] double mean() const {
        check_count(1);
        return mean_;
    }
    /// Of the values, over one less than their number. Throws bad_argument on fewer than two.
    [[nodiscard]] double deviation() const {
        check_count(2);
        return std::sqrt(squares_ / (count_ - 1));
    }
    /// Of the mean, where values are independent. Throws bad_argument on fewer than two.
    [[nodiscard]] double standard_error() const { return deviation() / std::sqrt(count_); }

  private:
    void check_count(double least) const {
        if (count_ < least) {
            throw bad_argument(
                detail::text("diffgen: there are ", count_, " values, not at least ", least));
        }
    }

    double count_ = 0, mean_ = 0, squares_ = 0;
};

}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>

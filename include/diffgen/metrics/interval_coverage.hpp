// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whether intervals that a forecast states hold the value as often as they say.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/metrics/samples.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::metrics {

struct interval {
    double lower, upper;
};

/// The quantile of some samples at p, linear between neighbours, at place (m - 1) p of the m sorted
/// samples counted from 0: the default of R, numpy and Julia. Throws bad_argument without a sample
/// or where p is not in [0, 1], non_finite on NaN or infinity.
inline double quantile(std::span<const double> samples, double p) {
    detail::check_numbers("sample", samples, 1);
    if (!(p >= 0 && p <= 1))
        throw bad_argument(detail::text("diffgen: a quantile at ", p, ", not between 0 and 1"));
    std::vector<double> sorted(samples.begin(), samples.end());
    std::sort(sorted.begin(), sorted.end());
    const double place = static_cast<double>(sorted.size() - 1) * p;
    const auto below = static_cast<std::size_t>(place);
    const auto above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

/// The central interval that the value lies in with probability `level`, where it is exchangeable
/// with the m samples: between the quantiles of (1 -+ level) / 2, at place p (m + 1) of the sorted
/// samples. (Quantiles that end at the extreme samples, the default of many libraries, give
/// intervals too short: with m = 9 uniform numbers, that of 90 % holds a tenth 72 % of the time.)
/// Throws bad_argument where level is not in (0, 1) or the samples are too few to reach so far,
/// non_finite on NaN or infinity.
inline interval central_interval(std::span<const double> samples, double level) {
    detail::check_numbers("sample", samples, 1);
    if (!(level > 0 && level < 1))
        throw bad_argument(detail::text("diffgen: the level is ", level, ", not between 0 and 1"));
    std::vector<double> sorted(samples.begin(), samples.end());
    std::sort(sorted.begin(), sorted.end());
    const auto m = static_cast<double>(sorted.size());
    constexpr double rounding = 1e-9;
    const double place = (1 - level) / 2 * (m + 1);
    if (place < 1 - rounding) {
        throw bad_argument(detail::text("diffgen: an interval of level ", level, " needs ",
                                        std::ceil(2 / (1 - level) - 1 - rounding), " samples, not ",
                                        m));
    }
    const auto at = [&](double p) {
        const double inside = std::clamp(p - 1, 0.0, m - 1);
        const auto below = static_cast<std::size_t>(inside);
        const auto above = std::min(below + 1, sorted.size() - 1);
        const double part = inside - static_cast<double>(below);
        return (1 - part) * sorted[below] + part * sorted[above];
    };
    return {at(place), at(m + 1 - place)};
}

namespace detail {

/// Throws bad_argument where the interval ends before it begins, non_finite on NaN or infinity.
inline void check_interval(double value, const interval& stated) {
    const double all[] = {value, stated.lower, stated.upper};
    check_numbers("interval", all, 3);
    if (stated.upper < stated.lower) {
        throw bad_argument(text("diffgen: an interval from ", stated.lower, " to ", stated.upper));
    }
}

}  // namespace detail

/// An accumulator of intervals, ends included, and what came to be. Merging gives the same bits for
/// the coverage, and is exact to rounding for the width.
class interval_coverage {
  public:
    /// Throws bad_argument where the interval ends before it begins, non_finite on NaN.
    void add(double value, const interval& stated) {
        detail::check_interval(value, stated);
        held_ += stated.lower <= value && value <= stated.upper;
        width_ += stated.upper - stated.lower;
        ++count_;
    }

    void merge(const interval_coverage& other) {
        held_ += other.held_;
        width_ += other.width_;
        count_ += other.count_;
    }

    /// The part of the values inside their intervals. Throws bad_argument without one.
    [[nodiscard]] double share() const { return static_cast<double>(held_) / checked_count(); }
    /// Between two forecasts whose shares are right, the one with narrower intervals is better.
    /// Throws bad_argument without one.
    [[nodiscard]] double mean_width() const { return width_ / checked_count(); }

  private:
    [[nodiscard]] double checked_count() const {
        if (count_ == 0) throw bad_argument("diffgen: there are no intervals");
        return static_cast<double>(count_);
    }

    std::int64_t held_ = 0, count_ = 0;
    double width_ = 0;
};

}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>

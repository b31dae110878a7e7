// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where a value falls among the samples of its forecast (Hamill 2001; Dawid 1984; with ties: Czado,
// Gneiting and Held 2009). Ranks of a calibrated forecast are uniform; a histogram like a U shows
// one that is too narrow, like a hill one that is too wide.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/metrics/samples.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::metrics {

/// The place of a value among samples. Ties are broken by a number u, drawn uniformly from [0, 1).
struct place_among_samples {
    std::int64_t below, equal, samples;

    /// 0 .. samples, uniform where the value and the samples are exchangeable.
    [[nodiscard]] std::int64_t rank(double u) const {
        check(u);
        return below + static_cast<std::int64_t>(std::floor(u * static_cast<double>(equal + 1)));
    }
    /// The randomised probability integral transform, in [0, 1]: the samples' distribution function
    /// at the value, the part u of its jump there.
    [[nodiscard]] double integral_transform(double u) const {
        check(u);
        return (static_cast<double>(below) + u * static_cast<double>(equal)) /
               static_cast<double>(samples);
    }

  private:
    static void check(double u) {
        require(u >= 0 && u < 1, "ties are broken by u = ", u, ", not in [0, 1)");
    }
};

/// Throws bad_argument without a sample, non_finite on NaN or infinity.
inline place_among_samples place_of(double value, std::span<const double> samples) {
    detail::check_numbers("observed", {&value, 1}, 1);
    detail::check_numbers("sample", samples, 1);
    place_among_samples place{0, 0, static_cast<std::int64_t>(samples.size())};
    for (const double sample : samples) {
        place.below += sample < value;
        place.equal += sample == value;
    }
    return place;
}

/// An accumulator of ranks among m samples. Merging gives the same bits.
class rank_histogram {
  public:
    /// Throws bad_argument unless there is a sample.
    explicit rank_histogram(std::int64_t samples) : samples_(samples) {
        require(samples >= 1, "ranks among ", samples, " samples");
        counts_.resize(static_cast<std::size_t>(samples) + 1);
    }

    /// Throws bad_shape where there is another number of samples, bad_argument where u is not in
    /// [0, 1), non_finite on NaN or infinity.
    void add(double value, std::span<const double> samples, double u) {
        detail::check_same_length("ranked samples", static_cast<std::size_t>(samples_), "samples",
                                  samples.size());
        ++counts_[static_cast<std::size_t>(place_of(value, samples).rank(u))];
    }

    /// Throws bad_shape where the other one counts ranks among another number of samples.
    void merge(const rank_histogram& other) {
        detail::check_same_length("ranked samples", static_cast<std::size_t>(samples_), "samples",
                                  static_cast<std::size_t>(other.samples_));
        for (std::size_t i = 0; i < counts_.size(); ++i)
            counts_[i] += other.counts_[i];
    }

    /// How many values had each rank, 0 .. m.
    [[nodiscard]] const std::vector<std::int64_t>& counts() const { return counts_; }

    /// Pearson's statistic against even counts: about chi-squared with m degrees of freedom for a
    /// calibrated forecast. Throws bad_argument without a value.
    [[nodiscard]] double chi_squared() const {
        double all = 0, squares = 0;
        for (const std::int64_t count : counts_)
            all += static_cast<double>(count);
        require(all > 0, "a histogram without a value");
        const double even = all / static_cast<double>(counts_.size());
        for (const std::int64_t count : counts_)
            squares += (static_cast<double>(count) - even) * (static_cast<double>(count) - even);
        return squares / even;
    }

  private:
    std::int64_t samples_;
    std::vector<std::int64_t> counts_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>

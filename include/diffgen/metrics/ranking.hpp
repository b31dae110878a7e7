// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// How well a score tells two classes apart: the area under the receiver operating characteristic
// (Hanley and McNeil 1982), the average precision, and the curves they are taken from.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/metrics/samples.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::metrics {

/// The parts of the labels 0 and of the labels 1 that are taken for 1.
struct positive_rates {
    double of_zeros, of_ones;
};

/// An accumulator of scores with labels, 1 for what is to have the higher score and 0 for the rest.
/// Merging gives the same bits as one that was given all of them, in whatever order.
class ranking {
  public:
    /// Throws bad_shape unless there is a label for every score, bad_argument on one that is
    /// neither 0 nor 1, non_finite on NaN or infinity.
    void add(std::span<const double> scores, std::span<const int> labels) {
        detail::check_same_length("scores", scores.size(), "labels", labels.size());
        detail::check_numbers("score", scores, 0);
        for (std::size_t i = 0; i < labels.size(); ++i) {
            if (labels[i] != 0 && labels[i] != 1) {
                throw bad_argument(
                    detail::text("diffgen: label ", i, " is ", labels[i], ", not 0 or 1"));
            }
        }
        for (std::size_t i = 0; i < scores.size(); ++i)
            scored_.emplace_back(scores[i], labels[i]);
    }

    void merge(const ranking& other) {
        const auto theirs = other.scored_;
        scored_.insert(scored_.end(), theirs.begin(), theirs.end());
    }

    /// The probability that a score of label 1 exceeds one of label 0, equal scores as one half.
    /// Throws bad_argument unless there are both labels.
    [[nodiscard]] double auroc() const {
        std::int64_t twice = 0, negatives_above = 0;
        const auto all = counts();
        for_ties([&](std::int64_t ones, std::int64_t zeros) {
            negatives_above += zeros;
            twice += ones * (2 * (all.zeros - negatives_above) + zeros);
        });
        return static_cast<double>(twice) /
               (2 * static_cast<double>(all.ones) * static_cast<double>(all.zeros));
    }

    /// The sum over thresholds of the precision there times the recall gained there; scores that
    /// are equal share a threshold. Throws bad_argument unless there are both labels.
    [[nodiscard]] double average_precision() const {
        const auto positives = static_cast<double>(counts().ones);
        double sum = 0, taken = 0, right = 0;
        for_ties([&](std::int64_t ones, std::int64_t zeros) {
            taken += static_cast<double>(ones + zeros);
            right += static_cast<double>(ones);
            sum += static_cast<double>(ones) / positives * (right / taken);
        });
        return sum;
    }

    /// The receiver operating characteristic: both rates where all scores from one on are taken for
    /// label 1, from none taken to all, a point for every distinct score. Throws as above.
    [[nodiscard]] std::vector<positive_rates> characteristic() const {
        const auto all = counts();
        std::vector<positive_rates> curve{{0, 0}};
        std::int64_t ones_taken = 0, zeros_taken = 0;
        for_ties([&](std::int64_t ones, std::int64_t zeros) {
            ones_taken += ones;
            zeros_taken += zeros;
            curve.push_back({static_cast<double>(zeros_taken) / static_cast<double>(all.zeros),
                             static_cast<double>(ones_taken) / static_cast<double>(all.ones)});
        });
        return curve;
    }

    /// Precision and recall where all scores from one on are taken, from all taken to none, where
    /// the precision counts as 1: a point for every distinct score and one more. Throws as above.
    [[nodiscard]] std::vector<precision_and_recall> precision_and_recall_curve() const {
        const auto all = counts();
        std::vector<precision_and_recall> curve{{1, 0}};
        std::int64_t right = 0, taken = 0;
        for_ties([&](std::int64_t ones, std::int64_t zeros) {
            right += ones;
            taken += ones + zeros;
            curve.push_back({static_cast<double>(right) / static_cast<double>(taken),
                             static_cast<double>(right) / static_cast<double>(all.ones)});
        });
        std::reverse(curve.begin(), curve.end());
        return curve;
    }

  private:
    struct label_counts {
        std::int64_t ones, zeros;
    };

    [[nodiscard]] label_counts counts() const {
        const auto ones = std::count_if(scored_.begin(), scored_.end(),
                                        [](const auto& each) { return each.second == 1; });
        const auto zeros = static_cast<std::int64_t>(scored_.size()) - ones;
        if (ones == 0 || zeros == 0) {
            throw bad_argument(detail::text("diffgen: there are ", ones, " scores of label 1 and ",
                                            zeros, " of label 0, and both are needed"));
        }
        return {ones, zeros};
    }

    /// Calls use(ones, zeros) for every group of equal scores, the highest first.
    template <class Use>
    void for_ties(Use use) const {
        auto sorted = scored_;
        std::sort(sorted.begin(), sorted.end(),
                  [](const auto& a, const auto& b) { return a.first > b.first; });
        for (std::size_t i = 0; i < sorted.size();) {
            std::int64_t ones = 0, zeros = 0;
            const double score = sorted[i].first;
            for (; i < sorted.size() && sorted[i].first == score; ++i)
                ++(sorted[i].second == 1 ? ones : zeros);
            use(ones, zeros);
        }
    }

    std::vector<std::pair<double, int>> scored_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>

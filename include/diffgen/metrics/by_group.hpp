// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A measure for each group of samples: by class, by condition, or by an attribute that must make no
// difference.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/metrics/samples.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <map>
#include <span>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::metrics {

/// An accumulator that has one of another kind for every group. Merging merges group by group.
template <class Accumulator>
class by_group {
  public:
    /// Groups start as copies of `empty`.
    explicit by_group(Accumulator empty = {}) : empty_(std::move(empty)) {}

    /// Adds samples, a column each, whose groups are any numbers. Throws bad_shape unless there is
    /// a group for every sample, and what the accumulator throws.
    void add(std::span<const int> groups, const sample_matrix& samples) {
        detail::check_same_length("groups", groups.size(), "samples",
                                  static_cast<std::size_t>(samples.cols()));
        for (const auto& [group, columns] : places(groups)) {
            matrix part(samples.rows(), static_cast<Eigen::Index>(columns.size()));
            for (std::size_t i = 0; i < columns.size(); ++i)
                part.col(static_cast<Eigen::Index>(i)) =
                    samples.col(static_cast<Eigen::Index>(columns[i]));
            at_or_new(group).add(part);
        }
    }

    /// The same of numbers or labels.
    template <class T>
    void add(std::span<const int> groups, const std::vector<T>& values) {
        detail::check_same_length("groups", groups.size(), "values", values.size());
        for (const auto& [group, columns] : places(groups)) {
            std::vector<T> part;
            for (const std::size_t column : columns)
                part.push_back(values[column]);
            at_or_new(group).add(part);
        }
    }

    void merge(const by_group& other) {
        const auto theirs = other.groups_;
        for (const auto& [group, accumulator] : theirs)
            at_or_new(group).merge(accumulator);
    }

    [[nodiscard]] const std::map<int, Accumulator>& groups() const { return groups_; }

    /// The largest less the smallest figure of a group, figure(accumulator): 0 where all groups
    /// fare alike. Throws bad_argument where there is no group.
    template <class Figure>
    [[nodiscard]] double gap(Figure figure) const {
        if (groups_.empty()) throw bad_argument("diffgen: there are no groups");
        double least = std::numeric_limits<double>::infinity(), most = -least;
        for (const auto& [group, accumulator] : groups_) {
            const double value = figure(accumulator);
            least = std::min(least, value);
            most = std::max(most, value);
        }
        return most - least;
    }

  private:
    static std::map<int, std::vector<std::size_t>> places(std::span<const int> groups) {
        std::map<int, std::vector<std::size_t>> result;
        for (std::size_t i = 0; i < groups.size(); ++i)
            result[groups[i]].push_back(i);
        return result;
    }
    Accumulator& at_or_new(int group) { return groups_.try_emplace(group, empty_).first->second; }

    Accumulator empty_;
    std::map<int, Accumulator> groups_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>

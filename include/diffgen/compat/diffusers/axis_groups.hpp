// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Sums over some axes of a tensor, which are kept as axes of length 1: what torch.norm with `dim`
// and `keepdim` sums up, as groups of elements.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/error.hpp>
#include <diffgen/core/lanes/scalar.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// The elements of a tensor, row-major, in groups that differ in the chosen axes only.
class axis_groups {
  public:
    /// Which of `count` axes a list names, where negative numbers count from the end.
    /// Throws bad_shape where there is no such axis.
    [[nodiscard]] static std::vector<bool> chosen(const std::vector<int>& axes, std::size_t count) {
        std::vector<bool> is(count);
        for (const int axis : axes) {
            const long long at = axis < 0 ? axis + static_cast<long long>(count) : axis;
            if (at < 0 || at >= static_cast<long long>(count))
                throw bad_shape(diffgen::detail::text("diffgen: axis ", axis, " of ", count));
            is[static_cast<std::size_t>(at)] = true;
        }
        return is;
    }

    /// Throws bad_shape for a tensor without elements.
    axis_groups(const std::vector<bool>& summed, const std::vector<std::size_t>& shape) {
        std::size_t size = shape.empty() ? 0 : 1;
        for (const std::size_t extent : shape)
            size *= extent;
        if (size == 0) throw bad_shape("diffgen: a tensor without elements");
        groups_.resize(size);
        for (std::size_t i = 0; i < size; ++i) {
            std::size_t rest = i, factor = 1, group = 0;
            for (std::size_t axis = shape.size(); axis-- > 0; rest /= shape[axis])
                if (!summed[axis]) {
                    group += rest % shape[axis] * factor;
                    factor *= shape[axis];
                }
            groups_[i] = group;
            count_ = factor;
        }
    }

    [[nodiscard]] std::size_t size() const { return groups_.size(); }
    [[nodiscard]] std::size_t of(std::size_t element) const { return groups_[element]; }

    /// The sum of a(i) b(i) over the elements of each group.
    template <class A, class B>
    [[nodiscard]] std::vector<double> sums(const A& a, const B& b) const {
        std::vector<double> all(count_);
        for (std::size_t i = 0; i < groups_.size(); ++i)
            all[groups_[i]] += product(a(i), b(i));
        return all;
    }

  private:
    std::vector<std::size_t> groups_;
    std::size_t count_ = 1;
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>

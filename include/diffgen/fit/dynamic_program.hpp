// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The cheapest way through a table of costs in a given number of jumps (Bellman 1957; for time
// schedules Chen et al. 2024, algorithm 1).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/core/noise_level.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::fit {

/// What a jump from place i to a later place j costs, 0 <= i < j <= last.
class jump_costs {
  public:
    explicit jump_costs(int last)
        : last_(last), costs_(static_cast<std::size_t>(last) * static_cast<std::size_t>(last)) {}

    [[nodiscard]] int last() const { return last_; }
    [[nodiscard]] double& at(int i, int j) { return costs_[place(i, j)]; }
    [[nodiscard]] double at(int i, int j) const { return costs_[place(i, j)]; }

  private:
    [[nodiscard]] std::size_t place(int i, int j) const {
        return static_cast<std::size_t>(i) * static_cast<std::size_t>(last_) +
               static_cast<std::size_t>(j - 1);
    }
    int last_;
    std::vector<double> costs_;
};

/// The n + 1 places 0 < ... < last whose jumps have the least sum of costs, the k-th jump's times
/// coefficient^k; of equals, the earlier. Throws bad_argument where n jumps do not fit.
[[nodiscard]] inline std::vector<int> cheapest_path(const jump_costs& costs, int n,
                                                    double coefficient) {
    const int last = costs.last();
    diffgen::detail::require(n >= 1 && n <= last, "a path of ", n, " jumps over ", last,
                             " intervals; must be 1 to as many");
    diffgen::detail::require(diffgen::detail::is_positive(coefficient),
                             "a path with the coefficient ", coefficient, "; must be above 0");
    const auto size = static_cast<std::size_t>(last) + 1;
    // best[i]: least cost from i to the end in the jumps so far; choice[k][i]: the first of k jumps
    std::vector<double> best(size, diffgen::detail::infinity);
    best.back() = 0;
    std::vector<std::vector<int>> choice;
    for (int k = 1; k <= n; ++k) {
        std::vector<double> longer(size, diffgen::detail::infinity);
        std::vector<int> first(size, last);
        for (int i = 0; i < last; ++i)
            for (int j = i + 1; j <= last; ++j) {
                const double sum =
                    costs.at(i, j) + product(coefficient, best[static_cast<std::size_t>(j)]);
                if (!(sum < longer[static_cast<std::size_t>(i)])) continue;
                longer[static_cast<std::size_t>(i)] = sum;
                first[static_cast<std::size_t>(i)] = j;
            }
        best = std::move(longer);
        choice.push_back(std::move(first));
    }
    diffgen::detail::require(std::isfinite(best.front()), "no path of ", n,
                             " jumps has a finite cost");
    std::vector<int> path{0};
    for (int k = n; k > 0; --k)
        path.push_back(
            choice[static_cast<std::size_t>(k - 1)][static_cast<std::size_t>(path.back())]);
    return path;
}

}  // namespace diffgen::inline DIFFGEN_ABI::fit

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which step of a chain a training sample is of: each as often, or by the second moment of the loss
// there (Nichol and Dhariwal 2021, section 3.3), with the weights that keep the objective.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/noise/stream.hpp>
#include <diffgen/train/times.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::train {

/// A step, and the weight of its loss: 1 / (steps times its probability).
struct drawn_step {
    std::size_t index;
    double weight;
};

/// Probabilities of the steps of a chain; none: each as likely. It stays what it is during a fit,
/// which so remains a function of its options: measure, fit some steps, measure again.
class step_times {
  public:
    step_times() = default;

    /// From the mean square of each step's loss: probabilities in proportion to its root, of which
    /// `floor` is shared evenly, so that no step is forgotten. Throws bad_argument.
    [[nodiscard]] static step_times by_second_moment(const std::vector<double>& mean_squares,
                                                     double floor = 1e-3) {
        require(floor >= 0 && floor <= 1, "times by second moment with floor = ", floor,
                "; must be in [0, 1]");
        double total = 0;
        for (const double m : mean_squares) {
            require(m >= 0 && std::isfinite(m), "a second moment of ", m);
            total += std::sqrt(m);
        }
        require(total > 0, "second moments of ", mean_squares.size(),
                " steps that are all 0; nothing is left to learn");
        step_times times;
        double sum = 0;
        for (const double m : mean_squares)
            times.cumulative_.push_back(sum += (1 - floor) * std::sqrt(m) / total +
                                               floor / static_cast<double>(mean_squares.size()));
        return times;
    }

    /// The step of a place in a training, by the inverse distribution function. Stratified: the
    /// samples of a batch share it evenly. Throws bad_argument where a chain has other steps.
    [[nodiscard]] drawn_step operator()(const place& at, std::size_t steps) const {
        const double u = (static_cast<double>(at.number) + at.uniform(noise::stream::times)) /
                         static_cast<double>(at.batch);
        const auto last = steps - 1;
        if (cumulative_.empty())
            return {std::min(last, static_cast<std::size_t>(u * static_cast<double>(steps))), 1};
        require(cumulative_.size() == steps, "times of ", cumulative_.size(),
                " steps for a chain of ", steps);
        const auto found =
            std::upper_bound(cumulative_.begin(), cumulative_.end(), u * cumulative_.back());
        const auto i = std::min(last, static_cast<std::size_t>(found - cumulative_.begin()));
        return {i, 1 / (static_cast<double>(steps) * probability(i))};
    }

    /// Of step i, where there are some.
    [[nodiscard]] double probability(std::size_t i) const {
        return (cumulative_[i] - (i == 0 ? 0 : cumulative_[i - 1])) / cumulative_.back();
    }

  private:
    std::vector<double> cumulative_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::train

#include <diffgen/core/with_macros.hpp>

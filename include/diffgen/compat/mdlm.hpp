// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the code of MDLM (diffusion.py of kuleshov-group/mdlm, Sahoo et al. 2024) does otherwise
// than its paper, or beside it.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/discrete/distribution.hpp>
#include <diffgen/discrete/masked.hpp>
#include <diffgen/discrete/total_noise.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::mdlm {

using discrete::numbers;

/// The sampler that caches the network's answer takes the time itself for the probability of a
/// mask, whatever the schedule.
[[nodiscard]] inline std::vector<double> cached_unmasking_weights(numbers clean, int mask, double t,
                                                                  double step) {
    return discrete::unmasking_weights(clean, mask, t, t - step);
}

/// parameterization=sedd: the logarithm of the score from a network's logits, of which those of
/// the mask count for shown elements only. `total` is the total noise.
[[nodiscard]] inline std::vector<double> sedd_log_score(numbers logits, int xt, double total) {
    const double shift =
        std::log(std::expm1(total)) + std::log(static_cast<double>(logits.size()) - 1);
    std::vector<double> s(logits.begin(), logits.end());
    for (double& v : s)
        v -= shift;
    s[static_cast<std::size_t>(xt)] = 0;
    return s;
}

/// parameterization=d3pm: the term of T steps, with the time clamped below 1, and without
/// the reconstruction, -log p(x_0), that is added for every element, masked or not.
[[nodiscard]] inline double d3pm_term(numbers log_clean, int mask, int xt, int x0, double t,
                                      int steps) {
    return discrete::masked_step_term(log_clean, mask, xt, x0, std::min(t, 1 - 1e-4), steps);
}

/// The weight of a masked element under the change of variables, which takes log(1 - e^-sigma) at
/// the noisy end for 0.
[[nodiscard]] inline double change_of_variables_weight(const discrete::uniform_in_log_move& times) {
    return -times.first;
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::mdlm

#include <diffgen/core/with_macros.hpp>

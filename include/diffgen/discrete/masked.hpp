// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Masked diffusion (MDLM: Sahoo et al. 2024; Shi et al. 2024; Ou et al. 2024): absorbing corruption
// whose network answers with the distribution of the masked levels. Formulas for one element; in
// all of them `move` is the probability 1 - e^-sigma that an element is masked.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/discrete/distribution.hpp>
#include <diffgen/discrete/total_noise.hpp>

#include <cmath>
#include <cstddef>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::discrete {

/// The logits as the log probabilities of the clean level (the substitution of Sahoo et al. 2024,
/// section 3.2.3): the mask is no clean level, and an element that shows its level has it.
/// Throws bad_argument where there is no such level.
[[nodiscard]] inline std::vector<double> substituted(numbers logits, int mask, int xt) {
    const int states = static_cast<int>(logits.size());
    diffgen::detail::require(mask >= 0 && mask < states && xt >= 0 && xt < states, "level ", xt,
                             " and mask ", mask, " of ", states, " states");
    std::vector<double> out(logits.begin(), logits.end());
    if (xt != mask) {
        out.assign(logits.size(), -diffgen::detail::infinity);
        out[static_cast<std::size_t>(xt)] = 0;
        return out;
    }
    out[static_cast<std::size_t>(mask)] = -diffgen::detail::infinity;
    return log_softmax(out);
}

/// What the negative log-likelihood of a masked level counts for in the bound of continuous time:
/// sigma' / (e^sigma - 1) (eq. 10). Only for log_linear{0} is that 1 / t.
template <noise_schedule S>
[[nodiscard]] double masked_weight(const S& s, double t) {
    return s.rate(t) / std::expm1(s.total(t));
}

/// The same where the time that is drawn uniformly is what e^-sigma or log(1 - e^-sigma) is linear
/// in. From u in [0, 1] the latter gives the probability of a mask, and a weight that does not
/// depend on u (appendix C.3, the change of variables).
struct uniform_in_log_move {
    double first, last;  ///< log(1 - e^-sigma) at both ends

    uniform_in_log_move(double least_total, double most_total)
        : first(std::log(-std::expm1(-least_total))), last(std::log(-std::expm1(-most_total))) {}

    [[nodiscard]] double move(double u) const { return std::exp(first + u * (last - first)); }
    /// d log(move) / du: the weight of -log p(x_0) on masked elements.
    [[nodiscard]] double weight() const { return last - first; }
};

/// The weights of the level at a less noisy time, of an element that is masked at time t: each
/// clean level comes with clean (move_t - move_s), and the mask stays with move_s (eq. 7, not
/// normalised; the sum is move_t).
[[nodiscard]] inline std::vector<double> unmasking_weights(numbers clean, int mask, double move_t,
                                                           double move_s) {
    std::vector<double> w(clean.begin(), clean.end());
    for (double& v : w)
        v *= move_t - move_s;
    w[static_cast<std::size_t>(mask)] = move_s;
    return w;
}

/// The concrete score p_t(y) / p_t(xt) (Lou et al. 2024, eq. 4) of every level y, for a masked
/// element from its clean distribution. For an element that shows its level, only the mask and the
/// level itself have any.
[[nodiscard]] inline std::vector<double> masked_score(numbers clean, int mask, int xt,
                                                      double total) {
    std::vector<double> s(clean.size());
    const auto m = static_cast<std::size_t>(mask);
    if (xt == mask) {
        for (std::size_t y = 0; y < s.size(); ++y)
            s[y] = clean[y] / std::expm1(total);
        s[m] = 1;
    } else {
        s[static_cast<std::size_t>(xt)] = 1;
        s[m] = std::expm1(total);
    }
    return s;
}

/// The term of T steps of equal length for a masked element of a network that may also answer
/// "mask" (the discrete-time bound that Sahoo et al. 2024 compare with, their eq. 8 with kept = 1 -
/// t), in nats; 0 for an element that shows its level. log_clean: over all states, the mask
/// included.
[[nodiscard]] inline double masked_step_term(numbers log_clean, int mask, int xt, int x0, double t,
                                             int steps) {
    if (xt != mask) return 0;
    const double d = 1. / steps, masked = std::exp(log_clean[static_cast<std::size_t>(mask)]);
    const double now = std::log((1 - t) * masked / t + 1),
                 then = std::log((1 - t + d) * masked / (t - d) + 1);
    return steps *
           (d / t * (now - log_clean[static_cast<std::size_t>(x0)]) + (1 - d / t) * (now - then));
}

}  // namespace diffgen::inline DIFFGEN_ABI::discrete

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The Gaussian terms of a variational bound, an element at a time and in nats: the prior term, and
// the divergence of a reverse step from the posterior that it stands for (Ho et al. 2020, eq. 5;
// learned variances: Nichol and Dhariwal 2021, eq. 15). For any kernel and any two levels.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/dual_functions.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/process/transition.hpp>

#include <cmath>
#include <cstddef>
#include <type_traits>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::density {

/// KL(N(m1, v1) || N(m2, v2)) from the difference of the means and the log variances. Doubles, or
/// duals of them.
template <class V>
[[nodiscard]] V gaussian_divergence(const V& difference, const V& log_v1, const V& log_v2) {
    const V inverse = exp(-log_v2);
    return 0.5 * (log_v2 - log_v1 - 1. + exp(log_v1 - log_v2) + difference * difference * inverse);
}
[[nodiscard]] inline double gaussian_divergence(double difference, double log_v1, double log_v2) {
    const double ratio = log_v1 - log_v2;  // expm1(r) - r: nothing is lost between like variances
    return 0.5 * (std::expm1(ratio) - ratio + difference * difference * std::exp(-log_v2));
}

/// KL(q(x_T | x_0) || N(0, variance)) of one element, at the noisiest level.
[[nodiscard]] inline double prior_divergence(const noise_level& last, double x0,
                                             double prior_variance) {
    return gaussian_divergence(last.alpha * x0, 2 * std::log(last.sigma), std::log(prior_variance));
}

/// A step of the reverse chain from level s to the cleaner level t.
struct reverse_step {
    noise_level from, to;
    posterior_kernel posterior;
    /// log of the variance of q(x_t | x_s, x_0); at the step to the clean end, where that is 0, the
    /// one of the step before it ("clipped").
    double log_posterior = 0;
    /// log of the variance of q(x_s | x_t), beta_t of a discrete chain.
    double log_transition = 0;

    /// The mean of the model's step from its estimate of the data.
    [[nodiscard]] double mean(double x, double denoised) const {
        return posterior.state * x + posterior.data * denoised;
    }
    /// log variance in between, v from -1 (posterior) to 1 (transition): what a network of learned
    /// variances says.
    template <class V>
    [[nodiscard]] V interpolated(const V& v) const {
        const V share = 0.5 * (v + 1.);
        return share * log_transition + (1. - share) * log_posterior;
    }
    /// KL(q(x_t | x_s, x_0) || p(x_t | x_s)) of one element, from data, estimate and the log
    /// variance of p. The mean has no part in the gradient by log_variance.
    template <class V>
    [[nodiscard]] V divergence(double x0, double denoised, const V& log_variance) const {
        const double difference = posterior.data * (x0 - denoised);
        if constexpr (std::is_same_v<V, double>)
            return gaussian_divergence(difference, log_posterior, log_variance);
        else
            return gaussian_divergence(broadcast<V>(difference), broadcast<V>(log_posterior),
                                       log_variance);
    }
};

/// Which variance the reverse steps have where no network says it (Ho et al. 2020, section 3.2).
enum class step_variance {
    posterior,   ///< of q(x_t | x_s, x_0), at the step to the clean end that of the one before
    transition,  ///< of q(x_s | x_t); at the step to the clean end the posterior's as above
};

[[nodiscard]] inline double log_variance(const reverse_step& s, step_variance v) {
    return v == step_variance::posterior || s.to.is_clean() ? s.log_posterior : s.log_transition;
}

/// The steps from each level to the next, noisiest first, and the one from the last to the clean
/// end. Throws bad_argument of no levels, and where noise does not fall.
[[nodiscard]] inline std::vector<reverse_step> reverse_chain(const std::vector<noise_level>& levels,
                                                             const noise_level& clean) {
    require(!levels.empty() && !levels.back().is_clean(), "a reverse chain of ", levels.size(),
            " levels; there is one, and none is clean");
    std::vector<reverse_step> steps;
    for (std::size_t i = 0; i < levels.size(); ++i) {
        const noise_level &s = levels[i], &t = i + 1 < levels.size() ? levels[i + 1] : clean;
        require(t.log_snr > s.log_snr, "a reverse chain whose log-SNR goes from ", s.log_snr,
                " to ", t.log_snr, "; it must rise");
        steps.push_back({s, t, reverse_transition(s, t), 0, std::log(transition(s, t).variance)});
        steps.back().log_posterior = !t.is_clean()      ? std::log(steps.back().posterior.variance)
                                     : steps.size() > 1 ? steps[i - 1].log_posterior
                                                        : steps.back().log_transition;
    }
    return steps;
}

}  // namespace diffgen::inline DIFFGEN_ABI::density

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The last term of a variational bound, -log p(x_0 | x_1): what stands between the least noise of a
// chain and the data. log_variance may be a dual, so that a training has its gradient; the mean has
// none.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/density/gaussian_terms.hpp>
#include <diffgen/likelihood/discretised_gaussian.hpp>
#include <diffgen/likelihood/functions.hpp>
#include <diffgen/likelihood/levels.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::density {

/// The model's Gaussian step to the clean end, its mass over the cell of the level (Ho et al. 2020,
/// eq. 13): a bound of the probability of levels.
template <class Cdf = likelihood::exact_cdf>
struct cell_decoder {
    likelihood::discretised_gaussian<Cdf> mass{};

    void check() const { mass.check(); }
    template <class V>
    [[nodiscard]] V log_likelihood(const reverse_step& s, double x, double x0, double denoised,
                                   const V& log_variance) const {
        const auto mean = broadcast<V>(s.mean(x, denoised));
        return mass.log_likelihood(mass.levels.level(x0), mean, V(0.5 * log_variance));
    }
};

/// The density of that Gaussian at the data: for data that are no levels.
struct gaussian_decoder {
    template <class V>
    [[nodiscard]] static V log_likelihood(const reverse_step& s, double x, double x0,
                                          double denoised, const V& log_variance) {
        const double r = x0 - s.mean(x, denoised);
        return -0.5 * (r * r * exp(-log_variance) + log_variance) -
               likelihood::detail::half_log_two_pi;
    }
};

/// The levels as the noisy state alone tells them: p(k | x) in proportion to N(x; alpha v_k,
/// sigma^2), whatever the network says (Kingma et al. 2021, appendix). Nothing is lost where the
/// least noise leaves no doubt of a level.
struct level_decoder {
    likelihood::lattice levels{};

    void check() const { levels.check(); }
    [[nodiscard]] double log_likelihood(const reverse_step& s, double x, double x0,
                                        double /*denoised*/, double /*log_variance*/) const {
        return log_likelihood(s.from, x, levels.level(x0));
    }
    /// log p(k | x) at a level of noise.
    [[nodiscard]] double log_likelihood(const noise_level& l, double x, int k) const {
        levels.check_level(k);
        std::vector<double> logits(static_cast<std::size_t>(levels.count));
        const double z = x / l.alpha, precision = std::exp(l.log_snr);
        for (int j = 0; j < levels.count; ++j) {
            const double r = z - levels.value(j);
            logits[static_cast<std::size_t>(j)] = -0.5 * precision * r * r;
        }
        return logits[static_cast<std::size_t>(k)] -
               likelihood::log_sum_exp(std::span<const double>(logits));
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::density

#include <diffgen/core/with_macros.hpp>

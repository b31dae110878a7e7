// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// L_vlb of a chain of levels (Ho et al. 2020, eq. 5): prior term, a divergence for each step, the
// decoder. Its terms for a sample whose estimates are given; nothing is drawn here.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/density/decoders.hpp>
#include <diffgen/density/gaussian_terms.hpp>

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::density {

/// What a network says of one sample at one step.
struct step_estimate {
    std::span<const double> denoised;       ///< the estimate of the data
    std::span<const double> log_variances;  ///< of the step, one an element
};

/// All in nats, summed over the elements of a sample. The sum of prior() and every term() is at
/// least -log p(x_0) in expectation over the states, x_t = alpha x_0 + sigma eps.
template <class Decoder = cell_decoder<>>
class discrete_terms {
  public:
    /// prior_variance 0: that of the noisiest level's noise, sigma^2.
    explicit discrete_terms(std::vector<reverse_step> steps, Decoder decoder = {},
                            double prior_variance = 0)
        : steps_(std::move(steps)), decoder_(std::move(decoder)) {
        require(!steps_.empty(), "a bound of no steps");
        diffgen::detail::check(decoder_);
        const double sigma = steps_.front().from.sigma;
        prior_variance_ = prior_variance > 0 ? prior_variance : sigma * sigma;
    }

    [[nodiscard]] const std::vector<reverse_step>& steps() const { return steps_; }

    [[nodiscard]] double prior(std::span<const double> x0) const {
        double sum = 0;
        for (const double v : x0)
            sum += prior_divergence(steps_.front().from, v, prior_variance_);
        return sum;
    }

    /// The term of step i at the state x: a divergence, or of the last step the decoder's. Throws
    /// bad_shape where sizes differ; bad_argument where x0 is no level of the decoder.
    [[nodiscard]] double term(std::size_t i, std::span<const double> x0, std::span<const double> x,
                              const step_estimate& said) const {
        if (x.size() != x0.size() || said.denoised.size() != x0.size() ||
            said.log_variances.size() != x0.size())
            throw bad_shape(diffgen::detail::text("diffgen: a term of a bound from ", x0.size(),
                                                  " elements of data, ", x.size(), " of a state, ",
                                                  said.denoised.size(), " estimates and ",
                                                  said.log_variances.size(), " variances"));
        const reverse_step& s = steps_.at(i);
        double sum = 0;
        for (std::size_t d = 0; d < x0.size(); ++d)
            sum += s.to.is_clean() ? -decoder_.log_likelihood(s, x[d], x0[d], said.denoised[d],
                                                              said.log_variances[d])
                                   : s.divergence(x0[d], said.denoised[d], said.log_variances[d]);
        return sum;
    }

  private:
    std::vector<reverse_step> steps_;
    Decoder decoder_;
    double prior_variance_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::density

#include <diffgen/core/with_macros.hpp>

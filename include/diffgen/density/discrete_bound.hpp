// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// L_vlb of a chain of levels (Ho et al. 2020, eq. 5; the survey's eq. 7), estimated for given
// samples: what a sampler of so many ancestral steps is bounded by.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/concepts.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/density/denoiser.hpp>
#include <diffgen/density/discrete_terms.hpp>
#include <diffgen/density/drawn_states.hpp>
#include <diffgen/process/process.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::density {

struct discrete_options {
    std::uint64_t seed = 0;
    step_variance variance = step_variance::posterior;
    double prior_variance = 0;  ///< 0: that of the noisiest level's noise
};

/// One state is drawn for each step and sample. levels: noisiest first, without the clean end, as a
/// grid gives them; of a discrete schedule's T times all, mostly. A sample's figures depend on the
/// seed and its number alone.
template <class Schedule, class Kernel, class Predictor, class Decoder = cell_decoder<>>
class discrete_bound {
  public:
    using kind = lower_bound;

    diffgen::process<Schedule, Kernel> process;
    Predictor predictor;
    Decoder decoder;
    discrete_options options;

    discrete_bound(Schedule s, Kernel k, Predictor p, Decoder d = {}, discrete_options o = {})
        : process(std::move(s), std::move(k)),
          predictor(std::move(p)),
          decoder(std::move(d)),
          options(o) {
        process.check();
        diffgen::detail::check(predictor);
        diffgen::detail::check(decoder);
    }

    /// The bound of log p of each sample of x under the chain of these levels. Throws bad_shape;
    /// bad_argument where noise does not fall, or a sample is not on the decoder's lattice.
    template <class X>
    [[nodiscard]] bound_parts log_density(const X& x, std::vector<noise_level> levels,
                                          std::uint64_t first_sample = 0) {
        return estimated(*this, x, std::move(levels), first_sample);
    }
    template <class X>
    [[nodiscard]] bound_parts log_density(const X& x, std::vector<noise_level> levels,
                                          std::uint64_t first_sample = 0) const {
        return estimated(*this, x, std::move(levels), first_sample);
    }

  private:
    template <class Self, class X>
    static bound_parts estimated(Self& self, const X& x, std::vector<noise_level> levels,
                                 std::uint64_t first_sample) {
        if (!levels.empty() && levels.back().is_clean()) levels.pop_back();
        const discrete_terms<Decoder> terms(reverse_chain(levels, self.process.clean()),
                                            self.decoder, self.options.prior_variance);
        const detail::rows_of_doubles data(x);
        const std::size_t D = data.elements;
        using predictor_type = std::remove_reference_t<decltype((self.predictor))>;
        denoiser<detail::numbers_of<X>, predictor_type> ask(self.predictor, D);
        const noise::philox random{self.options.seed};
        std::vector<double> states(data.values.size()), estimates(data.values.size()),
            steps(data.samples), decoder(data.samples), squares(data.samples);
        for (std::size_t i = 0; i < terms.steps().size(); ++i) {
            const reverse_step& s = terms.steps()[i];
            for (std::size_t n = 0; n < data.samples; ++n)
                detail::draw_state(data.row(n), s.from, random, static_cast<std::uint32_t>(i),
                                   first_sample + n, std::span<double>(states).subspan(n * D, D));
            ask.estimate(states, {&s.from, 1}, estimates);
            const std::vector<double> variances(D, log_variance(s, self.options.variance));
            for (std::size_t n = 0; n < data.samples; ++n) {
                const std::span<const double> state(states.data() + n * D, D),
                    estimate(estimates.data() + n * D, D);
                (s.to.is_clean() ? decoder : steps)[n] +=
                    terms.term(i, data.row(n), state, {estimate, variances});
            }
        }
        bound_parts found;
        for (std::size_t n = 0; n < data.samples; ++n)
            found.add(terms.prior(data.row(n)), steps[n], decoder[n]);
        return found;
    }
};

template <class S, class K, class P>
discrete_bound(S, K, P) -> discrete_bound<S, K, P>;
template <class S, class K, class P, class D>
discrete_bound(S, K, P, D) -> discrete_bound<S, K, P, D>;
template <class S, class K, class P, class D>
discrete_bound(S, K, P, D, discrete_options) -> discrete_bound<S, K, P, D>;

}  // namespace diffgen::inline DIFFGEN_ABI::density

#include <diffgen/core/with_macros.hpp>

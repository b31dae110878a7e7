// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// L_vlb in continuous time (Kingma et al. 2021, eq. 11 to 15), estimated for given samples: prior
// term, the integral over log-SNR, decoder.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/concepts.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/density/continuous_terms.hpp>
#include <diffgen/density/decoders.hpp>
#include <diffgen/density/denoiser.hpp>
#include <diffgen/density/drawn_states.hpp>
#include <diffgen/process/process.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::density {

struct continuous_options {
    /// Levels drawn for each sample, one in each of as many equal parts of the range of log-SNR.
    int draws = 32;
    std::uint64_t seed = 0;
    std::optional<double> first_time{};  ///< of the least noise; t_min of the schedule
    std::optional<double> last_time{};   ///< of the prior; t_max of the schedule
    /// Of the prior N(0, variance I); that of the last level's noise.
    std::optional<double> prior_variance{};
    std::size_t rows = 1024;  ///< of one call of the predictor, for memory
};

/// Unbiased for the bound, whatever the number of draws. Decoder: what stands between the least
/// noise and the data; level_decoder for data on a lattice. A sample's figures depend on the seed
/// and its number alone.
template <class Schedule, class Kernel, class Predictor, class Decoder = level_decoder>
class continuous_bound {
  public:
    using kind = lower_bound;

    diffgen::process<Schedule, Kernel> process;
    Predictor predictor;
    Decoder decoder;
    continuous_options options;

    continuous_bound(Schedule s, Kernel k, Predictor p, Decoder d = {}, continuous_options o = {})
        : process(std::move(s), std::move(k)),
          predictor(std::move(p)),
          decoder(std::move(d)),
          options(o) {
        check();
    }

    void check() const {
        process.check();
        diffgen::detail::check(predictor);
        diffgen::detail::check(decoder);
        require(options.draws > 0 && options.rows > 0, "a bound of ", options.draws, " draws in ",
                options.rows, " rows; both are 1 or more");
        const noise_level first = first_level(), last = last_level();
        require(std::isfinite(first.log_snr) && std::isfinite(last.log_snr) &&
                    first.log_snr > last.log_snr,
                "a bound from log-SNR ", first.log_snr, " to ", last.log_snr,
                "; both are finite, and it falls");
    }

    /// The bound of log p of each sample of x, with its parts. Throws bad_shape; bad_argument where
    /// a sample is not on the decoder's lattice.
    template <class X>
    [[nodiscard]] bound_parts log_density(const X& x, std::uint64_t first_sample = 0) {
        return estimated(*this, x, first_sample);
    }
    template <class X>
    [[nodiscard]] bound_parts log_density(const X& x, std::uint64_t first_sample = 0) const {
        return estimated(*this, x, first_sample);
    }

    [[nodiscard]] noise_level first_level() const {
        return process.level(options.first_time.value_or(process.t_min()));
    }
    [[nodiscard]] noise_level last_level() const {
        return process.level(options.last_time.value_or(process.t_max()));
    }

  private:
    template <class Self, class X>
    static bound_parts estimated(Self& self, const X& x, std::uint64_t first_sample) {
        self.check();
        const detail::rows_of_doubles data(x);
        using predictor_type = std::remove_reference_t<decltype((self.predictor))>;
        denoiser<detail::numbers_of<X>, predictor_type> ask(self.predictor, data.elements);
        const auto draws = static_cast<std::size_t>(self.options.draws);
        // rates[i n + j]: of sample i at its level j.
        std::vector<double> rates(data.samples * draws), at_first(data.samples);
        const std::size_t all = data.samples * (draws + 1);
        for (std::size_t begin = 0; begin < all; begin += self.options.rows) {
            const std::size_t end = std::min(all, begin + self.options.rows);
            self.ask_some(ask, data, first_sample, begin, end, rates, at_first);
        }
        bound_parts found;
        const double range = self.first_level().log_snr - self.last_level().log_snr;
        const double sigma = self.last_level().sigma;
        for (std::size_t i = 0; i < data.samples; ++i) {
            double prior = 0;
            for (const double v : data.row(i))
                prior += prior_divergence(self.last_level(), v,
                                          self.options.prior_variance.value_or(sigma * sigma));
            const std::vector<double> own(
                rates.begin() + static_cast<std::ptrdiff_t>(i * draws),
                rates.begin() + static_cast<std::ptrdiff_t>((i + 1) * draws));
            const mean_and_error rate = mean_of(own);
            found.add(prior, range * rate.mean, at_first[i]);
            // Of draws in parts of the range this is too large, by what parts differ.
            if (draws > 1) found.errors.push_back(range * rate.error);
        }
        return found;
    }

    /// Questions begin .. end - 1: question q of sample q / (draws + 1) is its level q % (draws +
    /// 1), the last one that of the decoder.
    template <class Ask>
    void ask_some(Ask& ask, const detail::rows_of_doubles& data, std::uint64_t first_sample,
                  std::size_t begin, std::size_t end, std::vector<double>& rates,
                  std::vector<double>& at_first) const {
        const auto draws = static_cast<std::size_t>(options.draws);
        const noise::philox random{options.seed};
        const noise_level first = first_level(), last = last_level();
        const std::size_t D = data.elements, n = end - begin;
        std::vector<noise_level> levels;
        std::vector<double> states(n * D), estimates(n * D);
        for (std::size_t q = begin; q < end; ++q) {
            const std::size_t i = q / (draws + 1), j = q % (draws + 1);
            const auto draw = static_cast<std::uint32_t>(j);
            noise_level l = first;
            if (j < draws) {
                const double u =
                    random.uniform<double>(noise::stream::times, draw, first_sample + i);
                const double part =
                    (static_cast<double>(j) + u) / static_cast<double>(options.draws);
                l = process.level_of_log_snr(last.log_snr + part * (first.log_snr - last.log_snr));
            }
            levels.push_back(l);
            detail::draw_state(data.row(i), l, random, draw, first_sample + i,
                               std::span<double>(states).subspan((q - begin) * D, D));
        }
        ask.estimate(states, {levels.data(), n}, estimates);
        const reverse_step to_data{first, process.clean(),
                                   reverse_transition(first, process.clean()),
                                   2 * std::log(first.sigma), 2 * std::log(first.sigma)};
        for (std::size_t q = begin; q < end; ++q) {
            const std::size_t i = q / (draws + 1), j = q % (draws + 1), at = (q - begin) * D;
            double sum = 0;
            for (std::size_t d = 0; d < D; ++d) {
                const double r = data.row(i)[d] - estimates[at + d];
                sum += j < draws
                           ? r * r
                           : -decoder.log_likelihood(to_data, states[at + d], data.row(i)[d],
                                                     estimates[at + d], to_data.log_posterior);
            }
            if (j < draws)
                rates[i * draws + j] = diffusion_rate(levels[q - begin], sum);
            else
                at_first[i] = sum;
        }
    }
};

template <class S, class K, class P>
continuous_bound(S, K, P) -> continuous_bound<S, K, P>;
template <class S, class K, class P, class D>
continuous_bound(S, K, P, D) -> continuous_bound<S, K, P, D>;
template <class S, class K, class P, class D>
continuous_bound(S, K, P, D, continuous_options) -> continuous_bound<S, K, P, D>;

}  // namespace diffgen::inline DIFFGEN_ABI::density

#include <diffgen/core/with_macros.hpp>

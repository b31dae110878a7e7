// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// How probable a discrete model finds samples: exactly where elements are shown one by one, and as
// a lower bound for masked diffusion and for the steps of any other.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/density/kind.hpp>
#include <diffgen/discrete/corruption.hpp>
#include <diffgen/discrete/distribution.hpp>
#include <diffgen/discrete/options.hpp>
#include <diffgen/discrete/passes.hpp>
#include <diffgen/discrete/predicts.hpp>
#include <diffgen/discrete/total_noise.hpp>
#include <diffgen/noise/source.hpp>
#include <diffgen/noise/stream.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::discrete {

struct bound_options {
    int draws = 8;                   ///< a sample; they share the range of noise evenly
    std::uint64_t seed = 0;          ///< of the draws
    std::uint64_t first_sample = 0;  ///< number of the batch's first sample in the whole job
};

namespace detail {

/// Levels of a batch and a network's answers for them.
template <class Predictor>
class asked {
  public:
    using number = typename Predictor::number_type;

    template <class Level>
    asked(const absorbing& c, batch_view<const Level> x)
        : states_(static_cast<std::size_t>(c.states)),
          mask_(c.mask),
          data(x.begin(), x.end()),
          levels(data),
          x_(levels.data(), x.samples, x.elements),
          answers_(x.size() * states_) {
        require_levels(x.data, x.size(), x.elements, c.states);
        for (std::size_t i = 0; i < data.size(); ++i)
            diffgen::detail::require(data[i] != c.mask, "element ", i % x.elements, " of sample ",
                                     i / x.elements, " is the mask; a probability needs its level");
    }
    void ask(Predictor& predictor, const moment& now) {
        predictor.net(batch_view<const int>(x_),
                      batch_view<number>(answers_.data(), x_.samples, x_.elements * states_), now);
    }
    /// log p of the datum of a masked element. Throws non_finite.
    [[nodiscard]] double log_probability(std::size_t flat) const {
        std::vector<double> row(states_);
        bool holds = exponentials(answers_.data() + flat * states_, row);
        row[static_cast<std::size_t>(mask_)] = 0;
        holds = holds && is_distribution(row);
        if (!holds)
            throw non_finite(diffgen::detail::text("diffgen: the network's answers for element ",
                                                   flat % x_.elements, " of sample ",
                                                   flat / x_.elements, " are no distribution"));
        return std::log(row[static_cast<std::size_t>(data[flat])] /
                        std::accumulate(row.begin(), row.end(), 0.));
    }

  private:
    std::size_t states_;
    int mask_;

  public:
    std::vector<int> data, levels;

  private:
    batch_view<int> x_;
    std::vector<number> answers_;
};

template <class X>
[[nodiscard]] auto levels_to_read(const X& x) {
    const auto v = state_traits<std::remove_cvref_t<X>>::view(const_cast<X&>(x));
    using T = typename std::remove_const_t<decltype(v)>::value_type;
    static_assert(level_number<T>,
                  "diffgen: levels are stored in float, double or whole numbers of up "
                  "to four bytes");
    return batch_view<const T>(v.data, v.samples, v.elements);
}

}  // namespace detail

/// log p(x) in nats of every sample, when its elements are shown one after the other: the order of
/// generation by raster{} (or by `order`, a permutation of the elements). An evaluation of the
/// whole batch an element. Throws bad_argument, bad_shape, non_finite.
template <class Predictor, class X>
[[nodiscard]] density::log_densities<density::exact> sequential_log_probability(
    const absorbing& c, Predictor& predictor, const X& x, std::vector<std::size_t> order = {}) {
    diffgen::detail::check(c);
    const auto v = detail::levels_to_read(x);
    if (order.empty()) {
        order.resize(v.elements);
        std::iota(order.begin(), order.end(), std::size_t{0});
    }
    std::vector<std::size_t> sorted = order;
    std::sort(sorted.begin(), sorted.end());
    bool holds = sorted.size() == v.elements;
    for (std::size_t e = 0; holds && e < v.elements; ++e)
        holds = sorted[e] == e;
    diffgen::detail::require(holds, "an order of ", order.size(), " elements for samples of ",
                             v.elements, "; it is a permutation of them");
    detail::asked<Predictor> batch(c, v);
    std::fill(batch.levels.begin(), batch.levels.end(), c.mask);
    density::log_densities<density::exact> found{std::vector<double>(v.samples), {}};
    for (std::size_t k = 0; k < v.elements; ++k) {
        const double masked = static_cast<double>(v.elements - k) / static_cast<double>(v.elements);
        batch.ask(predictor, moment_at(log_linear{0}, masked));
        for (std::size_t i = 0; i < v.samples; ++i) {
            const std::size_t flat = i * v.elements + order[k];
            found.values[i] += batch.log_probability(flat);
            batch.levels[flat] = batch.data[flat];
        }
    }
    return found;
}

/// A lower bound of log p(x) in nats of every sample under masked diffusion in continuous time,
/// whatever its schedule (Sahoo et al. 2024, eq. 10), which is the mean over all orders of
/// generation: with k masks at random places, elements times the mean of log p of the masked. k is
/// drawn evenly from 1 .. elements; `draws` evaluations of the whole batch. The errors of the
/// samples are those of independent draws, from above. The network is to look at the levels alone,
/// as the best one does (Ou et al. 2024): samples of a batch have different numbers of masks.
/// step_bound tells it the time. Throws bad_argument, bad_shape, non_finite.
template <class Predictor, class X>
[[nodiscard]] density::log_densities<density::lower_bound> masked_bound(
    const absorbing& c, Predictor& predictor, const X& x, const bound_options& o = {}) {
    diffgen::detail::check(c);
    diffgen::detail::require(o.draws >= 1, o.draws, " draws for a bound; it needs at least one");
    const auto v = detail::levels_to_read(x);
    detail::asked<Predictor> batch(c, v);
    const noise::philox random{o.seed};
    const auto all = static_cast<double>(v.elements);
    std::vector<double> sum(v.samples), squares(v.samples);
    std::vector<std::size_t> count(v.samples), order(v.elements);
    std::vector<double> key(v.elements);
    for (int draw = 0; draw < o.draws; ++draw) {
        batch.levels = batch.data;
        // The number of masks goes round the samples too, so that one evaluation sees them all.
        for (std::size_t i = 0; i < v.samples; ++i) {
            const std::uint64_t sample = o.first_sample + i;
            const double u = random.uniform<double>(noise::stream::times,
                                                    static_cast<std::uint32_t>(draw), sample);
            const double part = (static_cast<double>((static_cast<std::uint64_t>(draw) + sample) %
                                                     static_cast<std::uint64_t>(o.draws)) +
                                 u) /
                                o.draws;
            count[i] = std::min(v.elements, 1 + static_cast<std::size_t>(part * all));
            for (std::size_t e = 0; e < v.elements; ++e)
                key[e] =
                    random.uniform<double>(noise::stream::metric, static_cast<std::uint32_t>(draw),
                                           sample * v.elements + e);
            std::iota(order.begin(), order.end(), std::size_t{0});
            std::sort(order.begin(), order.end(),
                      [&key](std::size_t a, std::size_t b) { return key[a] < key[b]; });
            for (std::size_t k = 0; k < count[i]; ++k)
                batch.levels[i * v.elements + order[k]] = c.mask;
        }
        batch.ask(predictor, moment_at(log_linear{0}, 0.5));
        for (std::size_t i = 0; i < v.samples; ++i) {
            double log_p = 0;
            for (std::size_t flat = i * v.elements; flat < (i + 1) * v.elements; ++flat)
                if (batch.levels[flat] == c.mask) log_p += batch.log_probability(flat);
            const double value = all / static_cast<double>(count[i]) * log_p;
            sum[i] += value;
            squares[i] += value * value;
        }
    }
    density::log_densities<density::lower_bound> found;
    for (std::size_t i = 0; i < v.samples; ++i) {
        const double n = o.draws, mean = sum[i] / n;
        found.values.push_back(mean);
        if (o.draws > 1)
            found.errors.push_back(std::sqrt(std::max(0., squares[i] / n - mean * mean) / (n - 1)));
    }
    return found;
}

}  // namespace diffgen::inline DIFFGEN_ABI::discrete

#include <diffgen/core/with_macros.hpp>

// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Levels under a density of numbers: a level is spread over its cell, uniformly or through the
// logit (likelihood/dequantised.hpp), and the mean of the densities of several draws, logarithm
// outside, is a lower bound of log P(levels) in expectation, tighter the more there are (Theis et
// al. 2016; with importance weights Burda et al. 2016, for dequantisation Hoogeboom et al. 2020).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/density/drawn_states.hpp>
#include <diffgen/density/kind.hpp>
#include <diffgen/likelihood/dequantised.hpp>
#include <diffgen/likelihood/functions.hpp>
#include <diffgen/likelihood/levels.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::density {

struct dequantised_options {
    int draws = 1;
    std::uint64_t seed = 0;
};

/// density: called with a batch_view<double> of numbers, gives their log_densities<kind>, exact or
/// a lower bound; of an estimate with noise the bound is too good by half its variance.
/// Dequantiser: dequantised_uniform or dequantised_logit, of the lattice's count of levels.
/// A sample's figure depends on the seed and its number alone.
template <class Density, class Dequantiser>
class dequantised_bound {
  public:
    using kind = lower_bound;

    Density density;
    Dequantiser dequantise;
    likelihood::lattice levels;
    dequantised_options options;

    dequantised_bound(Density d, Dequantiser q, likelihood::lattice l, dequantised_options o = {})
        : density(std::move(d)), dequantise(q), levels(l), options(o) {
        dequantise.check();
        levels.check();
        require(options.draws > 0, "a dequantised bound of ", options.draws, " draws");
        require(dequantise.count == levels.count, "a dequantisation of ", dequantise.count,
                " levels for a lattice of ", levels.count);
    }

    /// x: samples on the lattice. Throws bad_argument where one is not.
    template <class X>
    [[nodiscard]] log_densities<lower_bound> log_density(const X& x,
                                                         std::uint64_t first_sample = 0) {
        const detail::rows_of_doubles data(x);
        const auto draws = static_cast<std::size_t>(options.draws);
        const noise::philox random{options.seed};
        // weights[i draws + j]: the log density of sample i at draw j, per unit of levels.
        std::vector<double> weights(data.samples * draws), y(data.values.size());
        for (std::size_t j = 0; j < draws; ++j) {
            std::vector<double> log_det(data.samples, 0.);
            for (std::size_t i = 0; i < y.size(); ++i) {
                const double u =
                    random.uniform<double>(noise::stream::data, static_cast<std::uint32_t>(j),
                                           first_sample * data.elements + i);
                const auto [value, slope] = dequantise(levels.level(data.values[i]), u);
                y[i] = value;
                log_det[i / data.elements] += slope;
            }
            const auto found = density(batch_view<double>(y.data(), data.samples, data.elements));
            for (std::size_t i = 0; i < data.samples; ++i)
                weights[i * draws + j] = found.values[i] + log_det[i];
        }
        log_densities<lower_bound> bound;
        for (std::size_t i = 0; i < data.samples; ++i)
            bound.values.push_back(likelihood::log_sum_exp(
                                       std::span<const double>(weights).subspan(i * draws, draws)) -
                                   std::log(static_cast<double>(draws)));
        return bound;
    }
};

template <class D, class Q>
dequantised_bound(D, Q, likelihood::lattice) -> dequantised_bound<D, Q>;
template <class D, class Q>
dequantised_bound(D, Q, likelihood::lattice, dequantised_options) -> dequantised_bound<D, Q>;

}  // namespace diffgen::inline DIFFGEN_ABI::density

#include <diffgen/core/with_macros.hpp>

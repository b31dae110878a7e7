// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the estimators of bounds share: samples as rows of doubles, their noise, and a bound's
// parts.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/density/kind.hpp>
#include <diffgen/noise/source.hpp>
#include <diffgen/noise/stream.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::density {

/// A bound of log p of each sample, in nats, and what it is made of: values = -(prior + steps +
/// decoder). errors of the values: standard errors of what was drawn.
struct bound_parts : log_densities<lower_bound> {
    std::vector<double> prior{}, steps{}, decoder{};

    void add(double of_prior, double of_steps, double of_decoder) {
        prior.push_back(of_prior);
        steps.push_back(of_steps);
        decoder.push_back(of_decoder);
        values.push_back(-(of_prior + of_steps + of_decoder));
    }
};

namespace detail {

/// The samples of any state, in doubles.
struct rows_of_doubles {
    std::size_t samples, elements;
    std::vector<double> values;

    template <class X>
    explicit rows_of_doubles(const X& x) {
        const auto v = state_traits<std::remove_cvref_t<X>>::view(x);
        samples = v.samples;
        elements = v.elements;
        values.assign(v.data, v.data + v.size());
    }
    [[nodiscard]] std::span<const double> row(std::size_t i) const {
        return std::span<const double>(values).subspan(i * elements, elements);
    }
};

/// alpha x_0 + sigma eps, the noise of draw number `draw` of a sample.
inline void draw_state(std::span<const double> x0, const noise_level& l,
                       const noise::philox& random, std::uint32_t draw, std::uint64_t sample,
                       std::span<double> out) {
    for (std::size_t d = 0; d < x0.size(); ++d)
        out[d] = l.alpha * x0[d] + l.sigma * random.normal<double>(noise::stream::forward, draw,
                                                                   sample * x0.size() + d);
}

template <class X>
using numbers_of = typename decltype(state_traits<std::remove_cvref_t<X>>::view(
    std::declval<const X&>()))::value_type;

}  // namespace detail
}  // namespace diffgen::inline DIFFGEN_ABI::density

#include <diffgen/core/with_macros.hpp>

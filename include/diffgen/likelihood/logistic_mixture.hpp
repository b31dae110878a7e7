// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The discretised mixture of logistics of PixelCNN++ (Salimans et al. 2017, eq. 2 and 3): the
// probability of the levels of one pixel, of one channel or of three that depend on each other.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/likelihood/functions.hpp>
#include <diffgen/likelihood/levels.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::likelihood {

/// The parameters of a pixel: M logits; then for each channel M means, M log scales and, of three
/// channels, M raw coefficients, whose tanh is the weight of an earlier channel: that of red in the
/// mean of green, of red in that of blue, of green in that of blue.
struct discretised_logistic_mixture {
    int channels = 3;
    int mixtures = 10;
    lattice levels{};
    double least_log_scale = -7;
    /// Below this mass the density in the middle of the cell, times its width, stands for it.
    double least_mass = 1e-5;

    void check() const {
        levels.check();
        require((channels == 1 || channels == 3) && mixtures > 0,
                "a discretised_logistic_mixture of ", channels, " channels and ", mixtures,
                " components; channels are 1 or 3, components 1 or more");
    }
    [[nodiscard]] std::size_t parameters() const { return of_mixtures(1 + channels * fields()); }

    /// log P(levels of the pixel), `channels` of them. Throws bad_shape, bad_argument.
    template <class V>
    [[nodiscard]] V log_likelihood(std::span<const int> pixel, std::span<const V> p) const {
        if (pixel.size() != static_cast<std::size_t>(channels) || p.size() != parameters())
            throw bad_shape(diffgen::detail::text(
                "diffgen: a pixel of ", pixel.size(), " channels with ", p.size(),
                " parameters for a discretised_logistic_mixture of ", channels, " channels, ",
                mixtures, " components and ", parameters(), " parameters"));
        for (const int k : pixel)
            levels.check_level(k);
        const auto count = static_cast<std::size_t>(mixtures);
        const V all = log_sum_exp(p.first(count));
        std::vector<V> terms(count);
        for (std::size_t m = 0; m < count; ++m) {
            terms[m] = p[m] - all;
            for (int c = 0; c < channels; ++c)
                terms[m] = terms[m] + log_mass(pixel[static_cast<std::size_t>(c)],
                                               mean(pixel, p, c, m), field(p, c, 1, m));
        }
        return log_sum_exp(std::span<const V>(terms));
    }

  private:
    [[nodiscard]] int fields() const { return channels == 3 ? 3 : 2; }
    [[nodiscard]] std::size_t of_mixtures(int n) const {
        return static_cast<std::size_t>(n) * static_cast<std::size_t>(mixtures);
    }
    /// Field 0, 1, 2 (mean, log scale, coefficient) of a channel's component m.
    template <class V>
    [[nodiscard]] const V& field(std::span<const V> p, int channel, int which,
                                 std::size_t m) const {
        return p[of_mixtures(1 + channel * fields() + which) + m];
    }
    template <class V>
    [[nodiscard]] V mean(std::span<const int> pixel, std::span<const V> p, int c,
                         std::size_t m) const {
        V sum = field(p, c, 0, m);
        if (c == 1) sum = sum + tanh(field(p, 0, 2, m)) * levels.value(pixel[0]);
        if (c == 2)
            sum = sum + tanh(field(p, 1, 2, m)) * levels.value(pixel[0]) +
                  tanh(field(p, 2, 2, m)) * levels.value(pixel[1]);
        return sum;
    }
    template <class V>
    [[nodiscard]] V log_mass(int k, const V& mean, const V& raw_log_scale) const {
        const V log_scale = max(broadcast<V>(least_log_scale), raw_log_scale);
        const V inverse = exp(-log_scale);
        const V centred = levels.value(k) - mean;
        const V plus = inverse * (centred + 0.5 * levels.step),
                minus = inverse * (centred - 0.5 * levels.step);
        if (levels.is_first(k)) return -softplus(-plus);
        if (levels.is_last(k)) return -softplus(minus);
        const V mass = sigmoid(plus) - sigmoid(minus);
        if (mass > least_mass) return log(mass);
        const V middle = inverse * centred;
        return middle - log_scale - 2. * softplus(middle) + std::log(levels.step);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::likelihood

#include <diffgen/core/with_macros.hpp>

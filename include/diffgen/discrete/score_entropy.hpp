// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Concrete scores, the ratios s(y) ~ p_t(y) / p_t(x) of one element (SEDD: Lou et al. 2024): the
// score entropy, whose minimum they are, and the steps that they make. Corruptions that redraw.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/discrete/corruption.hpp>
#include <diffgen/discrete/distribution.hpp>

#include <cmath>
#include <cstddef>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::discrete {

namespace detail {

/// How often y becomes x: its rate off the diagonal, or its probability over a part of the noise.
template <redrawing C>
[[nodiscard]] double rate_to(const C& c, int y, int x) {
    return c.noise(x) - (y == x ? 1 : 0);
}
template <redrawing C>
[[nodiscard]] double change_to(const C& c, int y, int x, double total) {
    return -std::expm1(-total) * c.noise(x) + (y == x ? std::exp(-total) : 0);
}

inline void check_levels(int states, std::size_t given, int x) {
    if (given != static_cast<std::size_t>(states))
        throw bad_shape(diffgen::detail::text("diffgen: a score of ", given, " levels for ", states,
                                              " states"));
    diffgen::detail::require(x >= 0 && x < states, "level ", x, " of ", states, " states");
}

}  // namespace detail

/// p_t(y | x_0) / p_t(xt | x_0) for every y: what a score should be where x_0 is known.
template <redrawing C>
[[nodiscard]] std::vector<double> conditional_ratio(const C& c, int x0, int xt, double total) {
    std::vector<double> r;
    for (int y = 0; y < c.states; ++y)
        r.push_back(detail::change_to(c, x0, y, total) / detail::change_to(c, x0, xt, total));
    return r;
}

/// The denoising score entropy of an element (theorem 3.4): sum over y != xt of Q(y -> xt)
/// (s_y - r_y log s_y + r_y (log r_y - 1)), at least 0, and 0 where s = r. The bound of continuous
/// time is the mean of sigma' times this. Throws bad_shape, bad_argument.
template <redrawing C>
[[nodiscard]] double score_entropy(const C& c, numbers log_score, int x0, int xt, double total) {
    detail::check_levels(c.states, log_score.size(), xt);
    const std::vector<double> ratio = conditional_ratio(c, x0, xt, total);
    double sum = 0;
    for (int y = 0; y < c.states; ++y) {
        if (y == xt) continue;
        const auto k = static_cast<std::size_t>(y);
        const double r = ratio[k], rate = detail::rate_to(c, y, xt);
        if (rate == 0) continue;
        sum += rate * (std::exp(log_score[k]) + (r > 0 ? r * (std::log(r) - 1 - log_score[k]) : 0));
    }
    return sum;
}

/// Its gradient with respect to log_score.
template <redrawing C>
[[nodiscard]] std::vector<double> score_entropy_gradient(const C& c, numbers log_score, int x0,
                                                         int xt, double total) {
    detail::check_levels(c.states, log_score.size(), xt);
    const std::vector<double> ratio = conditional_ratio(c, x0, xt, total);
    std::vector<double> g(log_score.size());
    for (int y = 0; y < c.states; ++y) {
        const auto k = static_cast<std::size_t>(y);
        if (y != xt) g[k] = detail::rate_to(c, y, xt) * (std::exp(log_score[k]) - ratio[k]);
    }
    return g;
}

/// The rates of the reversed process away from xt, Q(y -> xt) s_y; at xt minus their sum.
template <redrawing C>
[[nodiscard]] std::vector<double> reverse_rate(const C& c, numbers score, int xt) {
    detail::check_levels(c.states, score.size(), xt);
    std::vector<double> rate(score.size());
    double sum = 0;
    for (int y = 0; y < c.states; ++y)
        if (y != xt)
            sum += rate[static_cast<std::size_t>(y)] =
                detail::rate_to(c, y, xt) * score[static_cast<std::size_t>(y)];
    rate[static_cast<std::size_t>(xt)] = -sum;
    return rate;
}

/// A step by the rates as they are: onehot(xt) + noise x reverse_rate, where `noise` is the part of
/// the total noise that the step takes away. Where it is too long the weight of xt is negative.
template <redrawing C>
[[nodiscard]] std::vector<double> euler_weights(const C& c, numbers score, int xt, double noise) {
    std::vector<double> w = reverse_rate(c, score, xt);
    for (double& v : w)
        v *= noise;
    w[static_cast<std::size_t>(xt)] += 1;
    return w;
}

/// s e^(-d R): the score of a time with less noise by d, against the same xt.
template <redrawing C>
[[nodiscard]] std::vector<double> staggered(const C& c, numbers score, double d) {
    double all = 0;
    for (const double v : score)
        all += v;
    std::vector<double> s(score.begin(), score.end());
    for (int y = 0; y < c.states; ++y) {
        double& v = s[static_cast<std::size_t>(y)];
        v = std::exp(d) * v - std::expm1(d) * c.noise(y) * all;
    }
    return s;
}

/// The analytic step (theorem 4.2): weights of the level that had less noise by d. They sum to 1
/// where the scores are those of some distribution; of a network, some may be negative.
template <redrawing C>
[[nodiscard]] std::vector<double> analytic_weights(const C& c, numbers score, int xt, double d) {
    detail::check_levels(c.states, score.size(), xt);
    std::vector<double> w = staggered(c, score, d);
    for (int y = 0; y < c.states; ++y)
        w[static_cast<std::size_t>(y)] *= detail::change_to(c, y, xt, d);
    return w;
}

}  // namespace diffgen::inline DIFFGEN_ABI::discrete

#include <diffgen/core/with_macros.hpp>

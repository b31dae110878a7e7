// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Distributions over finitely many levels, as numbers in double precision: normalisation in
// logarithms, divergence, and draws by the inverse distribution function.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/core/noise_level.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::discrete {

using numbers = std::span<const double>;

/// log sum exp(x_i), without overflow; -infinity where every x_i is.
[[nodiscard]] inline double log_sum_exp(numbers x) {
    double top = -diffgen::detail::infinity;
    for (const double v : x)
        top = std::max(top, v);
    if (!std::isfinite(top)) return top;
    double sum = 0;
    for (const double v : x)
        sum += std::exp(v - top);
    return top + std::log(sum);
}

/// log softmax of the logits, of which some may be -infinity.
[[nodiscard]] inline std::vector<double> log_softmax(numbers logits) {
    const double all = log_sum_exp(logits);
    std::vector<double> out(logits.begin(), logits.end());
    for (double& v : out)
        v -= all;
    return out;
}

[[nodiscard]] inline std::vector<double> softmax(numbers logits) {
    std::vector<double> out = log_softmax(logits);
    for (double& v : out)
        v = std::exp(v);
    return out;
}

/// The weights over their sum. Throws non_finite where the sum is not a positive number.
[[nodiscard]] inline std::vector<double> normalised(std::vector<double> weights) {
    double sum = 0;
    for (const double w : weights)
        sum += w;
    if (!diffgen::detail::is_positive(sum))
        throw non_finite(diffgen::detail::text("diffgen: the weights of ", weights.size(),
                                               " levels sum to ", sum, "; no distribution"));
    for (double& w : weights)
        w /= sum;
    return weights;
}

/// sum p log(p / q) in nats, where 0 log 0 = 0. Throws bad_shape.
[[nodiscard]] inline double divergence(numbers p, numbers q) {
    if (p.size() != q.size())
        throw bad_shape(diffgen::detail::text("diffgen: the divergence of ", p.size(),
                                              " probabilities from ", q.size()));
    double sum = 0;
    for (std::size_t i = 0; i < p.size(); ++i)
        if (p[i] > 0) sum += p[i] * (std::log(p[i]) - std::log(q[i]));
    return sum;
}

/// The inverse distribution function: the first level at which the running sum of the weights
/// reaches u times their total. Weights below 0 count as 0, and a level of weight 0 is never
/// chosen. u in [0, 1]. Throws non_finite where the total is not a positive number.
///
/// With u a double this resolves probabilities down to 1e-16. The other way, the largest of
/// log p + Gumbel noise, draws a level of small probability too seldom in single precision, since
/// the noise has no values above 16.6 there.
template <class Number>
[[nodiscard]] std::size_t first_reaching(std::span<const Number> weights, double u) {
    double total = 0;
    for (const Number w : weights)
        if (!(w <= 0)) total += static_cast<double>(w);  // NaN too
    if (!diffgen::detail::is_positive(total))
        throw non_finite(diffgen::detail::text("diffgen: the weights of ", weights.size(),
                                               " levels sum to ", total, "; none can be drawn"));
    const double wanted = u * total;
    double sum = 0;
    std::size_t last = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        if (!(weights[i] > 0)) continue;
        sum += static_cast<double>(weights[i]);
        last = i;
        if (sum >= wanted) return i;
    }
    return last;  // the running sum ended below by a rounding
}
[[nodiscard]] inline std::size_t first_reaching(const std::vector<double>& weights, double u) {
    return first_reaching(numbers(weights), u);
}

/// The total variation distance, half of sum |p - q|. Throws bad_shape.
[[nodiscard]] inline double total_variation(numbers p, numbers q) {
    if (p.size() != q.size())
        throw bad_shape(diffgen::detail::text("diffgen: the distance of ", p.size(),
                                              " probabilities from ", q.size()));
    double sum = 0;
    for (std::size_t i = 0; i < p.size(); ++i)
        sum += std::abs(p[i] - q[i]);
    return sum / 2;
}

/// The logits of a discretised logistic distribution on `states` cells of [-1, 1], the first and
/// the last of which end half a cell outside (Austin et al. 2021, section 3.3): log of what lies in
/// each cell, without cancellation. Throws bad_argument for fewer than 2 states.
[[nodiscard]] inline std::vector<double> discretised_logistic(double location, double log_scale,
                                                              int states) {
    diffgen::detail::require(states >= 2, "a discretised logistic on ", states,
                             " states; it needs at least 2");
    const double width = 2. / (states - 1), scale = std::exp(log_scale);
    std::vector<double> logits;
    for (int i = 0; i < states; ++i) {
        const double centre = -1 + i * width;
        const double above = (centre + width / 2 - location) / scale,
                     below = (centre - width / 2 - location) / scale;
        // sig(a) - sig(b) = sig(a) sig(-b) (1 - e^(b - a))
        logits.push_back(-diffgen::detail::softplus(-above) - diffgen::detail::softplus(below) +
                         diffgen::detail::log1mexp(below - above));
    }
    return logits;
}

}  // namespace diffgen::inline DIFFGEN_ABI::discrete

#include <diffgen/core/with_macros.hpp>

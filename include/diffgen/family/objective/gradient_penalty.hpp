// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Penalties on the slope of a critic, sample by sample, whose gradients are second gradients of the
// network.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/family/mapped.hpp>

#include <limits>

namespace diffgen::inline DIFFGEN_ABI::family::adversarial {

/// Which slopes are bad: those other than 1 (Gulrajani et al. 2017, equation 3), those above 1
/// (Petzka et al. 2018), or all (R1 and R2 of Mescheder et al. 2018, equations 9 and 10, with half
/// the coefficient).
enum class slope_penalty { two_sided, one_sided, zero_centred };

template <class T>
struct penalised_slopes {
    nn::variable<T> outputs;    ///< of the critic at the points, 1 x N
    nn::variable<T> gradients;  ///< D x N
    nn::variable<T> norms;      ///< 1 x N
    nn::variable<T> penalty;    ///< 1 x 1
};

/// The penalty at points (D x N, a column each; a leaf, or made of real and generated samples, to
/// which gradients then go on). `critic(points)` gives 1 x N, each from its own column alone.
template <class T, class Critic>
penalised_slopes<T> gradient_penalty(const Critic& critic, const nn::variable<T>& points,
                                     double coefficient = 10,
                                     slope_penalty kind = slope_penalty::two_sided) {
    const nn::variable<T> y = critic(points);
    require(y.rows() == 1 && y.cols() == points.cols(), "a critic that gives ", y.rows(), " x ",
            y.cols(), " for ", points.cols(), " points; must be one row");
    const auto g = grad(sum(y), points);
    const auto squares = sum_over_rows(square(g));
    // The tiny number keeps the derivative of the root a number where the slope is zero.
    const auto norms = sqrt(squares + std::numeric_limits<T>::min());
    const T c = static_cast<T>(coefficient);
    if (kind == slope_penalty::zero_centred) return {y, g, norms, mean(squares) * (c * T(0.5))};
    const auto excess = norms - T(1);
    return {y, g, norms,
            mean(square(kind == slope_penalty::one_sided ? max(excess, T(0)) : excess)) * c};
}

/// Points between real and generated samples: u real + (1 - u) fake, one u a sample (1 x N).
template <class X, class U>
X points_between(const X& real, const X& fake, const U& u) {
    return real * u + fake * (number_of<U>(1) - u);
}

}  // namespace diffgen::inline DIFFGEN_ABI::family::adversarial

#include <diffgen/core/with_macros.hpp>

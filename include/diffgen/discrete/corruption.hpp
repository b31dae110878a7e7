// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// How a level is corrupted: uniform, absorbing, discretised Gaussian (Austin et al. 2021, section
// 3.1), a matrix of rates (Campbell et al. 2022).
//
// The first two redraw: with probability `keep` a level stays, otherwise it is drawn anew from a
// distribution `noise` that does not depend on it. Chains of such changes are changes of the same
// kind, whose `keep` is the product, so that they need no matrices.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/discrete/square_matrix.hpp>

#include <cmath>
#include <concepts>
#include <cstddef>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::discrete {

/// A corruption that keeps a level or redraws it from noise(level).
template <class C>
concept redrawing = requires(const C& c, int level) {
    { c.states } -> std::convertible_to<int>;
    { c.noise(level) } -> std::convertible_to<double>;
};

/// Redrawn uniformly from all levels, itself included.
struct uniform {
    int states = 2;

    [[nodiscard]] double noise(int) const { return 1. / states; }
    void check() const {
        diffgen::detail::require(states >= 2, "uniform corruption of ", states,
                                 " states; it needs at least 2");
    }
    friend bool operator==(const uniform&, const uniform&) = default;
};

/// Replaced by the mask, which is one of the states.
struct absorbing {
    int states = 2;  ///< the mask included
    int mask = 1;    ///< its level

    [[nodiscard]] double noise(int level) const { return level == mask ? 1 : 0; }
    void check() const {
        diffgen::detail::require(states >= 2 && mask >= 0 && mask < states,
                                 "absorbing corruption of ", states, " states with the mask ", mask,
                                 "; it needs at least 2 states, and the mask is one of them");
    }
    friend bool operator==(const absorbing&, const absorbing&) = default;
};

/// One step that redraws with probability beta: (1 - beta) I + beta 1 noise^T.
template <redrawing C>
[[nodiscard]] square_matrix transition(const C& c, double beta) {
    square_matrix q(c.states);
    for (int a = 0; a < c.states; ++a)
        for (int b = 0; b < c.states; ++b)
            q(a, b) = beta * c.noise(b) + (a == b ? 1 - beta : 0);
    return q;
}

/// The rates of the same in continuous time: 1 noise^T - I, so that e^(sigma R) keeps with
/// probability e^-sigma.
template <redrawing C>
[[nodiscard]] square_matrix rates(const C& c) {
    square_matrix r(c.states);
    for (int a = 0; a < c.states; ++a)
        for (int b = 0; b < c.states; ++b)
            r(a, b) = c.noise(b) - (a == b ? 1 : 0);
    return r;
}

/// Ordered levels that move to near ones: off the diagonal the density of a Gaussian of variance
/// about beta, in units in which all levels span 2 (Austin et al. 2021, appendix A.2.3).
struct discretised_gaussian {
    int states = 2;

    void check() const {
        diffgen::detail::require(states >= 2, "a discretised Gaussian on ", states,
                                 " states; it needs at least 2");
    }
};

/// The diagonal is what the others leave, so that the matrix is symmetric and the uniform
/// distribution stationary.
[[nodiscard]] inline square_matrix transition(const discretised_gaussian& c, double beta) {
    const int last = c.states - 1;
    const auto density = [&](int n) {
        return std::exp(-4. * n * n / (static_cast<double>(last) * last * beta));
    };
    double total = 0;
    for (int n = -last; n <= last; ++n)
        total += density(n);
    square_matrix q(c.states);
    for (int a = 0; a < c.states; ++a) {
        double rest = 1;
        for (int b = 0; b < c.states; ++b)
            if (a != b) rest -= q(a, b) = density(a - b) / total;
        q(a, a) = rest;
    }
    return q;
}

/// Any matrix of rates: off the diagonal not negative, rows that sum to 0.
class rate_matrix {
  public:
    /// Throws bad_argument with the first entry or row that makes no sense.
    explicit rate_matrix(square_matrix rates) : states(rates.states()), rates_(std::move(rates)) {
        for (int a = 0; a < states; ++a) {
            double sum = 0, size = 0;
            for (int b = 0; b < states; ++b) {
                const double r = rates_(a, b);
                diffgen::detail::require(std::isfinite(r) && (a == b || r >= 0), "the rate from ",
                                         a, " to ", b, " is ", r,
                                         "; must be finite, and off the diagonal not negative");
                sum += r;
                size += std::abs(r);
            }
            diffgen::detail::require(std::abs(sum) <= 1e-9 * size, "the rates of level ", a,
                                     " sum to ", sum, "; must sum to 0");
        }
    }

    int states;

    [[nodiscard]] const square_matrix& matrix() const { return rates_; }
    /// e^(sigma R).
    [[nodiscard]] square_matrix transition(double sigma) const {
        return exponential(sigma * rates_);
    }

  private:
    square_matrix rates_;
};

/// The distribution that every level tends to: where sampling starts.
template <class C>
[[nodiscard]] std::vector<double> stationary(const C& c) {
    std::vector<double> p(static_cast<std::size_t>(c.states), 1. / c.states);
    if constexpr (redrawing<C>)
        for (int level = 0; level < c.states; ++level)
            p[static_cast<std::size_t>(level)] = c.noise(level);
    return p;
}
/// Throws bad_argument where the level does not tend to one distribution, whatever it is at first.
[[nodiscard]] inline std::vector<double> stationary(const rate_matrix& c) {
    square_matrix q = c.transition(1);
    for (int k = 0; k < 60; ++k) {  // each squaring doubles the time
        q = q * q;
        for (int a = 0; a < c.states; ++a) {  // rows stay distributions to the last bit
            double sum = 0;
            for (int b = 0; b < c.states; ++b)
                sum += q(a, b);
            for (int b = 0; b < c.states; ++b)
                q(a, b) /= sum;
        }
    }
    for (int a = 1; a < c.states; ++a)
        diffgen::detail::require(total_variation(q.row(0), q.row(a)) < 1e-9, "levels 0 and ", a,
                                 " of a matrix of rates tend to different distributions");
    const numbers row = q.row(0);
    return {row.begin(), row.end()};
}

}  // namespace diffgen::inline DIFFGEN_ABI::discrete

#include <diffgen/core/with_macros.hpp>
